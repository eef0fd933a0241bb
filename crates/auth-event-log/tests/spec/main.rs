//! What the table holds after people, clients and strangers have been there.
#![cfg(test)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use auth_core::session::SessionIssued;
use auth_core::{
    AuthContext, Contributions, ErrorCode, EveryInTransaction, Happened, HookError, Mount, Plugin, PluginId, plugins,
};
use auth_email_password::EmailPassword;
use auth_event_log::EventLog;
use auth_event_log::entity::event::{Column, Entity, Model};
use auth_mcp::Mcp;
use auth_pages::Pages;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{Registration, TestApp};
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
};

async fn app(log: EventLog) -> TestApp {
    TestApp::with(plugins![EmailPassword::new(), Pages::new(), Mcp::new(), log]).await
}

/// The names in the order in which they were written, without refusals, which come when they come.
async fn events(app: &TestApp) -> Vec<Model> {
    let written = Entity::find().filter(Column::Name.ne("request.refused")).order_by_asc(Column::Id);
    written.all(app.db()).await.unwrap()
}

async fn names(app: &TestApp) -> Vec<String> {
    let mut names: Vec<String> = events(app).await.into_iter().map(|event| event.name).collect();
    names.sort();
    names
}

/// Waits until refusals are written: they come beside the answers.
async fn refusals(app: &TestApp, at_least: usize) -> Vec<Model> {
    let written = || Entity::find().filter(Column::Name.eq("request.refused")).all(app.db());
    tokio::time::timeout(Duration::from_secs(10), async {
        loop {
            let found = written().await.unwrap();
            if found.len() >= at_least {
                return found;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn everything_that_happens_is_written_with_whom_it_is_about() {
    let app = app(EventLog::new()).await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let code = alice.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();
    let tokens = client.refreshes(tokens.refresh()).await.succeeds();
    client.revokes(tokens.refresh()).await.is_ok();
    alice.signs_out().await;

    let expected = [
        "client.registered",
        "code.issued",
        "consent.given",
        "grant.revoked",
        "session.issued",
        "session.revoked",
        "token.issued",
        "token.refreshed",
        "user.created",
    ];
    assert_eq!(names(&app).await, expected);
    let all = events(&app).await;
    let of = |name: &str| all.iter().find(|event| event.name == name).unwrap();
    let issued = of("token.issued");
    assert_eq!(issued.client_id.as_deref(), Some(&*client.client_id));
    assert_eq!(issued.user_id, of("user.created").user_id);
    let revoked = of("grant.revoked");
    assert_eq!(revoked.details["reason"], "revoked by the client");
    assert_eq!(revoked.details["grant_id"], issued.details["grant_id"]);
    app.stores_no_secret().await;
}

#[tokio::test]
async fn what_was_refused_is_written_with_its_cause() {
    let app = app(EventLog::new()).await;
    let client = app.registers(Registration::confidential_basic()).await;
    let wrong = client.clone().with_secret("not-the-secret-of-this-client-at-all");
    wrong.refreshes("rt_x").await.fails_with(OAuthErrorCode::InvalidClient);
    client.refreshes("rt_x").await.fails_with(OAuthErrorCode::InvalidGrant);
    let unknown = client.asks().with("redirect_uri", "https://evil.example/");
    let _ = app.browser().get(unknown.url().as_str()).await.page();
    let _ = app.browser().get(client.asks().with("prompt", "none").url().as_str()).await.away();

    let mut found: Vec<(String, String, String)> = refusals(&app, 4)
        .await
        .into_iter()
        .map(|event| {
            let text = |name: &str| event.details[name].as_str().unwrap().to_owned();
            (text("asked"), text("error"), event.client_id.unwrap_or_default())
        })
        .collect();
    found.sort();

    let id = client.client_id.clone();
    let expected = [
        ("authorize", "invalid_request", String::new()),
        ("authorize", "login_required", id.clone()),
        ("token", "invalid_client", id.clone()),
        ("token", "invalid_grant", id),
    ];
    let expected: Vec<_> = expected.map(|(asked, error, id)| (asked.to_owned(), error.to_owned(), id)).to_vec();
    assert_eq!(found, expected);
    app.stores_no_secret().await;
}

/// Refuses what is about to happen, after everybody else has agreed.
#[derive(Clone, Default)]
struct Last(Arc<AtomicBool>);

const CLOSED: ErrorCode = ErrorCode { code: "CLOSED", status: 409, message: "We are closed" };

impl Plugin for Last {
    fn id(&self) -> PluginId {
        "last"
    }

    fn contribute(&self, to: &mut Contributions) {
        to.errors("/sign-in/email", &[CLOSED]);
    }

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of("last").on_every_in_transaction(self.clone())
    }
}

#[async_trait]
impl EveryInTransaction for Last {
    async fn on(&self, happened: &Happened, _: &DatabaseTransaction) -> Result<(), HookError> {
        let is_shut = self.0.load(Ordering::Relaxed) && happened.name == "session.issued";
        if is_shut { Err(HookError::refuse::<SessionIssued>(CLOSED)) } else { Ok(()) }
    }
}

#[tokio::test]
async fn what_did_not_happen_is_not_written() {
    let last = Last::default();
    let plugins = plugins![EmailPassword::new(), Pages::new(), Mcp::new(), EventLog::new(), last.clone()];
    let app = TestApp::with(plugins).await;
    let alice = app.alice().await;
    alice.signs_out().await;
    let before = names(&app).await;
    last.0.store(true, Ordering::Relaxed);

    let body = serde_json::json!({"email": alice.email, "password": alice.password});
    let answer = alice.browser.post_json("/api/auth/sign-in/email", &body).await;

    assert_eq!(answer.status, 409, "{}", answer.describe());
    assert_eq!(names(&app).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flood_of_refusals_neither_fails_nor_slows_what_is_asked() {
    let app = app(EventLog::new()).await;
    let client = app.registers(Registration::public()).await;
    let asks = (0..300).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.refreshes("rt_x").await.fails_with(OAuthErrorCode::InvalidGrant) })
    });
    for asked in asks.collect::<Vec<_>>() {
        asked.await.unwrap();
    }

    assert!(!refusals(&app, 1).await.is_empty());
}

#[tokio::test]
async fn refusals_can_be_left_out() {
    let app = app(EventLog::new().refusals(false)).await;
    let client = app.registers(Registration::public()).await;
    client.refreshes("rt_x").await.fails_with(OAuthErrorCode::InvalidGrant);

    assert_eq!(Entity::find().filter(Column::Name.eq("request.refused")).count(app.db()).await.unwrap(), 0);
    assert_eq!(names(&app).await, ["client.registered"]);
}

#[tokio::test]
async fn the_events_of_a_deleted_person_stay() {
    let people = EmailPassword::new().delete_user(true);
    let app = TestApp::with(plugins![people, Pages::new(), Mcp::new(), EventLog::new()]).await;
    let alice = app.alice().await;
    let body = serde_json::json!({"password": alice.password});

    assert_eq!(alice.browser.post_json("/api/auth/delete-user", &body).await.status, 200);

    assert_eq!(
        names(&app).await,
        ["access.ended", "session.issued", "session.revoked", "user.created", "user.deleted"]
    );
    let people: Vec<_> = events(&app).await.into_iter().map(|event| event.user_id).collect();
    assert!(people.iter().all(|id| id.is_some() && *id == people[0]), "{people:?}");
}
