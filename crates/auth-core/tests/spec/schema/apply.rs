//! Applying: everything once, by one, or nothing.

use auth_core::schema::{ApplyError, Schema, TableSpec, apply, pending};
use auth_testkit::backend;
use sea_orm::DbBackend;

use super::{File, core, with};
use crate::app::{dump, master, one_of, run};

#[tokio::test]
async fn after_an_apply_nothing_is_missing() {
    let file = File::empty().await;
    let asked = pending(&file.db, &core()).await.unwrap();

    let applied = file.applies(&core()).await;

    assert_eq!((applied.steps.len(), applied.warnings.len()), (12, 0));
    assert_eq!(applied.steps, asked.steps, "what was shown is what was done");
    let plan = pending(&file.db, &core()).await.unwrap();
    assert!(plan.is_done() && plan.warnings.is_empty(), "{plan:?}");
}

#[tokio::test]
async fn a_second_apply_does_nothing() {
    let file = File::empty().await;
    file.applies(&core()).await;
    let before = master(&file.db).await;

    let second = file.applies(&core()).await;

    assert_eq!(second.steps, []);
    assert_eq!(master(&file.db).await, before);
}

#[tokio::test]
async fn to_look_changes_nothing() {
    let file = File::empty().await;

    assert_eq!(file.lacks(&core()).await.len(), 12);

    assert_eq!(master(&file.db).await, [""; 0]);
}

async fn at_once(appliers: usize) {
    let file = File::empty().await;
    let mut connections = Vec::new();
    for _ in 0..appliers {
        connections.push(file.again().await);
    }

    let work = connections.into_iter().map(|db| tokio::spawn(async move { apply(&db, &core()).await }));
    let done = futures::future::join_all(work).await;

    let mut steps: Vec<usize> = done.into_iter().map(|applied| applied.unwrap().unwrap().steps.len()).collect();
    steps.sort_unstable();
    assert_eq!(steps.pop(), Some(12), "one did it all");
    assert_eq!(steps, vec![0; appliers - 1], "the others found nothing to do");
    assert_eq!(file.lacks(&core()).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_at_once_one_does_the_work() {
    at_once(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_at_once_one_does_the_work() {
    at_once(10).await;
}

/// Something no plan knows, which the step that makes this table of the schema stumbles over.
fn obstacle() -> (&'static str, Schema, &'static str) {
    let note = |name: &'static str| with(move |to| to.table_spec(TableSpec::new(name).key("id")));
    one_of(
        // A name SQLite keeps to itself.
        ("SELECT 1", note("sqlite_note"), "sqlite_note"),
        // A table is a type too.
        ("CREATE TYPE note AS ENUM ('a')", note("note"), "note"),
        // Names of foreign keys hold for the whole database.
        (
            "CREATE TABLE obstacle (id int PRIMARY KEY, other int, \
             CONSTRAINT fk_session_userId FOREIGN KEY (other) REFERENCES obstacle (id))",
            core(),
            "session",
        ),
    )
}

#[tokio::test]
async fn a_step_that_fails_is_told_and_leaves_no_lock() {
    let (obstacle, schema, table) = obstacle();
    let file = File::with(&[obstacle]).await;
    let before = master(&file.db).await;

    let error = apply(&file.db, &schema).await.unwrap_err();

    assert!(matches!(&error, ApplyError::Step { step, .. } if step.table() == table), "{error:?}");
    assert!(error.to_string().starts_with(&format!("cannot create table \"{table}\" (id id")), "{error}");
    let left = master(&file.db).await;
    if backend() == DbBackend::MySql {
        assert!(left.len() > before.len(), "every statement commits there");
        run(&file.db, "DROP TABLE obstacle").await;
        file.applies(&schema).await;
        assert_eq!(file.lacks(&schema).await, [""; 0], "a second run goes on after what is there");
    } else {
        assert_eq!(left, before, "the tables of core, which came before, are gone again");
        assert_eq!(file.applies(&core()).await.steps.len(), 12, "nobody holds the lock");
    }
}

#[tokio::test]
async fn what_the_app_has_of_its_own_stays_as_it_is() {
    let file = File::empty().await;
    file.applies(&core()).await;
    let partial = r#"CREATE UNIQUE INDEX my_lower ON "user" (lower("email")) WHERE "nickname" IS NOT NULL"#;
    for statement in [
        r#"ALTER TABLE "user" ADD COLUMN "nickname" varchar(20)"#,
        r#"ALTER TABLE "user" ADD COLUMN "score" real NOT NULL DEFAULT 1.5"#,
        r#"CREATE UNIQUE INDEX my_nickname ON "user" ("nickname")"#,
        one_of(partial, partial, r#"CREATE UNIQUE INDEX my_start ON "user" ("email"(9))"#),
        one_of(
            r#"CREATE TRIGGER my_trigger AFTER INSERT ON "user" BEGIN SELECT 1; END"#,
            r#"CREATE TRIGGER my_trigger BEFORE UPDATE ON "user"
                FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"#,
            r#"CREATE TRIGGER my_trigger AFTER INSERT ON "user" FOR EACH ROW SET @my = 1"#,
        ),
        r#"CREATE VIEW my_view AS SELECT "nickname" FROM "user""#,
        "CREATE TABLE invoice (number integer PRIMARY KEY, total numeric(5, 2))",
        "INSERT INTO invoice VALUES (1, 2.5)",
        r#"INSERT INTO "user" ("id", "name", "email", "createdAt", "updatedAt", "nickname")
            VALUES ('1', 'Alice', 'alice@example.com', '2026-01-01', '2026-01-01', 'al')"#,
    ] {
        run(&file.db, statement).await;
    }
    let (before, rows) = (master(&file.db).await, dump(&file.db).await);
    assert_eq!(file.applies(&core()).await.steps, []);
    assert_eq!((master(&file.db).await, dump(&file.db).await), (before.clone(), rows));
}

#[tokio::test]
async fn a_database_with_more_than_one_schema_needs_only_what_it_has_not() {
    let file = File::empty().await;
    let notes = with(|to| to.table_spec(TableSpec::new("note").key("id")));
    file.applies(&notes).await;

    assert_eq!(file.lacks(&core()).await, [""; 0], "a plugin that is gone leaves its table");
    assert_eq!(file.lacks(&notes).await, [""; 0]);
    assert!(master(&file.db).await.iter().any(|line| line.contains(" note")));
}
