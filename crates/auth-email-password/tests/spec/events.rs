//! What other plugins are told, and what they can stop.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::session::{SessionIssued, SessionRevoked};
use auth_core::{
    AuthContext, Contributions, ErrorCode, Event, HookError, InTransaction, Mount, On, Plugin, UserCreated,
};
use auth_email_password::EmailPassword;
use auth_pages::Pages;
use sea_orm::DatabaseTransaction;
use serde_json::json;

use crate::app::{App, Browser, ORIGIN, PASSWORD};

/// Notes every event, and aborts sign-ups of the kind it dislikes.
#[derive(Clone, Default)]
struct Listener {
    heard: Arc<Mutex<Vec<&'static str>>>,
    refuses_people: bool,
    /// Refuses in words of its own, at sign-up or at sign-in.
    members_only: bool,
}

const NO_MEMBER: ErrorCode = ErrorCode { code: "NO_MEMBER", status: 403, message: "This place is for members" };

impl Plugin for Listener {
    fn id(&self) -> &'static str {
        "listener"
    }

    fn contribute(&self, to: &mut Contributions) {
        to.errors("/sign-up/email", &[NO_MEMBER]);
        to.errors("/sign-in/email", &[NO_MEMBER]);
    }

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of("listener")
            .on::<UserCreated>(self.clone())
            .on::<SessionIssued>(self.clone())
            .on::<SessionRevoked>(self.clone())
            .on_in_transaction::<UserCreated>(self.clone())
            .on_in_transaction::<SessionIssued>(self.clone())
    }
}

#[async_trait]
impl<E: Event> On<E> for Listener {
    async fn on(&self, _: &E) -> Result<(), HookError> {
        self.heard.lock().unwrap().push(E::NAME);
        Ok(())
    }
}

#[async_trait]
impl InTransaction<UserCreated> for Listener {
    async fn on(&self, _: &UserCreated, _: &DatabaseTransaction) -> Result<(), HookError> {
        if self.refuses_people { Err(HookError::new::<UserCreated>("no more people")) } else { Ok(()) }
    }
}

#[async_trait]
impl InTransaction<SessionIssued> for Listener {
    async fn on(&self, _: &SessionIssued, _: &DatabaseTransaction) -> Result<(), HookError> {
        if self.members_only { Err(HookError::refuse::<SessionIssued>(NO_MEMBER)) } else { Ok(()) }
    }
}

async fn app(listener: &Listener) -> App {
    let listener = listener.clone();
    let plugins = |builder: auth_core::AuthBuilder| {
        builder.rate_limits(false).plugin(EmailPassword::new()).plugin(Pages::new()).plugin(listener)
    };
    App::of(ORIGIN, plugins).await
}

#[tokio::test]
async fn sign_up_and_sign_in_are_told_after_they_happened() {
    let listener = Listener::default();
    let app = app(&listener).await;

    let cookie = app.sign_up("alice@example.com").await.session_cookie();
    let body = json!({ "email": "alice@example.com", "password": PASSWORD });
    app.post_with("/sign-in/email", body, &[("cookie", &cookie), ("origin", ORIGIN)]).await;
    app.sign_in("alice@example.com", "wrong-password").await;

    let heard = listener.heard.lock().unwrap().clone();
    assert_eq!(heard, ["user.created", "session.issued", "session.revoked", "session.issued"]);
}

#[tokio::test]
async fn a_hook_that_fails_in_the_transaction_leaves_nothing_behind() {
    let listener = Listener { refuses_people: true, ..Listener::default() };
    let app = app(&listener).await;

    let reply = app.sign_up("alice@example.com").await;

    assert_eq!(reply.status, 500);
    assert!(reply.json()["reference"].is_string() && !reply.text.contains("no more people"));
    assert!(app.users().await.is_empty() && app.accounts().await.is_empty() && app.sessions().await.is_empty());
    assert!(listener.heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_hook_that_refuses_is_told_in_json() {
    let app = app(&Listener { members_only: true, ..Listener::default() }).await;
    let before = app.everything_stored().await;

    let reply = app.sign_up("mallory@example.com").await;

    reply.refuses(403, "NO_MEMBER", "This place is for members");
    assert_eq!(app.everything_stored().await, before);
}

#[tokio::test]
async fn a_hook_that_refuses_is_told_in_the_form_and_what_was_typed_stays() {
    let app = app(&Listener { members_only: true, ..Listener::default() }).await;
    let before = app.everything_stored().await;
    let mut browser = Browser::of(&app);
    let fields = [("name", "Mallory"), ("email", "mallory@example.com"), ("password", PASSWORD)];

    let reply = browser.fill("/sign-up", &fields).await;

    assert_eq!(reply.status, 403);
    assert!(reply.text.contains("This place is for members"), "{reply:?}");
    assert!(reply.text.contains("action=\"/sign-up\"") && reply.text.contains("mallory@example.com"), "{reply:?}");
    assert_eq!(app.everything_stored().await, before);
}

#[tokio::test]
async fn a_hook_can_refuse_a_sign_in_and_no_session_is_left() {
    let members_only = Arc::new(Mutex::new(false));
    let door = Door(Arc::clone(&members_only));
    let app = App::of(ORIGIN, |builder| {
        builder.rate_limits(false).plugin(EmailPassword::new()).plugin(Pages::new()).plugin(door)
    })
    .await;
    app.sign_up("alice@example.com").await;
    let before = app.everything_stored().await;
    *members_only.lock().unwrap() = true;

    let reply = app.sign_in("alice@example.com", PASSWORD).await;
    let mut browser = Browser::of(&app);
    let form = browser.fill("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]).await;

    reply.refuses(403, "NO_MEMBER", "This place is for members");
    assert_eq!(form.status, 403);
    assert!(form.text.contains("This place is for members") && form.text.contains("action=\"/sign-in\""), "{form:?}");
    assert_eq!(app.everything_stored().await, before);
}

/// Lets nobody in while it is shut.
#[derive(Clone)]
struct Door(Arc<Mutex<bool>>);

impl Plugin for Door {
    fn id(&self) -> &'static str {
        "door"
    }

    fn contribute(&self, _: &mut Contributions) {}

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of("door").on_in_transaction::<SessionIssued>(self.clone())
    }
}

#[async_trait]
impl InTransaction<SessionIssued> for Door {
    async fn on(&self, _: &SessionIssued, _: &DatabaseTransaction) -> Result<(), HookError> {
        let shut = *self.0.lock().unwrap();
        if shut { Err(HookError::refuse::<SessionIssued>(NO_MEMBER)) } else { Ok(()) }
    }
}
