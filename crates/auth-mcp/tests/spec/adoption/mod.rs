//! A database that Better Auth 1.4 has made and used becomes ours, and its people notice nothing.

mod afterwards;
mod back;
mod fixture;
mod plan;

use auth_cli::{Console, Exit};
use auth_core::schema::{Refusal, Schema, pending};
use auth_core::{Auth, AuthBuilder, SchemaMode, plugins};
use auth_email_password::EmailPassword;
use auth_pages::Pages;
use auth_testkit::{Person, TestApp, TestDatabase, definition, dump_tables};
use http::{Request, StatusCode};
use sea_orm::sea_query::Query;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, TryGetable};
use serde_json::Value;

use self::fixture::{EMAIL, PASSWORD, SECRET, run, theirs};
use crate::{builder, mcp};

const ORIGIN: &str = "http://localhost:3000";

/// What a person has to agree to, in the order of the plan.
const CONSENTS: [&str; 6] = [
    "oauthApplication is a table of somebody else's; it is renamed to oauthApplication_old, and nothing in it carries over",
    "oauthAccessToken is a table of somebody else's; it is renamed to oauthAccessToken_old, and nothing in it carries over",
    "oauthConsent is a table of somebody else's; it is renamed to oauthConsent_old, and nothing in it carries over",
    "session tokens are replaced by their digests; people stay signed in here if the secret is the same, \
     and Better Auth no longer knows them",
    "what Better Auth waits for, such as mails with a link or a code, comes to nothing",
    "the signing keys of Better Auth are retired, published for one more day, and their private halves deleted",
];

fn auth() -> AuthBuilder {
    Auth::builder(ORIGIN).plugins(plugins![EmailPassword::new(), Pages::new(), mcp()])
}

fn schema() -> Schema {
    auth().schema().unwrap()
}

/// A database of Better Auth that can be adopted.
///
/// On MySQL it keeps `accountId` and `providerId` as `text`, which cannot be indexed: that is refused with
/// the statement a person may run, and they have run it.
async fn adoptable() -> (TestDatabase, DatabaseConnection) {
    let (database, db) = theirs().await;
    let plan = pending(&db, &schema()).await.unwrap();
    for refusal in &plan.refusals {
        assert!(matches!(refusal, Refusal::Unindexable { .. }), "{refusal}");
        run(&db, &refusal.remedy(plan.backend).unwrap()).await;
    }
    (database, db)
}

/// No settings of its own.
#[derive(clap::Args)]
struct NoSettings {}

/// Runs the app with a command, and returns what it says to programs and to people.
async fn command(database: &TestDatabase, line: &str) -> (Exit, String, String) {
    let words = format!("app {line} --database-url {}", database.url());
    let ran = tokio::task::spawn_blocking(move || {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut console = Console::new(&mut out, &mut err);
        let serve = async |_: Auth, _| Ok::<_, std::io::Error>(());
        let exit = auth_cli::run(words.split_whitespace(), &mut console, |_: &NoSettings| auth(), serve);
        drop(console);
        (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    });
    ran.await.unwrap()
}

/// A database of Better Auth after `migrate --yes`.
async fn adopted() -> (TestDatabase, DatabaseConnection) {
    let (database, db) = adoptable().await;
    let (exit, _, said) = command(&database, "migrate --yes").await;
    assert_eq!(exit, Exit::Done, "{said}");
    (database, db)
}

/// The app on a database, with the secret that Better Auth had.
async fn app(db: &DatabaseConnection) -> TestApp {
    let db = db.clone();
    let app = builder(mcp()).configure(|builder| builder.database(db).secret(SECRET).schema_mode(SchemaMode::Check));
    app.build().await
}

fn alice(app: &TestApp) -> Person {
    let mut alice = app.person("Alice Example", EMAIL);
    PASSWORD.clone_into(&mut alice.password);
    alice
}

/// Whom a cookie of Better Auth stands for.
async fn session_of(app: &TestApp, cookie: &str) -> Value {
    let request = Request::get("/api/auth/get-session").header("cookie", format!("better-auth.session_token={cookie}"));
    app.request(request.body("").unwrap()).await.expects(StatusCode::OK).json()
}

/// A column of every row of a table, in order.
async fn column<T: TryGetable>(db: &DatabaseConnection, table: &str, column: &str) -> Vec<T> {
    let mut query = Query::select();
    query.column(column.to_owned()).from(table.to_owned()).order_by("id", sea_orm::Order::Asc);
    let rows = db.query_all(&query).await.unwrap();
    rows.iter().map(|row| row.try_get("", column).unwrap()).collect()
}

async fn everything(db: &DatabaseConnection) -> (Vec<String>, String) {
    (definition(db).await, dump_tables(db).await)
}
