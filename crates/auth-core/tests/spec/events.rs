//! Events: in the transaction they can undo, after it they only notify.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::entity::verification;
use auth_core::session::{SessionIssued, SessionRevoked};
use auth_core::{ErrorCode, Event, Hook, HookError, InTransaction, On, UserCreated, When};
use chrono::DateTime;
use sea_orm::{DatabaseTransaction, EntityTrait as _, IntoActiveModel as _};
use serde_json::json;

use crate::app::{App, ORIGIN};
use crate::plugins::Tiny;

/// Notes every event of its kind, and fails if it is told to.
#[derive(Clone, Default)]
struct Listens {
    heard: Arc<Mutex<Vec<&'static str>>>,
    fails: bool,
}

impl Listens {
    fn hear<E: Event>(&self) -> Result<(), HookError> {
        self.heard.lock().unwrap().push(E::NAME);
        if self.fails { Err(HookError::new::<E>("not today, door 7")) } else { Ok(()) }
    }
}

#[async_trait]
impl<E: Event> On<E> for Listens {
    async fn on(&self, _: &E) -> Result<(), HookError> {
        self.hear::<E>()
    }
}

/// Numbers the rows that hooks write.
static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// Writes a row in the transaction, and then fails if it is told to.
#[derive(Clone, Default)]
struct TakesPart(Listens);

#[async_trait]
impl<E: Event> InTransaction<E> for TakesPart {
    async fn on(&self, _: &E, tx: &DatabaseTransaction) -> Result<(), HookError> {
        let now = DateTime::UNIX_EPOCH;
        let row = verification::Model {
            id: NUMBER.fetch_add(1, Ordering::Relaxed).to_string(),
            identifier: "noted".to_owned(),
            value: "x".to_owned(),
            expires_at: now,
            created_at: now,
            updated_at: now,
        };
        let insert = verification::Entity::insert(row.into_active_model());
        insert.exec_without_returning(tx).await.map_err(HookError::new::<E>)?;
        self.0.hear::<E>()
    }
}

#[tokio::test]
async fn a_failing_hook_in_the_transaction_undoes_all_of_it() {
    let hook = TakesPart(Listens { fails: true, ..Listens::default() });
    let app =
        App::with(Tiny::named("strict").mounts(move |_, mount| mount.on_in_transaction::<SessionIssued>(hook.clone())))
            .await;
    let before = app.everything_stored().await;

    let reply = app.post("/enter", &[], &json!({ "email": "alice@example.com", "remember": true })).await;

    reply.refuses(500, "INTERNAL_SERVER_ERROR");
    assert!(!reply.text.contains("door 7"), "{reply:?}");
    assert_eq!(app.everything_stored().await, before, "no person, no session, nothing of the hook");
}

#[tokio::test]
async fn a_hook_in_the_transaction_writes_with_it() {
    let hook = TakesPart::default();
    let listens = hook.0.heard.clone();
    let app = App::with(Tiny::named("part").mounts(move |_, mount| {
        mount.on_in_transaction::<UserCreated>(hook.clone()).on_in_transaction::<SessionIssued>(hook.clone())
    }))
    .await;

    app.enters("alice@example.com").await;

    assert_eq!(*listens.lock().unwrap(), ["user.created", "session.issued"]);
    assert_eq!(app.everything_stored().await.matches("identifier=noted").count(), 2);
}

#[async_trait]
impl InTransaction<SessionRevoked> for Members {
    async fn on(&self, event: &SessionRevoked, _: &DatabaseTransaction) -> Result<(), HookError> {
        match event.user_id.as_str() {
            "panic@example.com" => panic!("a hook, at its limits"),
            _ => Err(HookError::refuse::<SessionRevoked>(NO_MEMBER)),
        }
    }
}

#[tokio::test]
async fn no_hook_keeps_a_session_from_ending() {
    let fails = TakesPart(Listens { fails: true, ..Listens::default() });
    let (heard, other) = (fails.0.heard.clone(), TakesPart::default());
    let app = App::with(Tiny::named("strict").mounts(move |_, mount| {
        let mount = mount.on_in_transaction::<SessionRevoked>(fails.clone());
        mount.on_in_transaction::<SessionRevoked>(Members).on_in_transaction::<SessionRevoked>(other.clone())
    }))
    .await;
    for (number, email) in ["alice@example.com", "panic@example.com"].into_iter().enumerate() {
        let cookie = app.enters(email).await;

        let reply = app.post("/sign-out", &[("origin", ORIGIN), ("cookie", &cookie)], &json!({})).await;

        assert_eq!(reply.json(), json!({ "success": true }));
        assert!(!app.knows(&cookie).await);
        let noted = app.everything_stored().await.matches("identifier=noted").count();
        assert_eq!(noted, number + 1, "of those who fail nothing is written, of the others all");
    }
    assert_eq!(heard.lock().unwrap().len(), 2);
    assert!(app.auth.metrics().text().contains("auth_hook_failures_total{plugin=\"strict\"} 4"));
}

