//! Rows that are filled or made to differ before a requirement or a unique index demands it.

use auth_core::schema::{
    ApplyError, ColumnSpec, DataMigration, Drift, LogicalType, Refusal, Schema, Warning, apply, pending,
};
use auth_testkit::runs_on;
use sea_orm::sea_query::{Expr, Query, UpdateStatement};
use sea_orm::{ConnectionTrait as _, DbBackend};

use super::ledger::{fill, in_use, note, noted, notes};
use super::with;
use crate::app::{dump, run};

fn required() -> Schema {
    with(|to| {
        to.table_spec(note().column(ColumnSpec::new("day", LogicalType::Str(16))));
        let days = DataMigration::before_indexes("note", fill("day", "monday")).fills("day");
        to.data_migration("notes/0002-days", days);
    })
}

#[tokio::test]
async fn a_new_required_column_is_added_filled_and_required() {
    let file = in_use().await;

    let applied = file.applies(&required()).await;

    let told: Vec<String> = applied.steps.iter().map(ToString::to_string).collect();
    let mut expected = vec![
        r#"add column to "note": day text(16) null  [notes]"#,
        r#"rewrite rows of "note": notes/0002-days  [notes]"#,
        r#"require "note".day  [notes]"#,
    ];
    if auth_testkit::backend() == DbBackend::Sqlite {
        expected.pop(); // cannot
    }
    assert_eq!(told, expected);
    assert_eq!(file.ask(r#"SELECT DISTINCT "day" FROM "note""#).await, ["monday"]);
    let plan = pending(&file.db, &required()).await.unwrap();
    assert!(plan.is_done() && plan.warnings.is_empty(), "{plan:?}");
    let without = crate::app::spoken(r#"INSERT INTO "note" ("id", "text") VALUES ('d', 'x')"#);
    let taken = file.db.execute_unprepared(&without).await.is_ok();
    assert_eq!(taken, auth_testkit::backend() == DbBackend::Sqlite);
}

#[tokio::test]
async fn a_requirement_that_was_missed_is_made_up_for() {
    if !runs_on(&[DbBackend::Postgres, DbBackend::MySql], "SQLite never requires a column afterwards") {
        return;
    }
    let file = in_use().await;
    file.applies(&required()).await;
    // As a run leaves it on MySQL that was broken off after the rewriting.
    let nullable = crate::app::one_of(
        "",
        r#"ALTER TABLE "note" ALTER COLUMN "day" DROP NOT NULL"#,
        r#"ALTER TABLE "note" MODIFY COLUMN "day" varchar(16) COLLATE utf8mb4_bin NULL"#,
    );
    run(&file.db, nullable).await;

    assert_eq!(file.lacks(&required()).await, [r#"require "note".day  [notes]"#]);
    run(&file.db, r#"UPDATE "note" SET "day" = NULL WHERE "id" = 'a'"#).await;
    let plan = pending(&file.db, &required()).await.unwrap();

    assert_eq!(plan.steps, [], "somebody has written a null meanwhile");
    assert!(matches!(plan.warnings.as_slice(), [Warning::Column { drift: Drift::Nullable, .. }]), "{plan:?}");
}

#[tokio::test]
async fn a_required_column_without_values_is_refused_where_there_are_rows() {
    let schema = || with(notes(|spec| spec.column(ColumnSpec::new("day", LogicalType::Str(16)))));
    let file = in_use().await;
    let before = dump(&file.db).await;

    let error = apply(&file.db, &schema()).await.unwrap_err();

    assert!(
        matches!(&error, ApplyError::Refused(refusals) if matches!(refusals.as_slice(), [Refusal::Required { .. }]))
    );
    assert_eq!(dump(&file.db).await, before);
    run(&file.db, r#"DELETE FROM "note""#).await;
    file.applies(&schema()).await;
    let plan = pending(&file.db, &schema()).await.unwrap();
    assert!(plan.is_done() && plan.warnings.is_empty(), "without rows nothing is in the way: {plan:?}");
}

/// Makes the texts of notes differ, and demands that they do.
fn unique(update: fn() -> UpdateStatement) -> Schema {
    with(move |to| {
        to.table_spec(note().unique(["text"]));
        to.data_migration("notes/0002-texts", DataMigration::before_indexes("note", update()));
    })
}

fn text_is_id() -> UpdateStatement {
    let mut update = Query::update();
    update.table("note").value("text", Expr::col("id"));
    update
}

#[tokio::test]
async fn rows_can_be_made_to_differ_before_an_index_demands_it() {
    let file = in_use().await;
    assert!(matches!(
        apply(&file.db, &with(|to| to.table_spec(note().unique(["text"])))).await,
        Err(ApplyError::Refused(_))
    ));

    file.applies(&unique(text_is_id)).await;

    assert_eq!(file.lacks(&unique(text_is_id)).await, [""; 0]);
}

#[tokio::test]
async fn rows_that_are_still_alike_afterwards_are_refused() {
    let file = in_use().await;
    let schema = unique(|| {
        let mut update = Query::update();
        update.table("note").value("text", "same");
        update
    });
    let before = dump(&file.db).await;

    let error = apply(&file.db, &schema).await.unwrap_err();

    assert!(
        matches!(&error, ApplyError::Afterwards(refusal) if matches!(**refusal, Refusal::Duplicates { .. })),
        "{error}"
    );
    if auth_testkit::backend() == DbBackend::MySql {
        assert_eq!(noted(&file).await, ["notes/0002-texts"], "what is rewritten there stays");
    } else {
        assert_eq!(dump(&file.db).await, before);
    }
}
