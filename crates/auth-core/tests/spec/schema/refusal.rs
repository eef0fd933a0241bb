//! What adding cannot mend is refused, with who needs it, and nothing runs.

use auth_core::schema::{
    ApplyError, ColumnSpec, Contribution, ContributionKind, DefaultValue, LogicalType, Schema, TableSpec, Warning,
    apply, merge, pending,
};
use sea_orm::DbBackend;

use super::{File, core, core_contributions, with};
use crate::app::{dump, master};

const USER: &str = r#"CREATE TABLE "user" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE,
    emailVerified integer NOT NULL DEFAULT 0, image text, createdAt date NOT NULL, updatedAt date NOT NULL)"#;

/// What a database is refused for. Asserts that nothing ran, although other things are missing.
async fn refused(statements: &[&str], schema: &Schema) -> Vec<String> {
    let file = File::with(statements).await;
    let (before, rows) = (master(&file.db).await, dump(&file.db).await);

    let error = apply(&file.db, schema).await.unwrap_err();

    assert_eq!((master(&file.db).await, dump(&file.db).await), (before, rows));
    let plan = pending(&file.db, schema).await.unwrap();
    assert!(!plan.steps.is_empty() && !plan.is_done(), "there was something to do");
    let ApplyError::Refused(refusals) = error else { panic!("{error}") };
    assert_eq!(refusals, plan.refusals, "asked or applied, the answer is the same");
    assert!(refusals.iter().all(|refusal| refusal.remedy(DbBackend::Sqlite).is_none()), "SQLite cannot");
    refusals.iter().map(ToString::to_string).collect()
}

fn user(from: &str, to: &str) -> String {
    assert!(USER.contains(from), "{from}");
    USER.replace(from, to)
}

