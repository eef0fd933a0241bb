//! A database for one test, on the server the tests are run on.

mod definition;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod server;
mod tables;

use std::fmt;

use auth_core::database;
use auth_core::schema::{Schema, apply};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend};
use tempfile::TempDir;

pub use definition::definition;
pub(crate) use tables::count;
pub use tables::dump_tables;

/// Names the server on which databases are made, as a URL. Unset: a new SQLite file for every test.
const SERVER: &str = "AUTH_TEST_DATABASE_URL";

/// A database that belongs to one test until it is dropped.
///
/// It is an SQLite file in a folder of its own, or a database on the server that the environment
/// variable `AUTH_TEST_DATABASE_URL` names: `postgres://me@127.0.0.1/` or `mysql://root@127.0.0.1/`,
/// with an account that may make databases. The features `postgres` and `mysql` bring the drivers.
///
/// On a server, databases are made anew or emptied when they are taken, and not when they are
/// given back: a test that was killed leaves nothing behind that could be mistaken for empty. They
/// are called `auth_test_…`; tests that run side by side never hold the same one.
pub struct TestDatabase {
    url: String,
    // Keeps others out: the folder of the file, or the connection that has the lock.
    _held: Held,
}

/// What a database is held by.
enum Held {
    Folder {
        _folder: TempDir,
    },
    #[cfg(any(feature = "mysql", feature = "postgres"))]
    Lock {
        _connection: DatabaseConnection,
    },
}

impl fmt::Debug for TestDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestDatabase").field("url", &database::masked(&self.url)).finish_non_exhaustive()
    }
}

impl TestDatabase {
    /// Takes a database with nothing in it.
    ///
    /// Panics where the server does not answer, or nobody may make databases there.
    pub async fn empty() -> Self {
        Self::take(None).await
    }

    /// Takes a database that has the tables of a schema, and no rows.
    ///
    /// Panics where the server does not answer, or refuses the schema.
    pub async fn with_schema(schema: &Schema) -> Self {
        Self::take(Some(schema)).await
    }

    async fn take(schema: Option<&Schema>) -> Self {
        match backend() {
            #[cfg(feature = "postgres")]
            DbBackend::Postgres => postgres::take(&server::url(), schema).await.into(),
            #[cfg(feature = "mysql")]
            DbBackend::MySql => mysql::take(&server::url(), schema).await.into(),
            _ => {
                let folder = TempDir::new().unwrap();
                let url = format!("sqlite:{}", folder.path().join("app.sqlite").display());
                let taken = Self { url, _held: Held::Folder { _folder: folder } };
                if let Some(schema) = schema {
                    let db = taken.connect().await;
                    // A power cut may take what nobody has used yet.
                    db.execute_unprepared("PRAGMA synchronous = OFF").await.unwrap();
                    apply(&db, schema).await.unwrap();
                    db.close().await.unwrap();
                }
                taken
            }
        }
    }

    /// The URL, for what connects by itself.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Connects as an app does: at most 8 connections, opened as they are needed.
    pub async fn connect(&self) -> DatabaseConnection {
        database::connect(&self.url).await.unwrap()
    }
}

/// The kind of database the tests are run on. Default SQLite.
///
/// Panics where `AUTH_TEST_DATABASE_URL` names a kind whose feature of this crate is off.
pub fn backend() -> DbBackend {
    let url = server_url().unwrap_or_default();
    match url.split(':').next().unwrap_or_default() {
        "" => DbBackend::Sqlite,
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => DbBackend::Postgres,
        #[cfg(feature = "mysql")]
        "mysql" | "mariadb" => DbBackend::MySql,
        scheme => panic!("{SERVER} names {scheme}, which auth-testkit was built without; see its features"),
    }
}

/// Says whether a test can run, and prints the reason where it cannot.
///
/// For the few that are about some kinds of database: `if !runs_on(&[DbBackend::Sqlite], "..") { return }`.
/// Those about one kind tell it in their names too.
#[expect(clippy::print_stdout, reason = "the runner shows what a test prints")]
pub fn runs_on(needed: &[DbBackend], reason: &str) -> bool {
    let runs = needed.contains(&backend());
    if !runs {
        println!("left out on {:?}: {reason}", backend());
    }
    runs
}

/// Says whether proofs run at full size: `AUTH_PROOFS` is set, as `cargo xtask proofs` sets it.
#[expect(clippy::disallowed_methods, reason = "a proof is asked for by the environment, not by an app")]
pub fn is_full_size() -> bool {
    std::env::var("AUTH_PROOFS").is_ok()
}

/// Says what a proof has shown, in one sentence; `cargo xtask proofs` writes it down at full size.
#[expect(clippy::print_stdout, reason = "the output of a test is where its runner looks")]
pub fn proved(figure: impl std::fmt::Display) {
    println!("proof: {figure}");
}

/// Reads the one variable that decides.
#[expect(clippy::disallowed_methods, reason = "a test has no `main.rs` that could hand the setting on")]
fn server_url() -> Option<String> {
    std::env::var(SERVER).ok().filter(|url| !url.is_empty())
}
