//! `POST /sign-up/email`: the shapes of Better Auth 1.4.7, and what is stored.

use auth_email_password::EmailPassword;
use futures::future::join_all;
use serde_json::json;

use crate::app::{App, PASSWORD};

const TAKEN: (u16, &str, &str) =
    (422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", "User already exists. Use another email.");

#[tokio::test]
async fn a_domain_beyond_ascii_has_one_account() {
    let app = App::new().await;
    assert_eq!(app.sign_up("bob@bücher.example").await.json()["user"]["email"], "bob@xn--bcher-kva.example");

    for spelling in ["bob@xn--bcher-kva.example", "BOB@BÜCHER.example"] {
        assert_eq!(app.sign_up(spelling).await.status, 422, "{spelling}");
        assert_eq!(app.sign_in(spelling, PASSWORD).await.status, 200, "{spelling}");
    }
    assert_eq!(app.sign_up("bob@127.0.0.1").await.status, 400, "no domain");
    assert_eq!(app.users().await.len(), 1);
}

#[tokio::test]
async fn a_new_person_gets_an_account_and_a_session() {
    let app = App::new().await;

    let reply = app.sign_up("alice@example.com").await;

    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.redacted(),
        json!({
            "token": "..",
            "user": {
                "name": "Alice Example", "email": "alice@example.com", "emailVerified": false, "image": null,
                "createdAt": "..", "updatedAt": "..", "id": ".."
            }
        })
    );
    assert_eq!(reply.header("cache-control"), "no-store");
    let (user, account) = (&app.users().await[0], &app.accounts().await[0]);
    assert_eq!((account.provider_id.as_str(), &account.account_id), ("credential", &user.id));
    assert!(account.password.as_deref().unwrap().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    let session = app.session_of(&reply.session_cookie()).await;
    assert_eq!(session["user"]["email"], "alice@example.com");
    assert_eq!(session["session"]["token"], reply.json()["token"]);
}

#[tokio::test]
async fn unknown_members_are_ignored_and_the_picture_is_kept() {
    let app = App::new().await;

    let reply = app
        .post(
            "/sign-up/email",
            json!({
                "name": "Carol", "email": "Carol@Example.com", "password": PASSWORD,
                "image": "https://img.example/c.png", "rememberMe": false, "role": "admin"
            }),
        )
        .await;

    assert_eq!(reply.json()["user"]["email"], "carol@example.com");
    assert_eq!(reply.json()["user"]["image"], "https://img.example/c.png");
    let cookies = reply.cookies();
    let (_, attributes) = &cookies["better-auth.session_token"];
    assert!(!attributes.iter().any(|attribute| attribute.starts_with("Max-Age")), "{attributes:?}");
}

#[tokio::test]
async fn a_taken_address_is_refused_in_every_spelling() {
    let app = App::new().await;
    app.sign_up("alice@example.com").await;

    for spelling in ["alice@example.com", "ALICE@Example.com", " alice@example.com ", "ａlice＠example.com"] {
        app.sign_up(spelling).await.refuses(TAKEN.0, TAKEN.1, TAKEN.2);
    }

    assert_eq!((app.users().await.len(), app.accounts().await.len(), app.sessions().await.len()), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_at_once_make_one_account() {
    let app = App::new().await;
    let spellings = ["alice@example.com", "Alice@example.com", "ALICE@EXAMPLE.COM", "alice＠example.com"];

    let replies = join_all((0..64).map(|i| app.sign_up(spellings[i % 4]))).await;

    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        reply.refuses(TAKEN.0, TAKEN.1, TAKEN.2);
    }
    assert_eq!((app.users().await.len(), app.accounts().await.len(), app.sessions().await.len()), (1, 1, 1));
}

#[tokio::test]
async fn what_is_wrong_is_told_member_by_member() {
    let app = App::new().await;
    let string = "Invalid input: expected string, received";
    let cases = [
        (
            json!({ "name": "B", "email": "not-an-email", "password": PASSWORD }),
            "[body.email] Invalid email address".to_owned(),
        ),
        (
            json!({ "email": "b@example.com" }),
            format!("[body.name] {string} undefined; [body.password] {string} undefined"),
        ),
        (
            json!({ "name": "", "email": "b@example.com", "password": PASSWORD }),
            "[body.name] Too small: expected string to have >=1 characters".to_owned(),
        ),
        (
            json!({}),
            format!(
                "[body.name] {string} undefined; [body.email] {string} undefined; [body.password] {string} undefined"
            ),
        ),
        (
            json!({ "name": 1, "email": null, "password": [], "image": {}, "rememberMe": "no" }),
            format!(
                "[body.name] {string} number; [body.email] {string} null; [body.password] {string} array; \
                 [body.image] {string} object; [body.rememberMe] Invalid input: expected boolean, received string"
            ),
        ),
        (json!([]), "[body] expected an object".to_owned()),
        (json!(["Bob", "b@example.com", PASSWORD]), "[body] expected an object".to_owned()),
        (
            json!({ "name": "x\u{0}", "email": "b@example.com", "password": PASSWORD }),
            "[body.name] Invalid input: control characters are not allowed".to_owned(),
        ),
        (
            json!({ "name": "x".repeat(256), "email": "b@example.com", "password": PASSWORD }),
            "[body.name] Too big: expected string to have <=255 characters".to_owned(),
        ),
    ];

    for (body, message) in cases {
        app.post("/sign-up/email", body).await.refuses(400, "VALIDATION_ERROR", &message);
    }

    assert!(app.users().await.is_empty());
}

#[tokio::test]
async fn a_password_must_fit_the_bounds() {
    let app = App::with(EmailPassword::new().min_password(10).max_password(20)).await;
    let long = "x".repeat(21);

    for (password, code, message) in [
        ("123456789", "PASSWORD_TOO_SHORT", "Password too short"),
        ("", "PASSWORD_TOO_SHORT", "Password too short"),
        (&*long, "PASSWORD_TOO_LONG", "Password too long"),
    ] {
        let body = json!({ "name": "B", "email": "b@example.com", "password": password });
        app.post("/sign-up/email", body).await.refuses(400, code, message);
    }
    let fits = json!({ "name": "B", "email": "b@example.com", "password": "x".repeat(20) });
    assert_eq!(app.post("/sign-up/email", fits).await.status, 200);
}

#[tokio::test]
async fn a_callback_elsewhere_is_refused_and_nothing_is_written() {
    let app = App::new().await;

    for callback in ["https://evil.example/x", "//evil.example", "javascript:alert(1)"] {
        let body = json!({ "name": "B", "email": "b@example.com", "password": PASSWORD, "callbackURL": callback });
        app.post("/sign-up/email", body).await.refuses(403, "INVALID_CALLBACKURL", "Invalid callbackURL");
    }

    assert!(app.users().await.is_empty());
}

#[tokio::test]
async fn where_sign_up_is_off_nobody_signs_up() {
    let app = App::with(EmailPassword::new().sign_up(false)).await;

    app.sign_up("alice@example.com").await.refuses(
        400,
        "EMAIL_AND_PASSWORD_SIGN_UP_IS_NOT_ENABLED",
        "Email and password sign up is not enabled",
    );

    assert!(app.users().await.is_empty());
}

#[tokio::test]
async fn no_password_and_no_token_is_stored_in_clear() {
    let app = App::new().await;

    let first = app.sign_up("alice@example.com").await;
    let second = app.sign_in("alice@example.com", PASSWORD).await;

    let stored = app.everything_stored().await;
    assert!(!stored.contains(PASSWORD));
    for reply in [first, second] {
        assert!(!stored.contains(reply.json()["token"].as_str().unwrap()));
    }
}
