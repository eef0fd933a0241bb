//! What adding cannot mend is refused, with who needs it, and nothing runs.

use auth_core::schema::{
    ApplyError, ColumnSpec, Contribution, ContributionKind, DefaultValue, LogicalType, Schema, Step, TableSpec, apply,
    merge, pending,
};
use auth_testkit::backend;
use sea_orm::DbBackend;

use super::{File, core, core_contributions, with};
use crate::app::{dump, master, one_of};

/// In the words of [`spoken`](crate::app::spoken).
const USER: &str = r#"CREATE TABLE "user" ("id" <id> PRIMARY KEY, "name" <str> NOT NULL, "email" <str> NOT NULL UNIQUE,
    "emailVerified" <bool> NOT NULL DEFAULT false, "image" <text>, "createdAt" <time> NOT NULL, "updatedAt" <time> NOT NULL)"#;

/// Somebody without a name.
const BOB: &str = r#"INSERT INTO "user" ("id", "email", "createdAt", "updatedAt")
    VALUES ('b', 'bob@example.com', '2026-01-01 00:00:00', '2026-01-01 00:00:00')"#;

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
    let more = user(r#""image" <text>"#, r#""image" <text>, "tenant" <text> NOT NULL"#);

    assert_eq!(
        refused(&[&more], &core()).await,
        ["user.tenant is NOT NULL without a default, and core does not write it: every insert would fail"]
    );
}

