//! What both servers have in common: one connection that decides, and databases by name.

use auth_core::schema::{Schema, render_sql};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Held, SERVER, TestDatabase, server_url};

/// How many tests can run side by side on one server.
pub(super) const PLACES: i32 = 1000;

/// A database, and the connection that has the lock on it.
pub(super) struct Taken {
    pub(super) url: Url,
    pub(super) lock: DatabaseConnection,
}

impl From<Taken> for TestDatabase {
    fn from(Taken { url, lock }: Taken) -> Self {
        Self { url: url.into(), _held: Held::Lock { _connection: lock } }
    }
}

/// The URL of the server.
pub(super) fn url() -> Url {
    let url = server_url().unwrap_or_default();
    Url::parse(&url).unwrap_or_else(|error| panic!("{SERVER} is no URL: {error}"))
}

/// The URL of one database there.
pub(super) fn database(server: &Url, name: &str) -> Url {
    let mut url = server.clone();
    url.set_path(name);
    url
}

/// Makes a pool that is one connection as long as it lives: locks belong to connections.
pub(super) async fn one_connection(url: &Url) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url.as_str());
    options.max_connections(1).idle_timeout(None).max_lifetime(None).test_before_acquire(false).sqlx_logging(false);
    Database::connect(options).await.unwrap_or_else(|error| panic!("the server of {SERVER} does not answer: {error}"))
}

/// Runs statements that hold no values but the names of databases, which are made here.
pub(super) async fn run(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Asks for the first column of every row, as text.
pub(super) async fn ask<const N: usize>(
    db: &DatabaseConnection,
    sql: &str,
    values: [sea_orm::Value; N],
) -> Vec<String> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// What tells schemas apart, short enough for a name.
pub(super) fn key(schema: &Schema, backend: DbBackend) -> String {
    digest(&render_sql(schema, backend))
}

/// The first 64 bits of a digest, in hex.
pub(super) fn digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.first_chunk().map(|bytes| format!("{:016x}", u64::from_be_bytes(*bytes))).unwrap_or_default()
}
