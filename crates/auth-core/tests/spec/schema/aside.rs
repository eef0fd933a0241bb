//! A table of somebody else's that has the name of ours is set aside, with everything in it.

use auth_core::Contributions;
use auth_core::schema::{
    ApplyError, ColumnSpec, Consent, LogicalType, OnDelete, Refusal, Schema, Step, TableSpec, Terms, apply, apply_on,
    pending,
};

use super::{File, core, with};
use crate::app::{dump, run};

const THEIRS: [&str; 4] = [
    r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "body" <text> NOT NULL)"#,
    r#"CREATE TABLE "comment" ("id" <id> NOT NULL PRIMARY KEY, "noteId" <id> NOT NULL, FOREIGN KEY ("noteId") REFERENCES "note" ("id"))"#,
    r#"INSERT INTO "note" ("id", "body") VALUES ('n1', 'theirs')"#,
    r#"INSERT INTO "comment" ("id", "noteId") VALUES ('c1', 'n1')"#,
];

fn ours(to: &mut Contributions) {
    to.table_spec(
        TableSpec::new("note")
            .key("id")
            .column(ColumnSpec::new("text", LogicalType::Text))
            .column(ColumnSpec::new("userId", LogicalType::Id).references("user", "id", OnDelete::Cascade))
            .index(["userId"])
            .recognised_by("text"),
    );
}

fn schema() -> Schema {
    with(ours)
}

const AGREED: Terms<'static> = Terms {
    lock_timeout: std::time::Duration::from_mins(1),
    statement_timeout: None,
    consent: Consent::Everything,
    watch: &Quiet,
};

struct Quiet;

impl auth_core::schema::Watch for Quiet {
    fn begins(&self, _: &Step, _: usize, _: usize) {}

    fn rewrote(&self, _: u64) {}
}

#[tokio::test]
async fn it_is_renamed_with_its_rows_and_ours_is_made() {
    let file = File::with(&THEIRS).await;
    file.applies(&core()).await;

    let applied = apply_on(&file.db, &schema(), &AGREED).await.unwrap();

    assert_eq!(applied.steps[0].to_string(), r#"rename "note", which is somebody else's, to "note_old"  [notes]"#);
    assert_eq!(file.ask(r#"SELECT "body" FROM "note_old""#).await, ["theirs"]);
    assert_eq!(file.ask(r#"SELECT "text" FROM "note""#).await, [""; 0]);
    let plan = pending(&file.db, &schema()).await.unwrap();
    assert!(plan.is_done() && plan.warnings.is_empty(), "{plan:?}");
    let joined = r#"SELECT "body" FROM "comment" JOIN "note_old" ON "note_old"."id" = "comment"."noteId""#;
    assert_eq!(file.ask(joined).await, ["theirs"]);
    run(&file.db, r#"INSERT INTO "comment" ("id", "noteId") VALUES ('c2', 'n1')"#).await;
}

#[tokio::test]
async fn nobody_is_set_aside_unasked() {
    let file = File::with(&THEIRS).await;
    let before = dump(&file.db).await;

    let error = apply(&file.db, &schema()).await.unwrap_err();

    let ApplyError::Consent(consents) = &error else { panic!("{error}") };
    assert_eq!(
        consents.as_slice(),
        ["note is a table of somebody else's; it is renamed to note_old, and nothing in it carries over"]
    );
    assert_eq!(dump(&file.db).await, before);
}

#[tokio::test]
async fn a_name_that_is_taken_already_is_a_refusal() {
    let file = File::with(&THEIRS).await;
    run(&file.db, r#"CREATE TABLE "note_old" ("id" <id> NOT NULL PRIMARY KEY)"#).await;
    let before = dump(&file.db).await;

    let error = apply_on(&file.db, &schema(), &AGREED).await.unwrap_err();

    assert!(
        matches!(&error, ApplyError::Refused(refusals) if matches!(refusals.as_slice(), [Refusal::SetAside { .. }])),
        "{error}"
    );
    assert_eq!(dump(&file.db).await, before);
}

#[tokio::test]
async fn ours_is_never_set_aside() {
    let file = File::empty().await;
    file.applies(&schema()).await;
    let later = with(|to| {
        ours(to);
        to.table_spec(TableSpec::new("label").key("id"));
    });

    let steps = file.lacks(&later).await;

    assert_eq!(steps, [r#"create table "label" (id id)  [notes]"#]);
}

#[test]
fn a_mark_the_table_does_not_have_is_a_conflict() {
    let conflict =
        std::panic::catch_unwind(|| with(|to| to.table_spec(TableSpec::new("note").key("id").recognised_by("text"))));

    assert!(conflict.is_err());
}
