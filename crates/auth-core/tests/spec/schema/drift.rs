//! What is otherwise and still works is a warning, with the SQL a person may run; what nobody knows is listed.

use auth_core::schema::{
    ApplyError, ColumnSpec, DefaultValue, LogicalType, OnDelete, Refusal, Schema, TableSpec, Warning, apply, pending,
};
use sea_orm::DbBackend;

use super::{File, core, with};
use crate::app::{dump, one_of, run};

/// The warnings of a schema over a table made by hand, each with its remedy.
async fn warned(table: &str, schema: &Schema) -> Vec<(String, Option<String>)> {
    let file = File::empty().await;
    file.applies(&core()).await;
    run(&file.db, table).await;
    let plan = pending(&file.db, schema).await.unwrap();
    assert_eq!(plan.refusals, []);
    let told = |warning: &Warning| (warning.to_string(), warning.remedy(plan.backend));
    plan.warnings.iter().map(told).collect()
}

fn noted(column: ColumnSpec) -> Schema {
    with(move |to| to.table_spec(TableSpec::new("note").key("id").column(column.clone())))
}

/// A warning whose remedy, run as it stands, mends it.
async fn mended(table: &str, schema: &Schema) -> String {
    let warned = warned(table, schema).await;
    let [(told, remedy)] = warned.as_slice() else { panic!("{warned:?}") };
    if auth_testkit::backend() == DbBackend::Sqlite {
        assert_eq!(*remedy, None, "SQLite cannot change a column");
        return told.clone();
    }
    let file = File::with(&[table]).await;
    sea_orm::ConnectionTrait::execute_unprepared(&file.db, remedy.as_deref().unwrap()).await.unwrap();
    file.applies(schema).await;
    assert_eq!(pending(&file.db, schema).await.unwrap().warnings, []);
    told.clone()
}

#[tokio::test]
async fn a_column_that_can_be_null() {
    let schema = noted(ColumnSpec::new("text", LogicalType::Str(255)));

    let told = mended(r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "text" <str>)"#, &schema).await;

    assert_eq!(told, "note.text can be null; a row where it is cannot be read");
}

#[tokio::test]
async fn a_column_without_its_default() {
    let schema = noted(ColumnSpec::new("done", LogicalType::Bool).default_value(DefaultValue::Bool(true)));

    let told = mended(r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "done" <bool> NOT NULL)"#, &schema);

    assert_eq!(told.await, "note.done has no default; an insert must name it");
}

#[tokio::test]
async fn a_column_with_another_default() {
    let schema = noted(ColumnSpec::new("kind", LogicalType::Str(16)).default_value(DefaultValue::Text("web".into())));
    let kind = one_of("text", "text", "varchar(16) COLLATE utf8mb4_bin");

    let table =
        format!(r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "kind" {kind} NOT NULL DEFAULT 'native')"#);

    let told = mended(&table, &schema).await;

    assert!(told.contains("note.kind has the default"));
}

#[tokio::test]
async fn defaults_the_planner_wrote_itself_are_no_drift() {
    let file = File::empty().await;
    let schema = with(|to| {
        let with_default = |name: &str, ty, value| ColumnSpec::new(name, ty).default_value(value);
        to.table_spec(
            TableSpec::new("note")
                .key("id")
                .column(with_default("a", LogicalType::Bool, DefaultValue::Bool(false)))
                .column(with_default("b", LogicalType::Int, DefaultValue::Int(-3)))
                .column(with_default("c", LogicalType::BigInt, DefaultValue::Int(1 << 40)))
                .column(with_default("d", LogicalType::Str(16), DefaultValue::Text("it's".into())))
                .column(with_default("e", LogicalType::Str(16), DefaultValue::Text(String::new())))
                .column(with_default("f", LogicalType::Id, DefaultValue::Text("none".into()))),
        );
    });
    file.applies(&schema).await;

    let plan = pending(&file.db, &schema).await.unwrap();

    assert!(plan.is_done() && plan.warnings.is_empty(), "{plan:?}");
}

