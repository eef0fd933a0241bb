//! `migrate`: plan, question, exit code.

#![expect(clippy::unwrap_used, reason = "reading a database stands outside test functions, and is a test all the same")]

use std::path::Path;

use auth_cli::Exit;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};

use crate::app::{Outcome, Place, SECRET};

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
fn a_plan_is_a_table_of_steps_with_the_plugin_that_wants_them() {
    let place = Place::new();

    let plan = place.runs("migrate --check");

    insta::assert_snapshot!(plan.out, @r"
    step          where                            plugin  note
    create table  user                             core    id, name, email, emailVerified, image, createdAt, updatedAt
    create index  user (email)                     core    unique
    create table  session                          core    id, expiresAt, token, createdAt, updatedAt, ipAddress, userAgent, userId, rememberMe, authenticatedAt
    create index  session (token)                  core    unique
    create index  session (expiresAt)              core
    create index  session (userId)                 core
    create table  account                          core    id, accountId, providerId, userId, accessToken, refreshToken, idToken, accessTokenExpiresAt, refreshTokenExpiresAt, scope, password, createdAt, updatedAt
    create index  account (userId)                 core
    create index  account (accountId, providerId)  core    unique
    create table  verification                     core    id, identifier, value, expiresAt, createdAt, updatedAt
    create index  verification (identifier)        core
    create index  verification (expiresAt)         core
    create table  note                             notes   id, text
    ");
    assert_eq!(plan.err, "13 steps pending.\n");
}

#[test]
fn a_dry_run_shows_the_sql_and_does_nothing() {
    let place = Place::new();

    let plan = place.runs("migrate --dry-run");

    let (table, sql) = plan.out.split_once("\n\n").expect("a table, and the SQL after it");
    assert_eq!(table, place.runs("migrate --check").out.trim_end());
    assert_eq!(sql, place.runs("generate").out, "in an empty database the same");
    assert!(plan.err.contains("Nothing was changed."), "{}", plan.err);
    assert!(!Path::new(&place.path("app.sqlite")).exists());
}

#[test]
fn programs_get_the_plan_as_json() {
    let place = Place::new();
    let json = |outcome: &Outcome| serde_json::from_str::<Value>(&outcome.out).expect("JSON, and nothing else");

    let usage = place.runs("migrate --json");
    assert_eq!(usage.exit, Exit::Usage, "{}", usage.err);
    let looked = place.runs("migrate --json --dry-run");
    let checked = place.runs("migrate --json --check");
    let applied = place.runs("migrate --json --yes");
    let again = place.runs("migrate --json --check");

    assert_eq!((looked.exit, checked.exit), (Exit::Done, Exit::Pending));
    assert_eq!((applied.exit, again.exit), (Exit::Done, Exit::Done));
    for (outcome, status) in [(&looked, "pending"), (&checked, "pending"), (&applied, "applied"), (&again, "done")] {
        assert_eq!(json(outcome)["status"], status);
        assert_eq!(json(outcome)["database"], format!("sqlite:{}", place.path("app.sqlite")));
        assert_eq!(outcome.err, "");
    }
    assert_eq!(
        json(&looked)["steps"].as_array().unwrap().last().unwrap(),
        &json!({
            "step": "create_table",
            "table": "note",
            "columns": ["id", "text"],
            "plugin": "notes",
            "sql": ["CREATE TABLE \"note\" ( \"id\" text NOT NULL PRIMARY KEY, \"text\" text NOT NULL )"],
        })
    );
    assert_eq!(json(&again)["steps"], json!([]));
}

#[test]
fn nothing_is_coloured_without_a_terminal() {
    let place = Place::new();

    for line in ["migrate --check", "migrate", "migrate --yes", "migrate --bad", "routes --hooks", "--help"] {
        let outcome = place.runs(line);

        assert!(!format!("{}{}", outcome.out, outcome.err).contains('\u{1b}'), "{line}: {outcome:?}");
    }
}

/// Everything a database is made of and every row of its table `user`.
fn contents(place: &Place) -> Vec<String> {
    in_database(place, async |db| {
        let mut found = Vec::new();
        for sql in [
            "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_master WHERE tbl_name = 'user' ORDER BY 1",
            "SELECT id || email || coalesce(nickname, '-') || score FROM user ORDER BY 1",
        ] {
            let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
            found.extend(rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()));
        }
        found
    })
}

fn in_database<T>(place: &Place, work: impl AsyncFnOnce(DatabaseConnection) -> T) -> T {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { work(auth_core::database::connect(&place.url()).await.unwrap()).await })
}

