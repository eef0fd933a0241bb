//! `schema/`, as an app takes it in that has migrations of its own and queries the tables.

use auth_testkit::runs_on;
use sea_orm::{DatabaseConnection, DbBackend};
use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait};
use serde_json::json;

use crate::{Folder, Server, binary, folder};

#[path = "../../schema/entities.rs"]
mod entities;
#[path = "grown.rs"]
mod grown;
#[path = "../../schema/migration.rs"]
mod migration;

use entities::{account, note, session, user};

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(migration::Migration), Box::new(grown::Migration)]
    }
}

async fn database(folder: &Folder) -> DatabaseConnection {
    auth_core::database::connect(&folder.database_url()).await.unwrap()
}

/// What the planner misses, and with which code it says so.
fn missing(folder: &Folder) -> (Option<i32>, String) {
    let checked = binary(folder).args(["migrate", "--check"]).output().unwrap();
    (checked.status.code(), String::from_utf8(checked.stdout).unwrap())
}

#[tokio::test]
async fn the_migration_makes_all_that_the_plugins_need() {
    let folder = folder().await;
    let db = database(&folder).await;

    Migrator::up(&db, Some(1)).await.unwrap();

    assert_eq!(missing(&folder), (Some(0), String::new()));
}

#[tokio::test]
async fn what_a_grown_schema_needs_is_the_next_migration() {
    if !runs_on(&[DbBackend::Sqlite], "grown.rs is compiled in, and is for one kind of database") {
        return;
    }
    let folder = folder().await;
    let db = database(&folder).await;
    Migrator::up(&db, Some(1)).await.unwrap();
    // A database of an older version, which no command makes.
    for statement in [r#"ALTER TABLE "session" DROP COLUMN "rememberMe""#, r#"DROP TABLE "note""#] {
        sea_orm::ConnectionTrait::execute_unprepared(&db, statement).await.unwrap();
    }
    db.close().await.unwrap();

    let next = ["generate", "--format", "sea-orm", "--against", &folder.database_url()];
    let next = binary(&folder).args(next).output().unwrap();
    // Another connection: one of the first may remember the columns of before.
    Migrator::up(&database(&folder).await, None).await.unwrap();

    assert_eq!(String::from_utf8(next.stdout).unwrap(), include_str!("grown.rs"), "left is what grown.rs has to be");
    assert_eq!(missing(&folder), (Some(0), String::new()));
}

#[tokio::test]
async fn the_entities_read_a_person_with_all_that_is_theirs() {
    let folder = folder().await;
    let server = Server::start(&folder).await;
    let person = json!({ "name": "Alice", "email": "alice@example.com", "password": "correct horse battery" });
    for path in ["/api/auth/sign-up/email", "/api/auth/sign-in/email"] {
        let answer = reqwest::Client::new().post(server.url(path)).json(&person).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }
    let db = database(&folder).await;

    let alice = user::Entity::load().filter_by_email("alice@example.com");
    let alice = alice.with(session::Entity).with(account::Entity).with(note::Entity).one(&db).await.unwrap().unwrap();
    let latest = session::Entity::load().with(user::Entity).one(&db).await.unwrap().unwrap();

    assert_eq!((alice.name.as_str(), alice.sessions.len(), alice.notes.len()), ("Alice", 2, 0));
    assert_eq!(alice.accounts.iter().map(|account| account.provider_id.as_str()).collect::<Vec<_>>(), ["credential"]);
    assert!(alice.sessions.iter().all(|session| session.remember_me && session.expires_at > alice.created_at));
    assert_eq!(latest.user.as_ref().map(|user| user.id.as_str()), Some(alice.id.as_str()));
}