#[tokio::test]
async fn what_the_schema_does_not_know_is_listed_and_left_alone() {
    let file = File::empty().await;
    file.applies(&core()).await;
    run(&file.db, r#"CREATE TABLE "invoice" ("number" <id> NOT NULL PRIMARY KEY)"#).await;
    run(&file.db, r#"ALTER TABLE "user" ADD COLUMN "nickname" <str>"#).await;

    let plan = pending(&file.db, &core()).await.unwrap();

    assert_eq!(plan.unknown, ["invoice", "user.nickname"]);
    assert!(plan.is_done(), "{plan:?}");
}

#[tokio::test]
async fn rows_that_point_to_nothing_stand_against_a_foreign_key() {
    let file = File::empty().await;
    file.applies(&core()).await;
    let id = one_of("text", "text", "varchar(64) CHARACTER SET ascii COLLATE ascii_bin");
    run(&file.db, &format!(r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "userId" {id} NOT NULL)"#)).await;
    run(&file.db, r#"INSERT INTO "note" ("id", "userId") VALUES ('n1', 'nobody')"#).await;
    let schema = noted(ColumnSpec::new("userId", LogicalType::Id).references("user", "id", OnDelete::Cascade));
    let before = dump(&file.db).await;

    if auth_testkit::backend() == DbBackend::Sqlite {
        let plan = pending(&file.db, &schema).await.unwrap();
        assert_eq!(
            plan.warnings[0].to_string(),
            "note.userId has no foreign key to user; deleting there leaves rows here"
        );
        return;
    }
    let error = apply(&file.db, &schema).await.unwrap_err();

    assert!(
        matches!(&error, ApplyError::Refused(refusals) if matches!(refusals.as_slice(), [Refusal::Orphans { .. }])),
        "{error}"
    );
    assert_eq!(dump(&file.db).await, before);
    run(&file.db, r#"DELETE FROM "note""#).await;
    file.applies(&schema).await;
    assert_eq!(file.lacks(&schema).await, [""; 0]);
}

#[tokio::test]
async fn a_long_text_that_mysql_cannot_index_is_refused_with_its_remedy() {
    if !auth_testkit::runs_on(&[DbBackend::MySql], "the others index any text") {
        return;
    }
    let table = r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "text" <text> NOT NULL)"#;
    let file = File::with(&[table]).await;
    let schema = with(|to| {
        to.table_spec(
            TableSpec::new("note").key("id").column(ColumnSpec::new("text", LogicalType::Str(255))).index(["text"]),
        );
    });

    let error = apply(&file.db, &schema).await.unwrap_err();

    let ApplyError::Refused(refusals) = &error else { panic!("{error}") };
    assert_eq!(
        refusals[0].to_string(),
        r#"note.text is "text", which this database cannot index, and notes needs an index on it"#
    );
    let remedy = refusals[0].remedy(DbBackend::MySql).unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&file.db, &remedy).await.unwrap();
    file.applies(&schema).await;
    assert_eq!(file.lacks(&schema).await, [""; 0]);
}

#[tokio::test]
async fn an_index_over_the_beginning_of_a_text_or_an_expression_is_no_index() {
    let file = File::empty().await;
    let schema = with(|to| {
        to.table_spec(TableSpec::new("note").key("id").column(ColumnSpec::new("text", LogicalType::Str(255)).unique()));
    });
    run(&file.db, r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "text" <str> NOT NULL)"#).await;
    let almost = one_of(
        r#"CREATE UNIQUE INDEX "almost" ON "note" (lower("text"))"#,
        r#"CREATE UNIQUE INDEX "almost" ON "note" (lower("text"))"#,
        r#"CREATE UNIQUE INDEX "almost" ON "note" ("text"(10))"#,
    );
    run(&file.db, almost).await;

    let steps = file.lacks(&schema).await;

    assert!(steps.contains(&r#"create unique index on "note" (text)  [notes]"#.to_owned()), "{steps:?}");
}

#[tokio::test]
async fn a_large_index_of_postgres_can_be_made_while_others_write() {
    if !auth_testkit::runs_on(&[DbBackend::Postgres], "the others cannot, or need not be told") {
        return;
    }
    let file = File::empty().await;
    run(&file.db, r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "text" <str> NOT NULL)"#).await;
    run(&file.db, r#"INSERT INTO "note" SELECT 'n' || i, 'x' || i FROM generate_series(1, 120000) AS i"#).await;
    run(&file.db, r#"ANALYZE "note""#).await;
    let schema = with(|to| {
        let text = ColumnSpec::new("text", LogicalType::Str(255));
        to.table_spec(TableSpec::new("note").key("id").column(text).index(["text"]));
    });
    let plan = pending(&file.db, &schema).await.unwrap();
    let by_hand: Vec<String> = plan.steps.iter().filter_map(|step| step.concurrent_sql(plan.backend)).collect();
    assert_eq!(by_hand, [r#"CREATE INDEX CONCURRENTLY "ix_note_text" ON "note" ("text")"#]);

    run(&file.db, &by_hand[0]).await;

    let steps = file.lacks(&schema).await;
    assert!(!steps.iter().any(|step| step.contains("note\"")), "it is found: {steps:?}");
}

#[tokio::test]
async fn what_another_product_enforced_is_told_while_a_row_has_it() {
    let file = File::empty().await;
    file.applies(&core()).await;
    run(&file.db, r#"ALTER TABLE "user" ADD COLUMN "banned" boolean"#).await;
    run(&file.db, r#"ALTER TABLE "user" ADD COLUMN "twoFactorEnabled" boolean"#).await;
    let people = r#"INSERT INTO "user" ("id", "name", "email", "createdAt", "updatedAt", "banned", "twoFactorEnabled")
        VALUES ('ID', 'N', 'ID@example.com', '2026-01-01 00:00:00', '2026-01-01 00:00:00', FLAGS)"#;
    let warnings = async || pending(&file.db, &core()).await.unwrap().warnings;
    let told = |warnings: &[Warning]| warnings.iter().map(ToString::to_string).collect::<Vec<_>>();

    run(&file.db, &people.replace("ID", "u1").replace("FLAGS", "FALSE, NULL")).await;
    assert_eq!(warnings().await, []);

    run(&file.db, &people.replace("ID", "u2").replace("FLAGS", "TRUE, TRUE")).await;
    let both = warnings().await;
    assert_eq!(
        told(&both),
        [
            "user.banned is set in some rows, and means nothing here: who is banned can sign in; \
             take their passwords and sessions away first, or add a plugin that looks at it",
            "user.twoFactorEnabled is set in some rows, and means nothing here: who has a second factor signs in \
             with the password alone; add a plugin that asks for it, or tell them",
        ]
    );

    let bans = with(|to| {
        let banned = ColumnSpec::new("banned", LogicalType::Bool).nullable();
        to.columns_spec(TableSpec::new("user").key("id").column(banned));
    });
    let plan = pending(&file.db, &bans).await.unwrap();
    assert_eq!(plan.warnings, both[1..], "a plugin has the column now");
}

#[tokio::test]
async fn a_column_of_that_name_that_holds_something_else_is_the_apps_own() {
    let file = File::empty().await;
    file.applies(&core()).await;
    run(&file.db, r#"ALTER TABLE "user" ADD COLUMN "banned" varchar(40) DEFAULT 'no'"#).await;
    let alice = r#"INSERT INTO "user" ("id", "name", "email", "createdAt", "updatedAt")
        VALUES ('u1', 'N', 'a@example.com', '2026-01-01 00:00:00', '2026-01-01 00:00:00')"#;
    run(&file.db, alice).await;

    assert_eq!(pending(&file.db, &core()).await.unwrap().warnings, []);
}
