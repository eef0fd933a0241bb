//! `POST /change-password` and `POST /delete-user`: the shapes of Better Auth 1.4.7.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use auth_core::session::AccessEnded;
use auth_core::{AuthContext, Contributions, HookError, InTransaction, Mount, Plugin, PluginId};
use auth_email_password::EmailPassword;
use axum::body::Body;
use futures::future::join_all;
use http::{Request, header};
use sea_orm::DatabaseTransaction;
use serde_json::{Value, json};

use crate::app::{App, ORIGIN, PASSWORD, Reply};

const NEW: &str = "battery-staple-2";
const ALICE: &str = "alice@example.com";

async fn post(app: &App, path: &str, cookie: &str, body: &Value) -> Reply {
    let request = Request::post(format!("/api/auth{path}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ORIGIN, ORIGIN)
        .header(header::COOKIE, cookie);
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn changes(app: &App, cookie: &str, current: &str, new: &str) -> Reply {
    post(app, "/change-password", cookie, &json!({ "currentPassword": current, "newPassword": new })).await
}

async fn deletes(app: &App, cookie: &str, password: &str) -> Reply {
    post(app, "/delete-user", cookie, &json!({ "password": password })).await
}

/// An app where people can delete themselves, and the cookie of Alice.
async fn with_alice() -> (App, String) {
    let app = App::with(EmailPassword::new().delete_user(true)).await;
    let cookie = app.sign_up(ALICE).await.session_cookie();
    (app, cookie)
}

#[tokio::test]
async fn a_new_password_takes_the_place_of_the_old_and_ends_every_other_session() {
    let (app, cookie) = with_alice().await;
    let elsewhere = app.sign_in(ALICE, PASSWORD).await.session_cookie();

    let reply = changes(&app, &cookie, PASSWORD, NEW).await;

    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.redacted()["token"], "..");
    assert_eq!(reply.json()["user"]["email"], ALICE);
    assert_eq!(app.session_of(&reply.session_cookie()).await["user"]["email"], ALICE);
    for old in [&cookie, &elsewhere] {
        assert_eq!(app.session_of(old).await, Value::Null, "the browser that asked has a new one");
    }
    assert_eq!(app.sign_in(ALICE, PASSWORD).await.status, 401);
    assert_eq!(app.sign_in(ALICE, NEW).await.status, 200);
}

#[tokio::test]
async fn without_a_session_or_the_password_nothing_changes() {
    let (app, cookie) = with_alice().await;
    let before = app.everything_stored().await;

    assert_eq!(changes(&app, "", PASSWORD, NEW).await.status, 401);
    changes(&app, &cookie, "wrong-password", NEW).await.refuses(400, "INVALID_PASSWORD", "Invalid password");
    changes(&app, &cookie, PASSWORD, "short").await.refuses(400, "PASSWORD_TOO_SHORT", "Password too short");
    changes(&app, &cookie, PASSWORD, &"x".repeat(129)).await.refuses(400, "PASSWORD_TOO_LONG", "Password too long");
    changes(&app, &cookie, &"x".repeat(1025), NEW).await.refuses(400, "PASSWORD_TOO_LONG", "Password too long");
    for body in [json!({}), json!({"currentPassword": 1, "newPassword": NEW}), json!({"newPassword": NEW})] {
        let reply = post(&app, "/change-password", &cookie, &body).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["code"]), (400, &json!("VALIDATION_ERROR")), "{reply:?}");
    }
    assert_eq!(deletes(&app, "", PASSWORD).await.status, 401);
    deletes(&app, &cookie, "wrong-password").await.refuses(400, "INVALID_PASSWORD", "Invalid password");
    assert_eq!(app.everything_stored().await, before);
}

