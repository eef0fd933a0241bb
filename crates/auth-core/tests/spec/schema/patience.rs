//! Nobody waits for ever: time-outs for the lock, for a table in use, and for one statement.

use std::time::Duration;

use auth_core::schema::{
    ApplyError, ColumnSpec, DataMigration, LogicalType, Schema, TableSpec, Terms, apply_on, pending_on,
};
use auth_testkit::runs_on;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
};

use super::{File, core, with};
use crate::app::{dump, one_of, run, spoken};

const NOTE: &str = r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY)"#;

fn titled() -> Schema {
    with(|to| {
        let title = ColumnSpec::new("title", LogicalType::Str(64)).nullable();
        to.table_spec(TableSpec::new("note").key("id").column(title));
    })
}

async fn transaction(file: &File) -> DatabaseTransaction {
    let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
    let options = TransactionOptions { sqlite_transaction_mode, ..TransactionOptions::default() };
    file.again().await.begin_with_options(options).await.unwrap()
}

fn terms(lock: u64, statement: Option<u64>) -> Terms<'static> {
    Terms {
        lock_timeout: Duration::from_secs(lock),
        statement_timeout: statement.map(Duration::from_secs),
        ..Terms::default()
    }
}

#[tokio::test]
async fn an_instance_that_does_not_finish_is_not_waited_for_for_ever() {
    let file = File::with(&[NOTE]).await;
    let before = dump(&file.db).await;
    let other = transaction(&file).await;
    let lock = one_of(
        "SELECT 1",
        "SELECT pg_advisory_xact_lock(4919131752989213764)",
        "DO GET_LOCK(CONCAT('auth_schema_', MD5(DATABASE())), 0)",
    );
    other.execute_unprepared(lock).await.unwrap();

    let error = apply_on(&file.db, &titled(), &terms(1, None)).await.unwrap_err();

    assert_eq!(
        error.to_string(),
        "another instance is changing the schema, and did not finish within 1 s; try again, or wait longer with --lock-timeout"
    );
    other.rollback().await.unwrap();
    assert_eq!(dump(&file.db).await, before);
}

#[tokio::test]
async fn somebody_who_uses_the_table_is_not_waited_for_for_ever() {
    if !runs_on(&[DbBackend::Postgres, DbBackend::MySql], "the one writer of SQLite is the lock, see above") {
        return;
    }
    let file = File::with(&[NOTE]).await;
    file.applies(&core()).await;
    let other = transaction(&file).await;
    other
        .query_all_raw(sea_orm::Statement::from_string(
            file.db.get_database_backend(),
            spoken(r#"SELECT "id" FROM "note""#),
        ))
        .await
        .unwrap();

    let error = apply_on(&file.db, &titled(), &terms(1, None)).await.unwrap_err();

    assert!(matches!(&error, ApplyError::Busy { doing, .. } if doing.contains("note")), "{error:?}");
    assert!(
        error
            .to_string()
            .ends_with("did not finish within 1 s; try again when it is quiet, or wait longer with --lock-timeout")
    );
    other.rollback().await.unwrap();
    file.applies(&titled()).await;
}

#[tokio::test]
async fn who_only_looks_does_not_wait_for_ever_either() {
    if !runs_on(&[DbBackend::Postgres, DbBackend::MySql], "who reads an SQLite file waits for nobody") {
        return;
    }
    let file = File::with(&[NOTE]).await;
    let required = with(|to| {
        to.table_spec(TableSpec::new("note").key("id").column(ColumnSpec::new("title", LogicalType::Str(64))));
    });
    let other = transaction(&file).await;
    let lock = one_of("", r#"LOCK TABLE "note" IN ACCESS EXCLUSIVE MODE"#, "LOCK TABLES note WRITE");
    other.execute_unprepared(lock).await.unwrap();

    let error = pending_on(&file.db, &required, &terms(1, None)).await.unwrap_err();

    assert!(matches!(error, ApplyError::Busy { .. }), "{error:?}");
    other.execute_unprepared(one_of("", "ROLLBACK", "UNLOCK TABLES")).await.unwrap();
    pending_on(&file.db, &required, &terms(1, None)).await.unwrap();
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_stopped_and_undone() {
    let file = File::with(&[NOTE]).await;
    file.applies(&core()).await;
    run(&file.db, r#"INSERT INTO "note" ("id") VALUES ('n1')"#).await;
    let before = dump(&file.db).await;
    let schema = with(|to| {
        to.table_spec(TableSpec::new("note").key("id"));
        let slow = one_of(
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000000) SELECT 'x' || max(i) FROM n)",
            "(SELECT 'x' || pg_sleep(30))",
            "CONCAT('x', SLEEP(30))",
        );
        let mut update = Query::update();
        update.table("note").value("id", Expr::cust(slow));
        to.data_migration("notes/0002-slow", DataMigration::after("note", update));
    });

    let error = apply_on(&file.db, &schema, &terms(60, Some(1))).await.unwrap_err();

    assert!(matches!(error, ApplyError::TooSlow { .. }), "{error:?}");
    assert!(error.to_string().ends_with("within 1 s; give it more time with --statement-timeout"), "{error}");
    if auth_testkit::backend() == DbBackend::Sqlite {
        return; // the statement goes on until it is done, or the program ends, and is undone then
    }
    assert_eq!(dump(&file.again().await).await, before);
    assert_eq!(file.applies(&core()).await.steps, [], "nobody holds the lock");
}
