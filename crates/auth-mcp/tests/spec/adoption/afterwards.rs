//! A database of Better Auth after `migrate --yes`: its people come in, its tokens do not.

use std::time::Duration;

use auth_cli::Exit;
use auth_core::{CookieOptions, SchemaMode};
use auth_testkit::{TestApp, dump_tables};
use chrono::{DateTime, Utc};
use http::{Request, StatusCode};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use serde_json::{Value, json};

use super::fixture::{ACCESS_TOKEN, ALICE, CREDENTIALS, EMAIL, FOREIGN, KEY, PRIVATE, SECOND_DIGEST, SECRET, SESSIONS};
use super::{adoptable, adopted, alice, app, column, command, everything, session_of};
use crate::{builder, client, mcp};

#[tokio::test]
async fn its_people_sign_in_with_their_old_passwords() {
    let (_database, db) = adopted().await;
    let app = app(&db).await;

    let answer = alice(&app).signs_in().await;

    assert_eq!(answer.json()["user"]["id"], ALICE);
    assert_eq!(answer.json()["user"]["createdAt"], "2026-01-13T09:30:00.250Z");
    let wrong = json!({ "email": EMAIL, "password": "correct-horse-2" });
    app.post_json("/api/auth/sign-in/email", &wrong).await.expects(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn who_was_signed_in_stays_so_and_only_a_digest_of_the_token_is_kept() {
    let (_database, db) = adopted().await;
    let app = app(&db).await;

    for session in SESSIONS {
        assert_eq!(session_of(&app, session.cookie).await["user"]["email"], EMAIL, "{}", session.token);
    }
    let kept: Vec<String> = column(&db, "session", "token").await;
    assert!(kept.len() == 2 && kept.iter().all(|token| token.starts_with("sha256:")), "{kept:?}");
    let by_digest = SESSIONS[1].cookie.replace(SESSIONS[1].token, SECOND_DIGEST);
    assert_eq!(session_of(&app, &by_digest).await, Value::Null, "a digest opens nothing");
}

#[tokio::test]
async fn on_https_its_cookie_is_ours_if_a_domain_is_set() {
    let (_database, db) = adopted().await;
    let base = "https://mcp.example.com";
    let app = |domain: Option<&'static str>| {
        let db = db.clone();
        let app = builder(mcp()).base_url(base).configure(move |builder| {
            let builder = builder.database(db).secret(SECRET).schema_mode(SchemaMode::Check);
            let domain = domain.map(str::to_owned);
            builder.cookies(CookieOptions { domain, ..CookieOptions::default() })
        });
        app.build()
    };
    let cookie = format!("__Secure-better-auth.session_token={}", SESSIONS[0].cookie);
    let request = || Request::get("/api/auth/get-session").header("cookie", &cookie).body("").unwrap();

    assert_eq!(app(Some("example.com")).await.request(request()).await.json()["user"]["email"], EMAIL);
    assert_eq!(app(None).await.request(request()).await.json(), Value::Null, "`__Host-` says more");
}

#[tokio::test]
async fn clients_register_and_get_in_on_tables_of_ours() {
    let (_database, db) = adopted().await;
    let app = app(&db).await;
    let alice = alice(&app);
    alice.signs_in().await;

    let client = client(&app, "mcp:tools").await;
    let code = alice.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();

    let call = |token: &str| Request::post("/mcp").header("authorization", format!("Bearer {token}")).body("").unwrap();
    let said = app.request(call(&tokens.access_token)).await.expects(StatusCode::OK).text();
    assert_eq!(said, format!("{ALICE} through {} with mcp:tools", client.client_id));
    app.request(call(ACCESS_TOKEN)).await.expects(StatusCode::UNAUTHORIZED);
    let asked = app.get("/api/auth/oauth2/authorize?response_type=code&client_id=theirs").await;
    assert_eq!(asked.status, StatusCode::BAD_REQUEST, "their clients register once more: {}", asked.describe());
}

#[tokio::test]
async fn the_old_oauth_tables_are_set_aside_with_their_rows() {
    let (_database, db) = adopted().await;

    for (table, id) in FOREIGN.into_iter().zip(["c1", "t1", "g1"]) {
        assert_eq!(column::<String>(&db, &format!("{table}_old"), "id").await, [id], "{table}");
        assert_eq!(column::<String>(&db, table, "id").await, [""; 0], "{table}");
    }
    assert_eq!(column::<String>(&db, "rateLimit", "id").await, ["r1"], "nobody touches it");
}

/// The key of Better Auth as the app publishes it.
async fn published(app: &TestApp) -> Option<Value> {
    let jwks = app.get("/api/auth/jwks").await.json();
    jwks["keys"].as_array().unwrap().iter().find(|key| key["kid"] == KEY).cloned()
}

#[tokio::test]
async fn its_key_is_published_for_one_more_day_without_its_private_half() {
    let (_database, db) = adopted().await;
    let app = app(&db).await;

    let key = published(&app).await.unwrap();

    let mut members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
    assert_eq!((&key["alg"], &key["crv"]), (&"EdDSA".into(), &"Ed25519".into()));
    let end: Vec<Option<DateTime<Utc>>> = column(&db, "jwks", "expiresAt").await;
    let end = end.into_iter().flatten().next().unwrap();
    let migrated: Vec<DateTime<Utc>> = column(&db, "authMigration", "appliedAt").await;
    let minutes = (end - migrated[0]).num_minutes();
    assert!((1435..=1445).contains(&minutes), "{minutes} minutes after it was retired");
    app.clock.set(end - Duration::from_secs(1));
    assert!(published(&app).await.is_some());
    app.clock.set(end);
    assert!(published(&app).await.is_none(), "also by a server that was not started anew");
}

#[tokio::test]
async fn a_second_run_plans_nothing() {
    let (database, db) = adopted().await;
    let before = everything(&db).await;

    let (exit, _, said) = command(&database, "migrate --yes").await;

    assert!(exit == Exit::Done && said.ends_with("Nothing to do.\n"), "{said}");
    assert_eq!(everything(&db).await, before);
    assert_eq!(command(&database, "migrate --check").await.0, Exit::Done);
}

#[tokio::test]
async fn nothing_in_clear_is_left_in_a_table_that_is_used() {
    let (_database, db) = adopted().await;

    let rows = dump_tables(&db).await;

    let used = rows.lines().filter(|row| !row.split(": ").next().unwrap().ends_with("_old"));
    for row in used {
        for credential in CREDENTIALS {
            assert!(!row.contains(credential), "{credential} in {row}");
        }
    }
    let values: Vec<String> = column(&db, "verification", "value").await;
    assert_eq!(values, [ALICE, "", ""], "only what names a person is surely no secret");
    assert!(rows.contains(CREDENTIALS[5]) && !rows.contains(PRIVATE), "the `_old` tables are as they were");
}

#[tokio::test]
async fn a_database_half_converted_is_converted_to_its_end() {
    let (database, db) = adoptable().await;
    // As a run leaves it that was ended between two batches; no request does that.
    let mut update = Query::update();
    update.table("session").value("token", SECOND_DIGEST).and_where(Expr::col("id").eq("s2"));
    db.execute(&update).await.unwrap();

    let (exit, _, said) = command(&database, "migrate --yes").await;

    assert_eq!(exit, Exit::Done, "{said}");
    assert_eq!(column::<String>(&db, "session", "token").await[1], SECOND_DIGEST, "no digest of a digest");
    let app = app(&db).await;
    for session in SESSIONS {
        assert_eq!(session_of(&app, session.cookie).await["user"]["email"], EMAIL, "{}", session.token);
    }
}

#[tokio::test]
async fn with_another_secret_its_people_sign_in_once_more() {
    let (_database, db) = adopted().await;
    let other = builder(mcp()).configure(|builder| {
        builder.database(db).secret("another-secret-8Zk2vP0sT7xLw4nR6yB1mD9cF3").schema_mode(SchemaMode::Check)
    });
    let app = other.build().await;

    assert_eq!(session_of(&app, SESSIONS[0].cookie).await, Value::Null);
    alice(&app).signs_in().await;
}
