//! What the journal promises, through the front door of a real app.
#![cfg(test)]

use std::time::Duration;

use auth_bearer::Bearer;
use auth_cli::{Console, Exit};
use auth_core::schema::apply;
use auth_core::{Auth, BuildError, Clock as _, Hook, When, plugins};
use auth_email_password::EmailPassword;
use auth_pages::Pages;
use auth_testkit::TestApp;
use custom_plugin::{Journal, SignIns};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, ExprTrait as _, Order, Query, Table};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use serde_json::{Value, json};

async fn app() -> TestApp {
    TestApp::with(plugins![EmailPassword::new(), Journal::new().shown(3)]).await
}

#[tokio::test]
async fn people_see_their_own_last_sign_ins_newest_first() {
    let app = app().await;
    let alice = app.alice().await;
    app.bob().await;
    for _ in 0..4 {
        app.clock.advance(Duration::from_mins(1));
        alice.signs_in().await;
    }

    let entries = alice.browser.fetches("/api/auth/journal").await.json();

    let times: Vec<&str> = entries.as_array().unwrap().iter().map(|entry| entry["at"].as_str().unwrap()).collect();
    assert_eq!(times.len(), 3);
    assert!(times.is_sorted_by(|newer, older| newer > older), "{times:?}");
}

#[tokio::test]
async fn nobody_sees_a_journal_without_a_session() {
    let app = app().await;
    app.alice().await;

    let answer = app.get("/api/auth/journal").await;

    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (401, &json!("UNAUTHORIZED")));
}

#[tokio::test]
async fn the_column_of_the_user_says_when_they_were_last_seen() {
    let app = app().await;

    app.alice().await;

    let rows = app.dump_tables().await;
    let alice = rows.lines().find(|row| row.starts_with("user: ")).unwrap();
    assert!(alice.contains("lastSeenAt=20"), "{alice}");
    assert_eq!(app.count("journalEntry").await, 1);
}

#[tokio::test]
async fn while_sign_ins_are_closed_nobody_gets_in_and_nothing_changes() {
    let app = app().await;
    let alice = app.alice().await;
    let sign_ins = app.auth().handle::<SignIns>().unwrap();
    let before = app.dump_tables().await;

    sign_ins.close();
    let body = json!({ "email": alice.email, "password": alice.password });
    let refused = app.post_json("/api/auth/sign-in/email", &body).await;

    assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (503, &json!("SIGN_INS_CLOSED")));
    assert_eq!(app.dump_tables().await, before);
    assert_eq!(alice.browser.fetches("/api/auth/journal").await.status, 200, "who is in stays in");
    sign_ins.open();
    alice.signs_in().await;
}

