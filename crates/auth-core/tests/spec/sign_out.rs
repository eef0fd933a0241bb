//! `POST /sign-out`: ends the session of the cookie.

use serde_json::json;

use crate::app::{App, DAY, ORIGIN};

const OWN: (&str, &str) = ("origin", ORIGIN);

#[tokio::test]
async fn sign_out_ends_the_session_and_its_cookie_is_worth_nothing_afterwards() {
    let app = App::new().await;
    let (cookie, other) = (app.enters("alice@example.com").await, app.enters("alice@example.com").await);

    let reply = app.post("/sign-out", &[OWN, ("cookie", &cookie)], &json!({})).await;

    assert_eq!(reply.json(), json!({ "success": true }));
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.set_cookie(), "better-auth.session_token=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    assert!(!app.knows(&cookie).await, "a replayed cookie");
    assert!(app.knows(&other).await, "another browser stays signed in");
}

#[tokio::test]
async fn sign_out_succeeds_where_nobody_is_signed_in() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;
    let headers = [OWN, ("cookie", cookie.as_str())];

    let without = app.post("/sign-out", &[], &json!({})).await;
    app.post("/sign-out", &headers, &json!({})).await;
    let twice = app.post("/sign-out", &headers, &json!({})).await;

    for reply in [without, twice] {
        assert_eq!(reply.json(), json!({ "success": true }));
        assert!(reply.set_cookie().contains("Max-Age=0"));
    }
}

#[tokio::test]
async fn sign_out_at_once_from_many_tabs_succeeds_in_each() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;
    let (headers, body) = ([OWN, ("cookie", cookie.as_str())], json!({}));

    let replies = futures::future::join_all((0..8).map(|_| app.post("/sign-out", &headers, &body))).await;

    assert!(replies.iter().all(|reply| reply.json() == json!({ "success": true })), "{replies:?}");
    assert!(!app.knows(&cookie).await);
}

#[tokio::test]
async fn sign_out_needs_a_post() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;

    let reply = app.get("/sign-out", &[("cookie", &cookie)]).await;

    assert_eq!(reply.status.as_u16(), 405);
    assert!(app.knows(&cookie).await);
}

#[tokio::test]
async fn a_session_that_is_over_can_be_signed_out() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;
    app.clock.advance(8 * DAY);

    let reply = app.post("/sign-out", &[OWN, ("cookie", &cookie)], &json!({})).await;

    assert_eq!(reply.json(), json!({ "success": true }));
}
