//! What other plugins are told, and what they can stop.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::session::{SessionIssued, SessionRevoked};
use auth_core::{AuthContext, Contributions, Event, HookError, InTransaction, Mount, On, Plugin, UserCreated};
use auth_email_password::EmailPassword;
use sea_orm::DatabaseTransaction;
use serde_json::json;

use crate::app::{App, ORIGIN, PASSWORD};

/// Notes every event, and aborts sign-ups of the kind it dislikes.
#[derive(Clone, Default)]
struct Listener {
    heard: Arc<Mutex<Vec<&'static str>>>,
    refuses_people: bool,
}

impl Plugin for Listener {
    fn id(&self) -> &'static str {
        "listener"
    }

    fn contribute(&self, _: &mut Contributions) {}

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of("listener")
            .on::<UserCreated>(self.clone())
            .on::<SessionIssued>(self.clone())
            .on::<SessionRevoked>(self.clone())
            .on_in_transaction::<UserCreated>(self.clone())
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

async fn app(listener: &Listener) -> App {
    let listener = listener.clone();
    App::of(ORIGIN, |builder| builder.rate_limits(false).plugin(EmailPassword::new()).plugin(listener)).await
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