#[test]
fn a_user_table_of_the_apps_own_keeps_its_columns_indexes_and_rows() {
    let place = Place::new();
    in_database(&place, async |db| {
        // An app that was there before: no request of ours makes such a table.
        for statement in [
            "CREATE TABLE user (id VARCHAR(36) PRIMARY KEY NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE, \
             emailVerified BOOLEAN NOT NULL DEFAULT 0, image TEXT, createdAt TEXT NOT NULL, updatedAt TEXT NOT NULL, \
             nickname TEXT, score INTEGER NOT NULL DEFAULT 7 CHECK (score > 0))",
            "CREATE UNIQUE INDEX app_nickname ON user (nickname)",
            "CREATE INDEX app_score ON user (score DESC) WHERE score > 100",
            "CREATE TRIGGER app_touch AFTER UPDATE ON user BEGIN SELECT 1; END",
            "INSERT INTO user VALUES ('1', 'Alice', 'alice@example.com', 1, NULL, '2025', '2025', 'al', 12)",
            "INSERT INTO user VALUES ('2', 'Bob', 'bob@example.com', 0, NULL, '2025', '2025', NULL, 900)",
        ] {
            db.execute_unprepared(statement).await.unwrap();
        }
    });
    let before = contents(&place);

    let applied = place.runs("migrate --yes");

    assert_eq!(applied.exit, Exit::Done, "{}", applied.err);
    assert!(!applied.out.lines().any(|line| line.contains(" user ")), "{}", applied.out);
    assert_eq!(contents(&place), before);
    assert_eq!(place.runs("migrate --check").exit, Exit::Done);
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
        assert!(refused.err.contains("\n  to go on: this database cannot change a column: make the table anew"));
    }
    let refused = place.runs("migrate --yes --json");
    let told: Value = serde_json::from_str(&refused.out).unwrap();
    assert_eq!((refused.exit, &told["status"]), (Exit::Failed, &json!("refused")));
    assert!(told["refusals"][0]["message"].as_str().unwrap().contains("note.text"), "{told}");
    assert!(told["refusals"][0]["advice"].is_string() && told["refusals"][0]["sql"].is_null(), "{told}");
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

#[test]
fn a_password_in_a_malformed_url_is_never_printed() {
    let place = Place::new();

    for url in ["u:s3cr3t@h/d", "postgres:/u:s3cr3t@h/d", "postgres://u:12/s3cr3t@h/d", "u:s3cr3t", "mysql:s3cr3t"] {
        for line in [
            format!("migrate --yes --database-url {url}"),
            format!("migrate --yes --json --database-url {url}"),
            format!("generate --against {url}"),
            format!("--secret {SECRET} serve --database-url {url}"),
        ] {
            let failed = place.runs(&line);

            assert_eq!(failed.exit, Exit::Failed, "{line}: {failed:?}");
            assert!(failed.err.contains("***") || failed.out.contains("***"), "{line}: {failed:?}");
            assert!(!failed.err.contains("s3cr3t") && !failed.out.contains("s3cr3t"), "{line}: {failed:?}");
        }
    }
}

#[test]
fn programs_get_a_failure_as_json() {
    let place = Place::new();

    for flag in ["--yes", "--check", "--dry-run"] {
        let failed = place.runs(&format!("migrate --json {flag} --database-url postgres://u:hunter2@127.0.0.1:1/d"));

        let told: Value = serde_json::from_str(&failed.out).unwrap();
        assert_eq!((failed.exit, failed.err.as_str()), (Exit::Failed, ""));
        assert_eq!(told["status"], "failed");
        assert_eq!(told["error"], "the database postgres://u:***@127.0.0.1:1/d does not answer");
        assert!(told["causes"][0].is_string() && told.get("complaints").is_none(), "{told}");
    }
}

#[test]
fn programs_get_every_complaint_of_a_configuration_as_json() {
    let failed = Place::new().runs("--shown 0 migrate --json --yes");

    let told: Value = serde_json::from_str(&failed.out).unwrap();
    assert_eq!((failed.exit, failed.err.as_str()), (Exit::Failed, ""));
    assert_eq!(
        told,
        json!({
            "status": "failed",
            "error": "the configuration has 2 problem(s)",
            "causes": [],
            "complaints": [
                {
                    "plugin": "notes",
                    "option": "shown",
                    "value": "0",
                    "right": "use at least 1",
                    "message": "shown is 0; use at least 1",
                },
                { "plugin": "schema", "message": "app and notes both own note" },
            ],
        })
    );
}

#[test]
fn a_reader_who_has_seen_enough_changes_no_exit_code() {
    let place = Place::new();

    for (line, exit) in [
        ("migrate --check", Exit::Pending),
        ("migrate --check --json", Exit::Pending),
        ("migrate --dry-run", Exit::Done),
        ("routes", Exit::Done),
        ("--help", Exit::Done),
        ("migrate --json --yes --database-url mysql:x", Exit::Failed),
        ("migrate --yes", Exit::Done),
        ("migrate --check", Exit::Done),
    ] {
        let ended = place.runs_unread(line);

        assert_eq!(ended.exit, exit, "{line}: {}", ended.err);
        assert!(!ended.err.contains("error:") && !ended.err.contains("console"), "{line}: {}", ended.err);
    }
}
