//! How often a password may be tried. CWE-307.

use auth_email_password::EmailPassword;
use auth_pages::Pages;
use futures::future::join_all;
use serde_json::json;

use crate::app::{App, Browser, ORIGIN, PASSWORD, StoppedClock};

async fn app() -> (App, StoppedClock) {
    let clock = StoppedClock::new();
    let app =
        App::of(ORIGIN, |builder| builder.clock(clock.clone()).plugin(EmailPassword::new()).plugin(Pages::new())).await;
    (app, clock)
}

#[tokio::test]
async fn twenty_wrong_tries_close_an_account_for_ten_minutes() {
    let (app, clock) = app().await;
    app.sign_up("alice@example.com").await;

    for _ in 0..20 {
        assert_eq!(app.sign_in("alice@example.com", "wrong-password").await.status, 401);
    }
    for spelling in ["alice@example.com", "ALICE@example.com"] {
        let reply = app.sign_in(spelling, PASSWORD).await;
        assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (429, "600"));
    }
    assert_eq!(app.sign_in("bob@example.com", "wrong-password").await.status, 401, "others are not concerned");
    clock.advance(600);

    assert_eq!(app.sign_in("alice@example.com", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn an_unknown_address_is_limited_like_a_known_one() {
    let (app, _) = app().await;

    let replies = join_all((0..21).map(|_| app.sign_in("nobody@example.com", "wrong-password"))).await;

    assert_eq!(replies.iter().filter(|reply| reply.status == 429).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_at_the_same_time_all_count() {
    let (app, _) = app().await;
    app.sign_up("alice@example.com").await;

    let replies = join_all((0..100).map(|_| app.sign_in("alice@example.com", "wrong-password"))).await;

    assert_eq!(replies.iter().filter(|reply| reply.status == 401).count(), 20);
    assert_eq!(replies.iter().filter(|reply| reply.status == 429).count(), 80);
}

#[tokio::test]
async fn right_passwords_do_not_count() {
    let (app, _) = app().await;
    app.sign_up("alice@example.com").await;

    for _ in 0..25 {
        assert_eq!(app.sign_in("alice@example.com", PASSWORD).await.status, 200);
    }
}

#[tokio::test]
async fn a_stranger_cannot_lock_out_who_is_signed_in() {
    let (app, _) = app().await;
    let hers = app.sign_up("alice@example.com").await.session_cookie();
    let his = app.sign_up("mallory@example.com").await.session_cookie();
    for _ in 0..20 {
        app.sign_in("alice@example.com", "wrong-password").await;
    }
    let body = json!({ "email": "alice@example.com", "password": PASSWORD });

    let stranger = app.post_with("/sign-in/email", body.clone(), &[("cookie", &his), ("origin", ORIGIN)]).await;
    let alice = app.post_with("/sign-in/email", body, &[("cookie", &hers), ("origin", ORIGIN)]).await;

    assert_eq!(stranger.status, 429);
    assert_eq!(alice.status, 200);
}

#[tokio::test]
async fn the_form_says_how_long_to_wait() {
    let (app, _) = app().await;
    for _ in 0..20 {
        app.sign_in("alice@example.com", "wrong-password").await;
    }
    let mut browser = Browser::of(&app);

    let reply = browser.fill("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]).await;

    assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (429, "600"));
    assert!(reply.text.contains("Too many tries. Please wait 10 minutes."));
    assert!(reply.text.contains("value=\"alice@example.com\""));
}

#[tokio::test]
async fn a_page_opened_too_often_is_told_as_a_page() {
    let (app, _) = app().await;
    let mut browser = Browser::of(&app);
    for _ in 0..240 {
        assert_eq!(browser.open("/sign-in").await.status, 200);
    }

    let reply = browser.open("/sign-in").await;

    assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (429, "60"));
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    assert!(reply.text.contains("<h1>Too many requests</h1>"), "{reply:?}");
}

#[tokio::test]
async fn one_address_is_limited_over_all_accounts() {
    let (app, clock) = app().await;
    let send = |i: usize| {
        let body = json!({ "email": format!("person{i}@example.com"), "password": "" });
        let app = &app;
        async move { app.post("/sign-in/email", body).await }
    };

    let replies = join_all((0..125).map(send)).await;

    assert_eq!(replies.iter().filter(|reply| reply.status == 429).count(), 5);
    clock.advance(60);
    assert_eq!(send(1).await.status, 401);
}
