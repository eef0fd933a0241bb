//! `GET /get-session`: who a cookie stands for, and how it travels.

use auth_core::entity::session;
use auth_core::{CookieOptions, Keys, Secret, SessionOptions, plugins};
use http::StatusCode;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::app::{App, DAY, ORIGIN, Reply, one_of};
use crate::plugins::Door;

fn is_null(reply: &Reply) {
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::OK, "null"), "{reply:?}");
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("cache-control"), "no-store");
}

async fn only_session(app: &App) -> session::Model {
    session::Entity::find().one(app.db()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_session_is_answered_with_its_person() {
    let app = App::new().await;
    let headers = [("user-agent", "Firefox"), ("x-forwarded-for", "6.6.6.6")];
    let entered = app.post("/enter", &headers, &json!({ "email": "alice@example.com", "remember": true })).await;

    let reply = app.session_of(&entered.session_cookie()).await;

    let mut body = reply.json();
    assert_eq!(body["session"]["token"], entered.json()["token"], "the caller's own token");
    assert_ne!(body["session"]["id"], body["session"]["token"]);
    for place in ["/session/token", "/session/id"] {
        *body.pointer_mut(place).unwrap() = json!("..");
    }
    insta::assert_json_snapshot!(body, @r#"
    {
      "session": {
        "createdAt": "2027-01-15T08:00:00.000Z",
        "expiresAt": "2027-01-22T08:00:00.000Z",
        "id": "..",
        "ipAddress": "",
        "token": "..",
        "updatedAt": "2027-01-15T08:00:00.000Z",
        "userAgent": "Firefox",
        "userId": "alice@example.com"
      },
      "user": {
        "createdAt": "2027-01-15T08:00:00.000Z",
        "email": "alice@example.com",
        "emailVerified": false,
        "id": "alice@example.com",
        "image": null,
        "name": "Alice",
        "updatedAt": "2027-01-15T08:00:00.000Z"
      }
    }
    "#);
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.set_cookie(), "", "nothing to extend yet");
}

#[tokio::test]
async fn a_request_without_a_cookie_of_ours_is_nobody() {
    let app = App::new().await;
    let token = app.enter("alice@example.com", true).await.json()["token"].as_str().unwrap().to_owned();

    for cookie in ["", "other=1", "better-auth.session_token", "better-auth.session_token=", "=", ";;;"] {
        let reply = app.session_of(cookie).await;
        is_null(&reply);
        assert_eq!(reply.set_cookie(), "", "{cookie:?}");
    }
    is_null(&app.get("/get-session", &[]).await);
    is_null(&app.session_of(&format!("better-auth.session_token={token}")).await);
    is_null(&app.get("/get-session", &[("authorization", &format!("Bearer {token}"))]).await);
}

#[tokio::test]
async fn a_cookie_we_did_not_sign_as_it_is_counts_for_nothing() {
    let app = App::new().await;
    let good = app.enters("alice@example.com").await;
    let token = app.session_of(&good).await.json()["session"]["token"].as_str().unwrap().to_owned();
    let foreign = Keys::new(Secret::new("another secret of more than 32 bytes")).sign(&token);
    let forged = good.replacen("token=", "token=A", 1);
    let long = format!("better-auth.session_token={}", "A".repeat(1 << 20));

    let truncated = &good[..good.len() - 4];
    let foreign = format!("better-auth.session_token={}", foreign.replace('=', "%3D").replace('+', "%2B"));
    for cookie in [truncated, &good[..60], &foreign, &forged, &long, "better-auth.session_token=%FF%00.x"] {
        app.statements();
        is_null(&app.session_of(cookie).await);
        assert!(app.statements().is_empty(), "a forged cookie costs no query");
    }
    assert!(app.knows(&good).await);
}

#[tokio::test]
async fn a_cookie_sent_twice_counts_as_absent() {
    let app = App::new().await;
    let (alice, bob) = (app.enters("alice@example.com").await, app.enters("bob@example.com").await);

    for other in
        [bob.as_str(), "better-auth.session_token=x", &format!("better-auth.session_token={}", "A".repeat(5000))]
    {
        is_null(&app.session_of(&format!("{alice}; {other}")).await);
        is_null(&app.get("/get-session", &[("cookie", other), ("cookie", &alice)]).await);
    }
}

#[tokio::test]
async fn cookies_of_others_on_the_host_do_not_matter() {
    let app = App::new().await;
    let alice = app.enters("alice@example.com").await;

    assert!(app.knows(&format!("theme=grün; {alice}; xbetter-auth.session_token=1; a=b=c")).await);
    assert!(app.get("/get-session", &[("cookie", "lang=日本"), ("cookie", &alice)]).await.json().is_object());
}

#[tokio::test]
async fn a_session_that_is_over_is_nobody_and_its_cookie_is_forgotten() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;
    app.clock.advance(7 * DAY - 1);
    assert!(app.get("/get-session?disableRefresh=true", &[("cookie", &cookie)]).await.json().is_object());

    app.clock.advance(1);
    let reply = app.session_of(&cookie).await;

    is_null(&reply);
    insta::assert_snapshot!(
        reply.set_cookie(),
        @"better-auth.session_token=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"
    );
}

#[tokio::test]
async fn a_session_costs_one_statement() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;
    app.statements();

    assert!(app.knows(&cookie).await);

    assert_eq!(app.statements().len(), 1);
}