#[tokio::test]
async fn a_name_that_is_no_table() {
    assert_eq!(
        refused(&[r#"CREATE VIEW "user" AS SELECT 1 AS id"#], &core()).await,
        ["user is no table, and core needs a table of this name"]
    );
}

#[tokio::test]
async fn a_column_nobody_writes() {
    let more = user("image text", "image text, tenant text NOT NULL");

    assert_eq!(
        refused(&[&more], &core()).await,
        ["user.tenant is NOT NULL without a default, and core does not write it: every insert would fail"]
    );
}

#[tokio::test]
async fn a_required_column_for_rows_that_are_there() {
    assert_eq!(
        refused(&[&user("name text NOT NULL, ", "")], &core()).await,
        ["core wants user.name, which is required and has no default, and user exists already"]
    );
}

#[tokio::test]
async fn a_column_of_another_type() {
    assert_eq!(
        refused(&[&user("email text", "email integer")], &core()).await,
        [r#"user.email is "INTEGER", and core keeps text(255) in it"#]
    );
    assert_eq!(
        refused(&[&user("createdAt date", "createdAt integer")], &core()).await,
        [r#"user.createdAt is "INTEGER", and core keeps timestamp in it"#]
    );
    assert_eq!(
        refused(&[&user("id text PRIMARY KEY", "id integer PRIMARY KEY")], &core()).await,
        [r#"user.id is "INTEGER", and core keeps id in it"#],
        "told once, not again as a key"
    );
}

#[tokio::test]
async fn a_column_that_is_never_null_where_null_is_written() {
    assert_eq!(
        refused(&[&user("image text", "image text NOT NULL")], &core()).await,
        ["user.image is NOT NULL, and core writes null to it"]
    );
}

#[tokio::test]
async fn a_column_the_owner_does_not_know() {
    let level = ColumnSpec::new("level", LogicalType::Int).default_value(DefaultValue::Int(1));
    let mut contributions = core_contributions();
    contributions.push(Contribution {
        by: "notes".into(),
        kind: ContributionKind::Extends,
        spec: TableSpec::new("user").column(level),
    });
    let schema = merge(contributions).unwrap();

    assert_eq!(
        refused(&[&user("image text", "image text, level integer")], &schema).await,
        ["user.level has no default, and core, who inserts the rows, does not know what notes keeps there"]
    );
}

#[tokio::test]
async fn a_column_in_another_spelling() {
    assert_eq!(
        refused(&[&user("emailVerified", "emailverified")], &core()).await[0],
        "user.emailverified should be spelled emailVerified, as core reads it"
    );
}

#[tokio::test]
async fn a_table_with_another_key() {
    assert_eq!(
        refused(&[&user("id text PRIMARY KEY", "id text NOT NULL, number integer PRIMARY KEY")], &core()).await,
        ["user has another key than (id), by which core finds its rows"]
    );
}

#[tokio::test]
async fn a_column_that_points_elsewhere() {
    let session = "CREATE TABLE session (id text PRIMARY KEY, expiresAt date NOT NULL, token text NOT NULL UNIQUE,
        createdAt date NOT NULL, updatedAt date NOT NULL, ipAddress text, userAgent text,
        userId text NOT NULL REFERENCES person (id))";

    assert_eq!(
        refused(&["CREATE TABLE person (id text PRIMARY KEY)", session], &core()).await,
        ["session.userId points to person, and core needs it to point to user"]
    );
}

#[tokio::test]
async fn a_name_an_index_needs() {
    assert_eq!(
        refused(&[&user(" UNIQUE", ""), r#"CREATE INDEX uq_user_email ON "user" (name)"#], &core()).await,
        ["the name uq_user_email is taken, and core needs it for an index on user (email)"]
    );
}

#[tokio::test]
async fn rows_that_would_break_a_unique_index() {
    let insert = |id: &str| {
        format!(r#"INSERT INTO "user" VALUES ('{id}', 'Alice', 'alice@example.com', 0, NULL, '2026', '2026')"#)
    };

    assert_eq!(
        refused(&[&user(" UNIQUE", ""), &insert("1"), &insert("2")], &core()).await,
        ["user has rows with the same (email), and core needs them to differ"]
    );
}

#[tokio::test]
async fn rows_that_are_null_break_no_unique_index() {
    let code = with(|to| {
        to.table_spec(
            TableSpec::new("note").key("id").column(ColumnSpec::new("code", LogicalType::Int).nullable().unique()),
        );
    });
    let file = File::with(&[
        "CREATE TABLE note (id text PRIMARY KEY, code integer)",
        "INSERT INTO note VALUES ('1', NULL), ('2', NULL), ('3', 7)",
    ])
    .await;

    assert!(file.applies(&code).await.steps.iter().any(|step| step.table() == "note"));
}

#[tokio::test]
async fn all_refusals_come_at_once() {
    let both = user("image text", "image text NOT NULL, tenant text NOT NULL").replace("name text", "name blob");

    assert_eq!(refused(&[&both], &core()).await.len(), 3);
}

#[tokio::test]
async fn a_remedy_is_told_where_the_database_has_one() {
    let file = File::with(&[
        &user("image text", "image text NOT NULL, tenant text NOT NULL").replace("name text", "name blob")
    ])
    .await;
    let refusals = pending(&file.db, &core()).await.unwrap().refusals;

    let remedies: Vec<_> = refusals.iter().filter_map(|refusal| refusal.remedy(DbBackend::Postgres)).collect();

    insta::assert_debug_snapshot!(remedies, @r#"
    [
        "ALTER TABLE \"user\" ALTER COLUMN \"name\" TYPE text USING CAST(\"name\" AS text)",
        "ALTER TABLE \"user\" ALTER COLUMN \"image\" TYPE text, ALTER COLUMN \"image\" DROP NOT NULL",
        "ALTER TABLE \"user\" ALTER COLUMN \"tenant\" DROP NOT NULL",
    ]
    "#);
}

#[tokio::test]
async fn what_still_works_is_a_warning() {
    let session = "CREATE TABLE session (id text PRIMARY KEY, expiresAt date NOT NULL, token text UNIQUE,
        createdAt date NOT NULL, updatedAt date NOT NULL, ipAddress text, userAgent text, userId text NOT NULL)";
    let account = r#"CREATE TABLE account (id text PRIMARY KEY, accountId text NOT NULL, providerId text NOT NULL,
        userId text NOT NULL REFERENCES "user" (id), accessToken text, refreshToken text, idToken text,
        accessTokenExpiresAt date, refreshTokenExpiresAt date, scope text, password text,
        createdAt date NOT NULL, updatedAt date NOT NULL)"#;
    let file = File::with(&[&user("NOT NULL DEFAULT 0", "NOT NULL"), session, account]).await;

    let applied = file.applies(&core()).await;

    let told: Vec<String> = applied.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "user.emailVerified has no default; an insert must name it",
            "session.token can be null; a row where it is cannot be read",
            "session.userId has no foreign key to user; deleting there leaves rows here",
            "the foreign key of account.userId does not cascade on delete",
        ]
    );
    assert!(matches!(applied.warnings[2], Warning::NoForeignKey { .. }));
    assert!(pending(&file.db, &core()).await.unwrap().is_done());
}
