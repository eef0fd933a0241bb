//! `POST /sign-in/email`: the shapes of Better Auth 1.4.7.

use serde_json::json;

use crate::app::{App, PASSWORD};

async fn app_with_alice() -> App {
    let app = App::new().await;
    assert_eq!(app.sign_up("alice@example.com").await.status, 200);
    app
}

#[tokio::test]
async fn the_right_password_signs_in() {
    let app = app_with_alice().await;

    let reply = app.sign_in("alice@example.com", PASSWORD).await;

    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.redacted(),
        json!({
            "redirect": false,
            "token": "..",
            "user": {
                "name": "Alice Example", "email": "alice@example.com", "emailVerified": false, "image": null,
                "createdAt": "..", "updatedAt": "..", "id": ".."
            }
        })
    );
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(app.session_of(&reply.session_cookie()).await["user"]["email"], "alice@example.com");
}

#[tokio::test]
async fn every_spelling_of_an_address_signs_in_the_one_person() {
    let app = app_with_alice().await;

    for spelling in ["Alice@EXAMPLE.com", " alice@example.com", "alice＠example.com"] {
        assert_eq!(app.sign_in(spelling, PASSWORD).await.status, 200, "{spelling}");
    }
}

#[tokio::test]
async fn a_wrong_password_signs_nobody_in() {
    let app = app_with_alice().await;

    for wrong in ["wrong", "", "correct-horse-1 ", "CORRECT-HORSE-1"] {
        let reply = app.sign_in("alice@example.com", wrong).await;
        reply.refuses(401, "INVALID_EMAIL_OR_PASSWORD", "Invalid email or password");
    }

    assert_eq!(app.sessions().await.len(), 1, "the one of the sign-up");
}

#[tokio::test]
async fn what_is_wrong_with_the_body_is_told() {
    let app = app_with_alice().await;
    let string = "Invalid input: expected string, received";

    app.sign_in("nobody", "wrong").await.refuses(400, "INVALID_EMAIL", "Invalid email");
    for (body, message) in [
        (json!({ "email": "alice@example.com" }), format!("[body.password] {string} undefined")),
        (json!({ "email": "alice@example.com", "password": 12 }), format!("[body.password] {string} number")),
    ] {
        app.post("/sign-in/email", body).await.refuses(400, "VALIDATION_ERROR", &message);
    }
    app.sign_in("alice@example.com", &"x".repeat(1025)).await.refuses(400, "PASSWORD_TOO_LONG", "Password too long");
    app.sign_in("alice@example.com", &"x".repeat(1024)).await.refuses(
        401,
        "INVALID_EMAIL_OR_PASSWORD",
        "Invalid email or password",
    );
}

#[tokio::test]
async fn a_callback_here_is_handed_back() {
    let app = app_with_alice().await;
    let body = json!({ "email": "alice@example.com", "password": PASSWORD, "callbackURL": "/dashboard" });

    let reply = app.post("/sign-in/email", body).await.json();

    assert_eq!((&reply["redirect"], &reply["url"]), (&json!(true), &json!("/dashboard")));
}

#[tokio::test]
async fn a_callback_elsewhere_is_refused_before_anything_else() {
    let app = app_with_alice().await;

    for callback in ["//evil.example", "/\\evil.example", "https:evil.example", "/%2f/evil.example", "javascript:x"] {
        let body = json!({ "email": "alice@example.com", "password": PASSWORD, "callbackURL": callback });
        let reply = app.post("/sign-in/email", body).await;
        reply.refuses(403, "INVALID_CALLBACKURL", "Invalid callbackURL");
    }

    assert_eq!(app.sessions().await.len(), 1);
}

#[tokio::test]
async fn a_session_that_is_not_to_be_remembered_ends_with_the_browser() {
    let app = app_with_alice().await;
    let body = json!({ "email": "alice@example.com", "password": PASSWORD, "rememberMe": false });

    let reply = app.post("/sign-in/email", body).await;

    let cookies = reply.cookies();
    let (_, attributes) = &cookies["better-auth.session_token"];
    assert!(!attributes.iter().any(|attribute| attribute.starts_with("Max-Age")), "{attributes:?}");
    assert_eq!(app.sessions().await.iter().filter(|session| !session.remember_me).count(), 1);
}