#[tokio::test]
async fn a_sign_in_page_at_another_path_is_closed_as_well() {
    let plugins = plugins![EmailPassword::new().sign_in_path("/login"), Pages::new(), Journal::new()];
    let app = TestApp::with(plugins).await;
    let alice = app.alice().await;
    let page = alice.browser.get("/login").await.page();
    app.auth().handle::<SignIns>().unwrap().close();
    let before = app.dump_tables().await;

    let fields = [("email", alice.email.as_str()), ("password", alice.password.as_str())];
    let refused = alice.browser.fills(page.form(), &fields, "Sign in").await.page();

    assert_eq!(refused.answer.status, 503, "{}", refused.describe());
    assert!(refused.text().contains("Nobody can sign in right now"), "{}", refused.describe());
    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn the_journal_is_asked_for_at_most_thirty_times_a_minute() {
    let app = TestApp::builder().plugin(EmailPassword::new()).plugin(Journal::new()).with_rate_limits().build().await;

    for _ in 0..30 {
        assert_eq!(app.get("/api/auth/journal").await.status, 401);
    }

    assert_eq!(app.get("/api/auth/journal").await.status, 429);
}

#[tokio::test]
async fn what_the_plugin_adds_appears_everywhere_by_itself() {
    let app = app().await;

    let document = serde_json::to_value(app.auth().openapi()).unwrap();
    let operation = &document["paths"]["/api/auth/journal"]["get"];
    assert_eq!(operation["tags"], json!(["journal"]));
    assert_eq!(operation["summary"], "Lists the last sign-ins of the person who asks, newest first.");
    for status in ["200", "401", "429", "500"] {
        assert!(operation["responses"][status].is_object(), "{status}");
    }
    let sign_in = &document["paths"]["/api/auth/sign-in/email"]["post"]["responses"]["503"];
    assert_ne!(sign_in["content"]["application/json"]["examples"]["SIGN_INS_CLOSED"], Value::Null);
    let hooks: Vec<&Hook> = app.auth().hooks().iter().filter(|hook| hook.plugin == "journal").collect();
    let whens: Vec<When> = hooks.iter().map(|hook| hook.when).collect();
    assert_eq!(whens, [When::Before, When::Before, When::InTransaction, When::AfterCommit]);
}

#[test]
fn an_option_that_makes_no_sense_is_told_with_what_would_be_right() {
    let app = Auth::builder("http://localhost:3000").plugin(EmailPassword::new()).plugin(Journal::new().shown(0));

    let Err(BuildError::Configuration(complaints)) = app.assemble() else { panic!("it came up") };

    assert_eq!(complaints.iter().map(ToString::to_string).collect::<Vec<_>>(), ["journal: shown is 0; use 1 to 100"]);
}

#[tokio::test]
async fn people_of_the_first_release_were_last_seen_at_their_newest_entry() {
    let app = app().await;
    let alice = app.alice().await;
    app.clock.advance(Duration::from_mins(5));
    alice.signs_in().await;
    app.bob().await;
    // As the first release left it; no request takes a column away.
    let db = app.db();
    db.execute(Table::alter().table("user").drop_column("lastSeenAt")).await.unwrap();
    db.execute(Query::delete().from_table("authMigration")).await.unwrap();
    db.execute(Query::delete().from_table("journalEntry").and_where(Expr::col("userId").eq(id_of(db, "bob").await)))
        .await
        .unwrap();
    let schema =
        Auth::builder("http://localhost:3000").plugins(plugins![EmailPassword::new(), Journal::new()]).schema();

    let applied = apply(db, &schema.unwrap()).await.unwrap();

    let told: Vec<String> = applied.steps.iter().map(ToString::to_string).collect();
    assert_eq!(
        told[..2],
        [
            "add column to \"user\": lastSeenAt timestamp null  [journal]",
            "rewrite rows of \"user\": journal/0002-last-seen, lastSeenAt out of the journal  [journal]",
        ]
    );
    let mut seen = Query::select();
    // With its table, so that a connection of SQLite that has seen none yet takes it for no text.
    seen.column(("user", "lastSeenAt")).from("user").order_by("email", Order::Asc);
    let seen = db.query_all(&seen).await.unwrap();
    let seen: Vec<Option<DateTimeUtc>> = seen.iter().map(|row| row.try_get("", "lastSeenAt").unwrap()).collect();
    assert_eq!(seen, [Some(app.clock.now()), None], "Bob has no entry");
}

/// The id of a person, by the beginning of their address.
async fn id_of(db: &DatabaseConnection, name: &str) -> String {
    let mut query = Query::select();
    query.column("id").from("user").and_where(Expr::col("email").like(format!("{name}@%")));
    db.query_one(&query).await.unwrap().unwrap().try_get("", "id").unwrap()
}

/// No settings of its own.
#[derive(clap::Args)]
struct NoSettings {}

/// What a command of an app with the journal and with bearer sessions writes.
fn written(line: &str) -> String {
    let build = |_: &NoSettings| {
        Auth::builder("http://localhost:3000").plugins(plugins![EmailPassword::new(), Bearer::new(), Journal::new()])
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = Console::new(&mut out, &mut err);
    let words = std::iter::once("app").chain(line.split_whitespace());
    let exit = auth_cli::run(words, &mut console, build, async |_: Auth, _| Ok::<_, std::io::Error>(()));
    drop(console);
    assert_eq!(exit, Exit::Done, "{line}: {}", String::from_utf8_lossy(&err));
    String::from_utf8(out).unwrap()
}

#[test]
fn every_command_of_the_app_tells_of_it_by_itself() {
    for (line, told) in [
        ("routes --hooks", "GET    /api/auth/journal"),
        ("routes --hooks", "before         /sign-in*                            journal"),
        ("routes --hooks", "in transaction session.issued                       journal"),
        ("routes --hooks", "after          /*                                   bearer"),
        ("generate", "CREATE TABLE \"journalEntry\""),
        ("generate", "\"lastSeenAt\""),
        ("generate --format docs", "| `lastSeenAt` | timestamp | yes |  |  | journal |"),
        ("errors", "| `SIGN_INS_CLOSED` | 503 |"),
        ("openapi", "\"session-bearer\""),
        ("openapi", "\"journal_get_journal\""),
    ] {
        let text = written(line);
        assert!(text.contains(told), "{line} does not tell {told:?}:\n{text}");
    }
}
