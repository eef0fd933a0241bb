//! `migrate`: plan, question, exit code.

use auth_cli::Exit;
use auth_testkit::{definition, dump_tables};
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

    insta::assert_snapshot!(plan.out, @r#"
    step          where                            plugin  note
    create table  user                             core    id, name, email, emailVerified, image, createdAt, updatedAt
    create index  user (email)                     core    unique
    create table  session                          core    id, expiresAt, token, createdAt, updatedAt, ipAddress, userAgent, userId, rememberMe, authenticatedAt, amr
    create index  session (token)                  core    unique
    create index  session (expiresAt)              core
    create index  session (userId)                 core
    create table  account                          core    id, accountId, providerId, userId, accessToken, refreshToken, idToken, accessTokenExpiresAt, refreshTokenExpiresAt, scope, password, createdAt, updatedAt
    create index  account (userId)                 core
    create index  account (accountId, providerId)  core    unique
    create table  verification                     core    id, identifier, value, expiresAt, createdAt, updatedAt
    create index  verification (identifier)        core
    create index  verification (expiresAt)         core
    create table  authMigration                    core    id, appliedAt, checksum
    create table  note                             notes   id, text
    note as done  authMigration                    core    nothing to rewrite: core/0001-session-digests, core/0002-verification-digests
    "#);
    assert_eq!(plan.err, "15 steps pending.\n");
}

#[test]
fn a_dry_run_shows_the_sql_and_does_nothing() {
    let place = Place::new();

    let plan = place.runs("migrate --dry-run");

    let (table, sql) = plan.out.split_once("\n\n").expect("a table, and the SQL after it");
    assert_eq!(table, place.runs("migrate --check").out.trim_end());
    assert_eq!(
        sql,
        place.runs(&format!("generate --backend {}", Place::backend())).out,
        "in an empty database the same"
    );
    assert!(plan.err.contains("Nothing was changed."), "{}", plan.err);
    assert!(place.is_untouched());
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
        assert_eq!(json(outcome)["database"], auth_core::database::masked(&place.url()));
        assert_eq!(outcome.err, "");
    }
    let text = "CREATE TABLE \"note\" ( \"id\" text NOT NULL PRIMARY KEY, \"text\" text NOT NULL )";
    let ascii = "CREATE TABLE `note` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, \
                 `text` text NOT NULL ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin";
    let note = Place::one_of(text, text, ascii);
    assert_eq!(
        json(&looked)["steps"].as_array().unwrap().iter().find(|step| step["table"] == "note").unwrap(),
        &json!({
            "step": "create_table",
            "table": "note",
            "columns": ["id", "text"],
            "plugin": "notes",
            "sql": [note],
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

/// What the table `user` is made of, and every row of it.
fn contents(place: &Place) -> Vec<String> {
    place.in_database(async |db| {
        let (definition, rows) = (definition(db).await, dump_tables(db).await);
        // `note`, `session` and what else is added name the user by a column or a foreign key only.
        let other = ["session", "account", "verification", "authMigration", "note"];
        let kept = definition.iter().filter(|line| !other.iter().any(|table| line.contains(table)));
        kept.cloned().chain(rows.lines().filter(|row| row.starts_with("user:")).map(str::to_owned)).collect()
    })
}

#[test]
fn a_user_table_of_the_apps_own_keeps_its_columns_indexes_and_rows() {
    let place = Place::new();
    let time = Place::one_of("TEXT", "timestamptz", "datetime(6)");
    let user = format!(
        r#"CREATE TABLE "user" ("id" VARCHAR(36) PRIMARY KEY NOT NULL, "name" VARCHAR(255) NOT NULL,
            "email" VARCHAR(255) NOT NULL UNIQUE, "emailVerified" BOOLEAN NOT NULL DEFAULT false, "image" TEXT,
            "createdAt" {time} NOT NULL, "updatedAt" {time} NOT NULL,
            "nickname" VARCHAR(20), "score" INTEGER NOT NULL DEFAULT 7 CHECK ("score" > 0))"#
    );
    let partial = r#"CREATE INDEX app_score ON "user" ("score" DESC) WHERE "score" > 100"#;
    // An app that was there before: no request of ours makes such a table.
    place.alters(&[
        &user,
        r#"CREATE UNIQUE INDEX app_nickname ON "user" ("nickname")"#,
        Place::one_of(partial, partial, r#"CREATE INDEX app_score ON "user" ("score" DESC)"#),
        Place::one_of(
            r#"CREATE TRIGGER app_touch AFTER UPDATE ON "user" BEGIN SELECT 1; END"#,
            r#"CREATE TRIGGER app_touch BEFORE UPDATE ON "user"
                FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"#,
            r#"CREATE TRIGGER app_touch AFTER UPDATE ON "user" FOR EACH ROW SET @touched = 1"#,
        ),
        r#"INSERT INTO "user" VALUES
            ('1', 'Alice', 'alice@example.com', true, NULL, '2025-01-01', '2025-01-01', 'al', 12),
            ('2', 'Bob', 'bob@example.com', false, NULL, '2025-01-01', '2025-01-01', NULL, 900)"#,
    ]);
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

    assert!(place.is_untouched());
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
    // No request changes a schema.
    place.alters(&[
        "DROP TABLE note",
        "DROP TABLE verification",
        Place::one_of(
            "CREATE TABLE note (id VARCHAR(36) PRIMARY KEY NOT NULL, text BLOB NOT NULL)",
            "CREATE TABLE note (id VARCHAR(36) PRIMARY KEY NOT NULL, text bytea NOT NULL)",
            "CREATE TABLE note (id VARCHAR(36) PRIMARY KEY NOT NULL, text BLOB NOT NULL)",
        ),
    ]);
    let (anew, by_statement) = (
        "this database cannot change a column: make the table anew",
        "change the column by the statement given with this, after a backup",
    );
    let advice = format!("\n  to go on: {}", Place::one_of(anew, by_statement, by_statement));

    for line in ["migrate --yes", "migrate --check", "migrate --dry-run"] {
        let refused = place.runs(line);
        assert_eq!((refused.exit, refused.out.as_str()), (Exit::Failed, ""));
        assert!(refused.err.contains("error: "), "{}", refused.err);
        assert!(refused.err.contains("note") && refused.err.contains("Nothing was changed."));
        assert!(refused.err.contains(&advice), "{}", refused.err);
    }
    let refused = place.runs("migrate --yes --json");
    let told: Value = serde_json::from_str(&refused.out).unwrap();
    assert_eq!((refused.exit, &told["status"]), (Exit::Failed, &json!("refused")));
    assert!(told["refusals"][0]["message"].as_str().unwrap().contains("note.text"), "{told}");
    assert!(told["refusals"][0]["advice"].is_string(), "{told}");
    assert_eq!(told["refusals"][0]["sql"].is_string(), Place::one_of(false, true, true), "{told}");
}

#[test]
fn a_database_that_does_not_answer_is_named_without_its_password() {
    let place = Place::new();

    let failed = place.runs("migrate --yes --database-url sqlite:/nowhere/at/all/app.sqlite");
    assert_eq!(failed.exit, Exit::Failed);
    assert!(failed.err.starts_with(
        "error: the database sqlite:/nowhere/at/all/app.sqlite cannot be opened; see whether its folder exists and \
             may be written to\n  because: "
    ));

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
        assert_eq!(
            told["error"],
            "the database postgres://u:***@127.0.0.1:1/d does not answer: nothing listens there; start the server, or \
             correct host and port"
        );
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
