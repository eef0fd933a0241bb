//! `kill -9` in the middle of `migrate`: a second run always ends in the whole schema, with every row.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::process::{Command, Stdio};
use std::time::Duration;

use auth_core::entity::{migration, session, user};
use auth_core::schema::apply;
use auth_core::{Auth, DatabaseSource, database, digest};
use auth_testkit::{is_full_size, proved};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Asterisk, ColumnDef, Expr, ExprTrait as _, Query, Table};
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DbBackend, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
};

use crate::{Folder, binary, folder};

/// How many sessions there are, each with its token in clear.
const SESSIONS: usize = 4000;

/// How often it is killed: a few times by default, often when `cargo xtask proofs` asks for it.
fn kills() -> u32 {
    if is_full_size() { 50 } else { 5 }
}

/// A database of another product: the core tables, people, and sessions whose tokens are in clear.
///
/// Nothing that goes through the front door leaves one behind.
async fn old() -> (Folder, DatabaseConnection) {
    let folder = folder().await;
    let db = database::connect(&folder.database_url()).await.unwrap();
    let core =
        Auth::builder("http://localhost:3000").database(DatabaseSource::Connection(db.clone())).schema().unwrap();
    apply(&db, &core).await.unwrap();
    db.execute(Table::drop().table(migration::Entity)).await.unwrap();
    let at = DateTimeUtc::from_timestamp(1_800_000_000, 0).unwrap();
    let alice = user::Model {
        id: "u1".into(),
        name: "Alice".into(),
        email: "alice@example.com".into(),
        email_verified: true,
        image: None,
        created_at: at,
        updated_at: at,
    };
    user::Entity::insert(alice.into_active_model()).exec_without_returning(&db).await.unwrap();
    let rows: Vec<_> = (0..SESSIONS)
        .map(|number| session::Model {
            id: format!("s{number:05}"),
            expires_at: at,
            token: clear(number),
            created_at: at,
            updated_at: at,
            ip_address: None,
            user_agent: None,
            user_id: "u1".into(),
            remember_me: true,
            authenticated_at: None,
            amr: None,
        })
        .collect();
    counting(&db).await;
    for some in rows.chunks(500) {
        let some = some.iter().cloned().map(session::Model::into_active_model);
        session::Entity::insert_many(some).exec_without_returning(&db).await.unwrap();
    }
    clients(&db).await;
    (folder, db)
}

/// Lets the database itself note each row whose token is rewritten: a second time fails.
async fn counting(db: &DatabaseConnection) {
    let statements: &[&str] = match db.get_database_backend() {
        DbBackend::Postgres => &[
            r#"CREATE TABLE "rewritten" ("id" text PRIMARY KEY)"#,
            r#"CREATE FUNCTION "rewrites"() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN INSERT INTO "rewritten" ("id") VALUES (NEW."id"); RETURN NEW; END'"#,
            r#"CREATE TRIGGER "rewrites" AFTER UPDATE OF "token" ON "session"
                FOR EACH ROW EXECUTE FUNCTION "rewrites"()"#,
        ],
        DbBackend::MySql => &[
            "CREATE TABLE `rewritten` (`id` varchar(64) PRIMARY KEY)",
            "CREATE TRIGGER `rewrites` AFTER UPDATE ON `session`
                FOR EACH ROW INSERT INTO `rewritten` (`id`) VALUES (NEW.`id`)",
        ],
        _ => &[
            r#"CREATE TABLE "rewritten" ("id" text PRIMARY KEY)"#,
            r#"CREATE TRIGGER "rewrites" AFTER UPDATE OF "token" ON "session"
                BEGIN INSERT INTO "rewritten" ("id") VALUES (NEW."id"); END"#,
        ],
    };
    for statement in statements {
        db.execute_unprepared(statement).await.unwrap();
    }
}