#[tokio::test]
async fn a_required_column_for_rows_that_are_there() {
    assert_eq!(
        refused(&[&user(r#""name" <str> NOT NULL, "#, ""), BOB], &core()).await,
        ["core wants user.name, which is required and has no default, and user exists already"]
    );
}

#[tokio::test]
async fn a_column_of_another_type() {
    // As each database writes it down. MySQL 8 gives integers no width any more.
    let file = File::with(&["CREATE TABLE sample (id <int>)"]).await;
    let shown = master(&file.db).await.concat();
    let integer =
        one_of("\"INTEGER\"", "\"integer\"", if shown.contains("int(11)") { "\"int(11)\"" } else { "\"int\"" });

    assert_eq!(
        refused(&[&user(r#""email" <str>"#, r#""email" <int>"#)], &core()).await,
        [format!("user.email is {integer}, and core keeps text(255) in it")]
    );
    assert_eq!(
        refused(&[&user(r#""createdAt" <time>"#, r#""createdAt" <int>"#)], &core()).await,
        [format!("user.createdAt is {integer}, and core keeps timestamp in it")]
    );
    assert_eq!(
        refused(&[&user("<id> PRIMARY KEY", "<int> PRIMARY KEY")], &core()).await,
        [format!("user.id is {integer}, and core keeps id in it")],
        "told once, not again as a key"
    );
}

#[tokio::test]
async fn a_column_that_is_never_null_where_null_is_written() {
    assert_eq!(
        refused(&[&user(r#""image" <text>"#, r#""image" <text> NOT NULL"#)], &core()).await,
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
        refused(&[&user(r#""image" <text>"#, r#""image" <text>, "level" <int>"#)], &schema).await,
        ["user.level has no default, and core, who inserts the rows, does not know what notes keeps there"]
    );
}

#[tokio::test]
async fn a_column_in_another_spelling() {
    let other = user("createdAt", "createdat");
    let found = refused(&[&other], &core()).await;

    let misspelt = "user.createdat should be spelled createdAt, as core reads it";
    // There it is another column.
    let unwritten = "user.createdat is NOT NULL without a default, and core does not write it: every insert would fail";
    assert_eq!(found[0], one_of(misspelt, unwritten, misspelt));
}

#[tokio::test]
async fn a_table_with_another_key() {
    assert_eq!(
        refused(&[&user("<id> PRIMARY KEY", r#"<id> NOT NULL, "number" <number> PRIMARY KEY"#)], &core()).await,
        ["user has another key than (id), by which core finds its rows"]
    );
}

#[tokio::test]
async fn a_column_that_points_elsewhere() {
    let session = r#"CREATE TABLE session ("id" <id> PRIMARY KEY, "expiresAt" <time> NOT NULL, "token" <str> NOT NULL UNIQUE,
        "createdAt" <time> NOT NULL, "updatedAt" <time> NOT NULL, "ipAddress" <text>, "userAgent" <text>,
        "userId" <id> NOT NULL, FOREIGN KEY ("userId") REFERENCES person (id))"#;

    assert_eq!(
        refused(&["CREATE TABLE person (id <id> PRIMARY KEY)", session], &core()).await,
        ["session.userId points to person, and core needs it to point to user"]
    );
}

#[tokio::test]
async fn a_name_an_index_needs() {
    let there = [&user(" UNIQUE", ""), r#"CREATE INDEX uq_user_email ON "user" ("name")"#];
    assert_eq!(
        refused(&there, &core()).await,
        ["the name uq_user_email is taken, and core needs it for an index on user (email)"]
    );
}

#[tokio::test]
async fn rows_that_would_break_a_unique_index() {
    let insert = |id: &str| {
        format!(
            r#"INSERT INTO "user" VALUES ('{id}', 'Alice', 'alice@example.com', false, NULL, '2026-01-01', '2026-01-01')"#
        )
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
        "CREATE TABLE note (id <id> PRIMARY KEY, code <int>)",
        "INSERT INTO note VALUES ('1', NULL), ('2', NULL), ('3', 7)",
    ])
    .await;

    assert!(file.applies(&code).await.steps.iter().any(|step| step.table() == "note"));
}

#[tokio::test]
async fn all_refusals_come_at_once() {
    let both = user(r#""image" <text>"#, r#""image" <text> NOT NULL, "tenant" <text> NOT NULL"#)
        .replace(r#""name" <str>"#, r#""name" <bytes>"#);

    assert_eq!(refused(&[&both], &core()).await.len(), 3);
}

#[tokio::test]
async fn a_remedy_is_told_where_the_database_has_one() {
    let file = File::with(&[&user(r#""image" <text>"#, r#""image" <text> NOT NULL, "tenant" <text> NOT NULL"#)
        .replace(r#""name" <str>"#, r#""name" <bytes>"#)])
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
    let session = r#"CREATE TABLE session ("id" <id> PRIMARY KEY, "expiresAt" <time> NOT NULL, "token" <str> UNIQUE,
        "createdAt" <time> NOT NULL, "updatedAt" <time> NOT NULL, "ipAddress" <text>, "userAgent" <text>,
        "userId" <id> NOT NULL)"#;
    let account = r#"CREATE TABLE account ("id" <id> PRIMARY KEY, "accountId" <str> NOT NULL, "providerId" <str> NOT NULL,
        "userId" <id> NOT NULL, "accessToken" <text>, "refreshToken" <text>, "idToken" <text>,
        "accessTokenExpiresAt" <time>, "refreshTokenExpiresAt" <time>, "scope" <text>, "password" <text>,
        "createdAt" <time> NOT NULL, "updatedAt" <time> NOT NULL, FOREIGN KEY ("userId") REFERENCES "user" ("id"))"#;
    let file = File::with(&[&user("NOT NULL DEFAULT false", "NOT NULL"), session, account]).await;

    let applied = file.applies(&core()).await;

    let told: Vec<String> = applied.warnings.iter().map(ToString::to_string).collect();
    let mut expected = vec![
        "user.emailVerified has no default; an insert must name it",
        "session.token can be null; a row where it is cannot be read",
        "session.userId has no foreign key to user; deleting there leaves rows here",
        "the foreign key of account.userId does not cascade on delete",
    ];
    if backend() != DbBackend::Sqlite {
        expected.remove(2);
        let added =
            |step: &Step| matches!(step, Step::AddForeignKey { foreign_key, .. } if foreign_key.table == "session");
        assert!(applied.steps.iter().any(added), "a foreign key can be added there: {applied:?}");
    }
    assert_eq!(told, expected);
    assert!(pending(&file.db, &core()).await.unwrap().is_done());
}
