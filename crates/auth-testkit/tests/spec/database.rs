//! A database for each test, whatever the tests are run on.

use auth_core::entity::verification;
use auth_core::schema::{Schema, pending};
use auth_core::{Auth, plugins};
use auth_testkit::{TestApp, TestDatabase, backend, definition, dump_tables, runs_on};
use chrono::DateTime;
use sea_orm::sea_query::{ColumnDef, Table};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, EntityTrait as _, IntoActiveModel as _, Statement};

fn core() -> Schema {
    Auth::builder("http://localhost:3000").schema().unwrap()
}

/// Writes a row: there is no app whose front door could be used.
async fn writes(db: &DatabaseConnection) {
    let now = DateTime::UNIX_EPOCH;
    let (identifier, value) = ("left".to_owned(), "behind".to_owned());
    let row = verification::Model {
        id: "1".to_owned(),
        identifier,
        value,
        expires_at: now,
        created_at: now,
        updated_at: now,
    };
    verification::Entity::insert(row.into_active_model()).exec_without_returning(db).await.unwrap();
}

/// Name and version, as the database tells them.
async fn version(db: &DatabaseConnection) -> String {
    let sql = match backend() {
        DbBackend::Postgres => "SELECT 'PostgreSQL ' || current_setting('server_version')",
        DbBackend::MySql => "SELECT CAST(VERSION() AS CHAR)",
        _ => "SELECT 'SQLite ' || sqlite_version()",
    };
    let row = db.query_one_raw(Statement::from_string(backend(), sql)).await.unwrap().unwrap();
    let version: String = row.try_get_by_index(0).unwrap();
    let of_mysql = |version: String| match version.split_once("-MariaDB") {
        Some((number, _)) => format!("MariaDB {number}"),
        None => format!("MySQL {version}"),
    };
    if backend() == DbBackend::MySql { of_mysql(version) } else { version }
}

#[tokio::test]
async fn the_database_is_one_that_is_supported() {
    let database = TestDatabase::empty().await;

    let version = version(&database.connect().await).await;

    println!("database: {version}");
    let (name, number) = version.split_once(' ').unwrap();
    let mut parts = number.split(['.', ' ', '-']).map_while(|part| part.parse::<u32>().ok());
    let number = (parts.next().unwrap(), parts.next().unwrap_or(0));
    let least = match name {
        "PostgreSQL" => (15, 0),
        "MariaDB" => (10, 11),
        "MySQL" => (8, 0),
        _ => (3, 35),
    };
    assert!(number >= least, "{version}");
}

/// Every row but those of the ledger, which belongs to the schema.
async fn rows(db: &DatabaseConnection) -> Vec<String> {
    let dump = dump_tables(db).await;
    dump.lines().filter(|row| !row.starts_with("authMigration:")).map(str::to_owned).collect()
}

#[tokio::test]
async fn an_empty_database_has_nothing_in_it() {
    let database = TestDatabase::empty().await;

    assert_eq!(definition(&database.connect().await).await, [""; 0]);
}

#[tokio::test]
async fn a_database_with_a_schema_lacks_nothing_and_has_no_rows() {
    let database = TestDatabase::with_schema(&core()).await;

    let db = database.connect().await;
    let plan = pending(&db, &core()).await.unwrap();
    assert!(plan.is_done() && plan.warnings.is_empty(), "{plan:?}");
    assert_eq!(rows(&db).await, [""; 0]);
}

#[tokio::test]
async fn nobody_else_has_the_database_of_a_test() {
    let (one, other) = (TestDatabase::with_schema(&core()).await, TestDatabase::with_schema(&core()).await);

    writes(&one.connect().await).await;

    assert_ne!(one.url(), other.url());
    assert_eq!(rows(&other.connect().await).await, [""; 0]);
}

#[tokio::test]
async fn what_a_test_leaves_behind_is_gone_for_the_next() {
    let schema = core();
    // Each of these would be left behind in a place that the next test gets.
    for leaves in 0..4 {
        let database = TestDatabase::with_schema(&schema).await;
        let db = database.connect().await;
        assert_eq!(rows(&db).await, [""; 0], "before {leaves}");
        let before = definition(&db).await;
        assert!(!before.iter().any(|line| line.contains("odd")), "before {leaves}");
        match leaves {
            0 => writes(&db).await,
            1 => drop(db.execute(Table::create().table("odd").col(ColumnDef::new("x").integer())).await.unwrap()),
            2 => {
                let mut odd = Table::alter();
                db.execute(odd.table("user").add_column(ColumnDef::new("odd").integer())).await.unwrap();
            }
            _ => drop(db.execute(Table::drop().table("verification")).await.unwrap()),
        }
        assert!(leaves == 0 || definition(&db).await != before);
    }
    let database = TestDatabase::with_schema(&schema).await;
    assert!(pending(&database.connect().await, &schema).await.unwrap().is_done());
}

#[tokio::test]
async fn an_app_has_a_database_of_its_own() {
    let (one, other) = (TestApp::with(plugins![]).await, TestApp::with(plugins![]).await);

    writes(one.db()).await;

    assert_eq!((one.count("verification").await, other.count("verification").await), (1, 0));
}

#[test]
fn a_test_can_be_about_one_kind_of_database() {
    assert!(runs_on(&[backend()], "it is this one"));
    let other = if backend() == DbBackend::Sqlite { DbBackend::Postgres } else { DbBackend::Sqlite };
    assert!(!runs_on(&[other], "it is not that one"));
}