/// Clients of the other product, in a table that has the name of one of ours.
async fn clients(db: &DatabaseConnection) {
    let table = Table::create()
        .table("oauthApplication")
        .col(ColumnDef::new("id").string_len(64).primary_key())
        .col(ColumnDef::new("clientSecret").text())
        .take();
    db.execute(&table).await.unwrap();
    let row = Query::insert()
        .into_table("oauthApplication")
        .columns(["id", "clientSecret"])
        .values_panic(["a1".into(), "x".into()])
        .take();
    db.execute(&row).await.unwrap();
}

/// How many rows a table has.
async fn count(db: &DatabaseConnection, table: &'static str) -> i64 {
    let query = Query::select().expr_as(Expr::col(Asterisk).count(), "rows").from(table).take();
    db.query_one(&query).await.unwrap().unwrap().try_get("", "rows").unwrap()
}

fn clear(number: usize) -> String {
    format!("better-auth-token-{number:05}")
}

fn migrate(folder: &Folder, how: &str) -> Command {
    let mut command = binary(folder);
    command.args(["--database-url", &folder.database_url(), "migrate", how]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn succeeds(folder: &Folder, how: &str) {
    let output = migrate(folder, how).output().unwrap();
    assert!(output.status.success(), "{how}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A moment between nothing and everything, somewhere in its own share of the time.
fn moment(number: u32, of: u32, whole: Duration) -> Duration {
    let share = whole / of;
    let somewhere = u32::try_from(RandomState::new().build_hasher().finish() % 1000).unwrap();
    share * number + share * somewhere / 1000
}

#[tokio::test]
async fn proof_a_migration_that_is_killed_is_ended_by_the_next() {
    let (folder, db) = old().await;
    let begun = tokio::time::Instant::now();
    succeeds(&folder, "--yes");
    let whole = begun.elapsed();
    drop(db);
    let mut broken_off = 0;

    for number in 0..kills() {
        let (folder, db) = old().await;
        let after = moment(number, kills(), whole);
        let mut process = tokio::process::Command::from(migrate(&folder, "--yes")).spawn().unwrap();
        if tokio::time::timeout(after, process.wait()).await.is_err() {
            process.kill().await.unwrap(); // with SIGKILL, which nobody can catch
            broken_off += 1;
        }

        succeeds(&folder, "--yes");

        succeeds(&folder, "--check");
        whole_and_once(&db, after).await;
    }
    assert!(broken_off > 0, "no kill came before the end");
    proved(format_args!(
        "`migrate` was killed {} times at moments spread over its {} ms, {broken_off} times before its end: the next \
         run always ended in the whole schema, with all {SESSIONS} rows, each rewritten once",
        kills(),
        whole.as_millis()
    ));
}

async fn whole_and_once(db: &DatabaseConnection, after: Duration) {
    let sessions = session::Entity::find().all(db).await.unwrap();
    let tokens: BTreeMap<String, String> = sessions.into_iter().map(|row| (row.id, row.token)).collect();
    assert_eq!(tokens.len(), SESSIONS, "killed after {after:?}");
    for number in 0..SESSIONS {
        let id = format!("s{number:05}");
        assert_eq!(tokens[&id], digest(&clear(number)), "{id}, killed after {after:?}");
    }
    assert_eq!(count(db, "rewritten").await, i64::try_from(SESSIONS).unwrap(), "killed after {after:?}");
    assert_eq!(count(db, "oauthApplication_old").await, 1, "set aside with its row, killed after {after:?}");
    assert_eq!(user::Entity::find().count(db).await.unwrap(), 1);
    let noted = migration::Entity::find().all(db).await.unwrap();
    let noted: Vec<&str> = noted.iter().map(|row| row.id.as_str()).collect();
    let steps = ["core/0001-session-digests", "core/0002-verification-digests", "oidc-provider/0001-foreign-keys"];
    for step in steps {
        assert_eq!(noted.iter().filter(|id| **id == step).count(), 1, "{noted:?}");
    }
}