#[tokio::test]
async fn a_hook_after_the_transaction_only_notifies() {
    let (failing, other) = (Listens { fails: true, ..Listens::default() }, Listens::default());
    let (first, second) = (failing.heard.clone(), other.heard.clone());
    let app = App::with(Tiny::named("letters").mounts(move |_, mount| {
        mount.on::<SessionRevoked>(failing.clone()).on::<SessionRevoked>(other.clone()).on::<UserCreated>(other.clone())
    }))
    .await;
    let cookie = app.enters("alice@example.com").await;

    let reply = app.post("/sign-out", &[("origin", ORIGIN), ("cookie", &cookie)], &json!({})).await;

    assert_eq!(reply.json(), json!({ "success": true }));
    assert!(!app.knows(&cookie).await);
    assert_eq!(*first.lock().unwrap(), ["session.revoked"]);
    assert_eq!(*second.lock().unwrap(), ["user.created", "session.revoked"], "told after another has failed");
}

struct Panics;

#[async_trait]
impl On<SessionRevoked> for Panics {
    async fn on(&self, _: &SessionRevoked) -> Result<(), HookError> {
        panic!("a hook, at its limits")
    }
}

#[tokio::test]
async fn a_hook_after_the_transaction_that_panics_changes_nothing() {
    let other = Listens::default();
    let heard = other.heard.clone();
    let plugin = Tiny::named("letters")
        .mounts(move |_, mount| mount.on::<SessionRevoked>(Panics).on::<SessionRevoked>(other.clone()));
    let app = App::with(plugin).await;
    let cookie = app.enters("alice@example.com").await;

    let reply = app.post("/sign-out", &[("origin", ORIGIN), ("cookie", &cookie)], &json!({})).await;

    assert_eq!(reply.json(), json!({ "success": true }));
    assert_eq!(*heard.lock().unwrap(), ["session.revoked"]);
}

/// Lets nobody in from elsewhere.
struct Members;

const NO_MEMBER: ErrorCode = ErrorCode { code: "NO_MEMBER", status: 403, message: "This place is for members" };

#[async_trait]
impl InTransaction<UserCreated> for Members {
    async fn on(&self, event: &UserCreated, _: &DatabaseTransaction) -> Result<(), HookError> {
        match event.user_id.as_str() {
            "panic@example.com" => panic!("a hook, at its limits"),
            id if id.ends_with("@example.com") => Ok(()),
            _ => Err(HookError::refuse::<UserCreated>(NO_MEMBER)),
        }
    }
}

#[tokio::test]
async fn a_hook_in_the_transaction_may_refuse_in_its_own_words() {
    let app =
        App::with(Tiny::named("members").mounts(|_, mount| mount.on_in_transaction::<UserCreated>(Members))).await;
    let before = app.everything_stored().await;

    let reply = app.post("/enter", &[], &json!({ "email": "mallory@evil.example", "remember": true })).await;

    reply.refuses(403, "NO_MEMBER");
    assert_eq!(reply.json(), json!({ "code": "NO_MEMBER", "message": "This place is for members" }));
    assert_eq!(app.everything_stored().await, before);
    app.enters("alice@example.com").await;
    assert!(!app.auth.metrics().text().contains("auth_hook_failures_total{"), "a refusal is no failure");
}

#[tokio::test]
async fn a_hook_in_the_transaction_that_panics_undoes_all_of_it() {
    let app =
        App::with(Tiny::named("members").mounts(|_, mount| mount.on_in_transaction::<UserCreated>(Members))).await;
    let before = app.everything_stored().await;

    let reply = app.post("/enter", &[], &json!({ "email": "panic@example.com", "remember": true })).await;

    reply.refuses(500, "INTERNAL_SERVER_ERROR");
    assert_eq!(app.everything_stored().await, before);
    assert!(app.auth.metrics().text().contains("auth_hook_failures_total{plugin=\"members\"} 1"));
    app.enters("alice@example.com").await;
}

#[tokio::test]
async fn who_listens_to_what_can_be_listed() {
    let other = Listens::default();
    let app =
        App::with(Tiny::named("letters").mounts(move |_, mount| {
            mount.on_in_transaction::<UserCreated>(Members).on::<SessionRevoked>(other.clone())
        }))
        .await;

    let hook = |when, at: &str| Hook { when, at: at.to_owned(), plugin: "letters" };
    assert_eq!(
        app.auth.hooks(),
        [hook(When::InTransaction, "user.created"), hook(When::AfterCommit, "session.revoked")]
    );
}
