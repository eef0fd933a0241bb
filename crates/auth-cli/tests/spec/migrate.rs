//! `migrate`: plan, question, exit code.

use std::path::Path;

use auth_cli::Exit;

use crate::app::Place;

#[test]
fn a_second_run_finds_nothing_to_do() {
    let place = Place::new();

    let first = place.runs("migrate --yes");
    let second = place.runs("migrate --yes");

    assert_eq!(first.exit, Exit::Done, "{}", first.err);
    assert_eq!((second.exit, second.out.as_str()), (Exit::Done, ""));
    assert_eq!(second.err, "Nothing to do.\n");
}

#[test]
fn a_plan_names_table_columns_and_plugin_on_one_line_each() {
    let place = Place::new();

    let plan = place.runs("migrate --dry-run");

    let note = plan.out.lines().find(|line| line.contains("\"note\""));
    let note = note.expect("a line on the table of the plugin");
    assert!(note.starts_with("create table \"note\" (id"), "{note}");
    assert!(note.contains("text") && note.ends_with("[notes]"), "{note}");
    assert!(plan.out.contains("create table \"user\"") && plan.out.contains("[core]"));
}

#[test]
fn a_look_at_the_plan_makes_no_database() {
    let place = Place::new();

    assert_eq!(place.runs("migrate --dry-run").exit, Exit::Done);
    assert_eq!(place.runs("migrate --check").exit, Exit::Pending);
    assert_eq!(place.runs("migrate").exit, Exit::Failed);

    assert!(!Path::new(&place.path("app.sqlite")).exists());
}

#[test]
fn check_tells_pending_from_done() {
    let place = Place::new();
    assert_eq!(place.runs("migrate --check").exit, Exit::Pending);

    place.runs("migrate --yes");

    assert_eq!(place.runs("migrate --check").exit, Exit::Done);
}

#[test]
fn without_a_person_to_ask_the_flag_is_named_and_nothing_is_done() {
    let place = Place::new();

    let refused = place.runs("migrate");

    assert_eq!(refused.exit, Exit::Failed);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    assert_eq!(place.runs("migrate --check").exit, Exit::Pending);
}

#[test]
fn only_a_yes_is_a_yes() {
    let place = Place::new();

    for no in ["", "\n", "n\n", "yess\n"] {
        let refused = place.runs_answered("migrate", no);
        assert_eq!(refused.exit, Exit::Failed);
        assert!(refused.err.contains("[y/N]") && refused.err.contains("Nothing was changed."));
    }
    assert_eq!(place.runs("migrate --check").exit, Exit::Pending);

    assert_eq!(place.runs_answered("migrate", "Y\n").exit, Exit::Done);
    assert_eq!(place.runs("migrate --check").exit, Exit::Done);
}

#[test]
fn what_stands_against_the_schema_is_told_and_nothing_is_done() {
    let place = Place::new();
    place.runs("migrate --yes");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use sea_orm::ConnectionTrait as _;
        let db = auth_core::database::connect(&place.url()).await.unwrap();
        // No request changes a schema.
        for statement in [
            "DROP TABLE note",
            "DROP TABLE verification",
            "CREATE TABLE note (id VARCHAR(36) PRIMARY KEY NOT NULL, text BLOB NOT NULL)",
        ] {
            db.execute_unprepared(statement).await.unwrap();
        }
    });

    for line in ["migrate --yes", "migrate --check", "migrate --dry-run"] {
        let refused = place.runs(line);
        assert_eq!((refused.exit, refused.out.as_str()), (Exit::Failed, ""));
        assert!(refused.err.contains("error: "), "{}", refused.err);
        assert!(refused.err.contains("note") && refused.err.contains("Nothing was changed."));
    }
}

#[test]
fn a_database_that_does_not_answer_is_named_without_its_password() {
    let place = Place::new();

    let failed = place.runs("migrate --yes --database-url sqlite:/nowhere/at/all/app.sqlite");
    assert_eq!(failed.exit, Exit::Failed);
    assert!(
        failed.err.starts_with("error: the database sqlite:/nowhere/at/all/app.sqlite does not answer\n  because: ")
    );

    let failed = place.runs("migrate --yes --database-url postgres://u:hunter2@127.0.0.1:1/d");
    assert_eq!(failed.exit, Exit::Failed);
    assert!(!failed.err.contains("hunter2"), "{}", failed.err);
}