#[tokio::test]
async fn no_table_holds_a_token() {
    let app = App::new().await;
    let entered = app.enter("alice@example.com", true).await;
    let token = entered.json()["token"].as_str().unwrap().to_owned();

    let stored = app.everything_stored().await;

    assert_eq!(token.len(), 43, "256 bits");
    assert!(stored.contains("alice@example.com") && stored.contains("sha256:"), "{stored}");
    assert!(!stored.contains(&token), "{stored}");
    assert!(!stored.contains(entered.session_cookie().rsplit_once('.').unwrap().1), "{stored}");
}

#[tokio::test]
async fn what_is_stored_is_no_credential() {
    let app = App::new().await;
    app.enters("alice@example.com").await;
    let digest = &only_session(&app).await.token;

    for value in [digest.clone(), app.auth.context().keys().sign(digest).replace('=', "%3D").replace('+', "%2B")] {
        is_null(&app.session_of(&format!("better-auth.session_token={value}")).await);
    }
}

#[tokio::test]
async fn a_session_begins_anew_whatever_the_browser_brings() {
    let app = App::new().await;
    let mine = app.enters("mallory@example.com").await;

    let body = json!({ "email": "alice@example.com", "remember": true });
    let entered = app.post("/enter", &[("cookie", &mine), ("origin", ORIGIN)], &body).await;

    assert_ne!(entered.session_cookie(), mine);
    assert_eq!(app.session_of(&mine).await.json()["user"]["email"], "mallory@example.com");
}

#[tokio::test]
async fn on_http_the_cookie_has_its_plain_name() {
    let app = App::new().await;

    let kept = app.enter("alice@example.com", true).await;
    let short = app.enter("alice@example.com", false).await;

    let attributes = |reply: &Reply| reply.set_cookie().split_once("; ").unwrap().1.to_owned();
    assert!(kept.set_cookie().starts_with("better-auth.session_token="));
    assert_eq!(attributes(&kept), "HttpOnly; SameSite=Lax; Path=/; Max-Age=604800");
    assert_eq!(attributes(&short), "HttpOnly; SameSite=Lax; Path=/", "until the browser is closed");
}

#[tokio::test]
async fn on_https_the_cookie_is_bound_to_the_host() {
    let base = "https://auth.example.com";
    let app = App::of(base, |builder| builder.plugins(plugins![Door])).await;

    let entered = app.enter("alice@example.com", true).await;

    assert!(entered.set_cookie().starts_with("__Host-better-auth.session_token="), "{entered:?}");
    assert!(
        entered.set_cookie().ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=604800"),
        "RFC 6265bis §4.1.3.2: no Domain: {entered:?}"
    );
    assert!(app.knows(&entered.session_cookie()).await);
    is_null(&app.session_of(entered.session_cookie().strip_prefix("__Host-").unwrap()).await);
}

#[tokio::test]
async fn a_cookie_shared_with_a_domain_says_so() {
    let cookies = CookieOptions { prefix: "notes".to_owned(), domain: Some("example.com".to_owned()) };
    let base = "https://auth.example.com";
    let app = App::of(base, |builder| builder.cookies(cookies).plugins(plugins![Door])).await;

    let entered = app.enter("alice@example.com", true).await;

    assert!(entered.set_cookie().starts_with("__Secure-notes.session_token="), "{entered:?}");
    assert!(entered.set_cookie().contains("; Domain=example.com"), "{entered:?}");
    assert!(app.knows(&entered.session_cookie()).await);
}

#[tokio::test]
async fn a_route_that_needs_a_session_refuses_without_one() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;

    app.get("/whoami", &[]).await.refuses(401, "UNAUTHORIZED");
    assert_eq!(app.get("/whoami", &[("cookie", &cookie)]).await.text, "alice@example.com");
}

#[tokio::test]
async fn the_longest_session_is_no_trouble() {
    let forever = SessionOptions { expires_in: u64::MAX, update_age: u64::MAX, short_expires_in: u64::MAX };
    let app = App::of(ORIGIN, |builder| builder.session(forever).plugins(plugins![Door])).await;

    let cookie = app.enters("alice@example.com").await;

    assert!(app.knows(&cookie).await);
    let ends = only_session(&app).await.expires_at.to_rfc3339();
    let far = "9999-12-31T23:59:59+00:00";
    assert_eq!(ends, one_of(far, far, "2038-01-19T03:14:07+00:00"), "the last moment the database takes");
    app.clock.advance(DAY);
    app.statements();
    assert!(app.knows(&cookie).await);
    assert_eq!(app.statements().len(), 1, "there is nothing to extend");
}

#[tokio::test]
async fn a_person_who_is_deleted_is_signed_out() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;

    // No endpoint of core deletes people.
    crate::app::run(app.db(), r#"DELETE FROM "user""#).await;

    is_null(&app.session_of(&cookie).await);
    assert!(session::Entity::find().one(app.db()).await.unwrap().is_none());
}

#[tokio::test]
async fn the_session_of_one_app_is_nobody_in_another() {
    let (app, other) = (App::new().await, App::new().await);

    let reply = other.session_of(&app.enters("alice@example.com").await).await;

    is_null(&reply);
    assert!(reply.set_cookie().contains("Max-Age=0"), "signed by us, and gone");
    assert_eq!(reply.json(), Value::Null);
}