#[tokio::test]
async fn of_two_who_change_one_password_at_once_one_does() {
    let (app, cookie) = with_alice().await;
    let elsewhere = app.sign_in(ALICE, PASSWORD).await.session_cookie();

    let replies = join_all([
        changes(&app, &cookie, PASSWORD, "battery-staple-2"),
        changes(&app, &elsewhere, PASSWORD, "battery-staple-3"),
    ])
    .await;

    let done: Vec<bool> = replies.iter().map(|reply| reply.status == 200).collect();
    assert_eq!(done.iter().filter(|done| **done).count(), 1, "{replies:?}");
    assert_eq!(app.sessions().await.len(), 1, "that of the one who did");
    let new = if done[0] { "battery-staple-2" } else { "battery-staple-3" };
    assert_eq!(app.sign_in(ALICE, new).await.status, 200);
}

#[tokio::test]
async fn guessing_the_password_of_a_session_is_limited() {
    let app = App::of(ORIGIN, |builder| builder.plugin(EmailPassword::new()).plugin(auth_pages::Pages::new())).await;
    let cookie = app.sign_up(ALICE).await.session_cookie();

    for _ in 0..20 {
        assert_eq!(changes(&app, &cookie, "wrong-password", NEW).await.status, 400);
    }
    let mut last = changes(&app, &cookie, "wrong-password", NEW).await;
    // Who holds a session has as many tries of their own.
    for _ in 0..20 {
        last = changes(&app, &cookie, "wrong-password", NEW).await;
    }
    assert_eq!(last.status, 429, "{last:?}");
}

#[tokio::test]
async fn an_account_is_deleted_with_everything_that_belongs_to_it() {
    let (app, cookie) = with_alice().await;
    app.sign_in(ALICE, PASSWORD).await;

    let reply = deletes(&app, &cookie, PASSWORD).await;

    assert_eq!(reply.json(), json!({ "success": true, "message": "User deleted" }));
    let cookies = reply.cookies();
    let (_, attributes) = &cookies["better-auth.session_token"];
    assert!(attributes.contains(&"Max-Age=0".to_owned()), "{attributes:?}");
    assert!(app.users().await.is_empty() && app.accounts().await.is_empty() && app.sessions().await.is_empty());
    assert_eq!(app.sign_in(ALICE, PASSWORD).await.status, 401);
    assert_eq!(app.sign_up(ALICE).await.status, 200, "the address is free again");
}

#[tokio::test]
async fn nobody_deletes_themselves_unless_the_app_offers_it() {
    let app = App::new().await;
    let cookie = app.sign_up(ALICE).await.session_cookie();

    assert_eq!(deletes(&app, &cookie, PASSWORD).await.status, 404);
    assert_eq!(app.users().await.len(), 1);
}

/// Ends something of its own along with a person's access, unless it fails.
#[derive(Clone, Default)]
struct Ends(Arc<AtomicBool>);

impl Plugin for Ends {
    fn id(&self) -> PluginId {
        "ends"
    }

    fn contribute(&self, _: &mut Contributions) {}

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of("ends").on_in_transaction::<AccessEnded>(self.clone())
    }
}

#[async_trait]
impl InTransaction<AccessEnded> for Ends {
    async fn on(&self, event: &AccessEnded, _: &DatabaseTransaction) -> Result<(), HookError> {
        assert_eq!(event.reason.as_str(), "password changed");
        if self.0.load(Ordering::Relaxed) { Ok(()) } else { Err(HookError::new::<AccessEnded>("no room")) }
    }
}

#[tokio::test]
async fn where_a_plugin_cannot_end_what_it_has_given_the_password_stays() {
    let ends = Ends::default();
    let plugin = ends.clone();
    let app = App::of(ORIGIN, |builder| {
        builder.rate_limits(false).plugin(EmailPassword::new()).plugin(auth_pages::Pages::new()).plugin(plugin)
    })
    .await;
    let cookie = app.sign_up(ALICE).await.session_cookie();
    let before = app.everything_stored().await;

    assert_eq!(changes(&app, &cookie, PASSWORD, NEW).await.status, 500);
    assert_eq!(app.everything_stored().await, before, "all or nothing");

    ends.0.store(true, Ordering::Relaxed);
    assert_eq!(changes(&app, &cookie, PASSWORD, NEW).await.status, 200);
}
