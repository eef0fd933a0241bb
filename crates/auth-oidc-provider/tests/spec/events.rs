//! What the provider tells other plugins, and what they can refuse.
#![expect(clippy::unwrap_used, reason = "these steps stand outside test functions, and are tests all the same")]

use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::{
    AuthContext, Contributions, ErrorCode, Event, HookError, InTransaction, Mount, On, Plugin, PluginId, plugins,
};
use auth_email_password::EmailPassword;
use auth_oidc_provider::{
    ClientRegistered, CodeIssued, ConsentDenied, ConsentGiven, GrantRevoked, OidcProvider, RefreshReplayed,
    TokenRevoked, TokensIssued, TokensRefreshed,
};
use auth_pages::Pages;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{Answer, AuthorizationRequest, Registration, TestApp};
use sea_orm::DatabaseTransaction;
use serde_json::json;
use url::Url;

use crate::{app, provider};

const CLOSED: ErrorCode = ErrorCode { code: "CLOSED", status: 409, message: "We are closed today" };

/// Refuses an event of one kind while the door is shut.
struct Doorkeeper<E> {
    shut: Arc<AtomicBool>,
    of: PhantomData<fn() -> E>,
}

impl<E> Doorkeeper<E> {
    fn new() -> (Self, Arc<AtomicBool>) {
        let shut = Arc::new(AtomicBool::new(false));
        (Self { shut: Arc::clone(&shut), of: PhantomData }, shut)
    }
}

#[async_trait]
impl<E: Event> InTransaction<E> for Doorkeeper<E> {
    async fn on(&self, _: &E, _: &DatabaseTransaction) -> Result<(), HookError> {
        if self.shut.load(Ordering::SeqCst) { Err(HookError::refuse::<E>(CLOSED)) } else { Ok(()) }
    }
}

impl<E: Event> Plugin for Doorkeeper<E> {
    fn id(&self) -> PluginId {
        "doorkeeper"
    }

    fn contribute(&self, to: &mut Contributions) {
        to.errors("/oauth2/*", &[CLOSED]);
        to.errors("/consent", &[CLOSED]);
    }

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of(self.id()).on_in_transaction::<E>(Self { shut: Arc::clone(&self.shut), of: PhantomData })
    }
}

/// An app with a doorkeeper, and the door.
async fn kept<E: Event>(provider: OidcProvider) -> (TestApp, Door) {
    let (keeper, shut) = Doorkeeper::<E>::new();
    let app = TestApp::with(plugins![EmailPassword::new(), Pages::new(), provider, keeper]).await;
    (app.clone(), Door { app, shut })
}

struct Door {
    app: TestApp,
    shut: Arc<AtomicBool>,
}

impl Door {
    /// Does something while the door is shut; demands that every table is as it was before.
    async fn shut<T>(&self, act: impl AsyncFnOnce() -> T) -> T {
        let before = self.app.dump_tables().await;
        self.shut.store(true, Ordering::SeqCst);
        let done = act().await;
        self.shut.store(false, Ordering::SeqCst);
        assert_eq!(self.app.dump_tables().await, before, "a refusal leaves all tables as they were");
        done
    }
}

fn is_refused_as_oauth(answer: &Answer) {
    assert_eq!(answer.status, 409, "{}", answer.describe());
    let told = json!({ "error": "invalid_request", "error_description": CLOSED.message });
    assert_eq!(answer.json(), told);
}

/// By then client and redirect URI are trusted: RFC 6749 §4.1.2.1, with state and issuer.
fn tells_the_client(request: &AuthorizationRequest, url: &Url) {
    let error = request.reads(url).unwrap_err();
    assert_eq!(error.code, OAuthErrorCode::AccessDenied, "{url}");
    assert_eq!(error.description.as_deref(), Some(CLOSED.message));
}

#[tokio::test]
async fn a_hook_can_refuse_a_registration() {
    let (app, door) = kept::<ClientRegistered>(provider()).await;

    let answer = door.shut(async || app.tries_to_register(&Registration::public()).await).await;

    is_refused_as_oauth(&answer);
    app.registers_client().await;
}

#[tokio::test]
async fn a_hook_can_refuse_consent_on_the_page() {
    let (app, door) = kept::<ConsentGiven>(provider()).await;
    let client = app.registers_client().await;
    let alice = app.alice().await;
    let request = client.asks();
    let page = alice.browser.get(request.url().as_str()).await.page();

    let refused = door.shut(async || alice.browser.fills(page.form(), &[], "allow").await.away()).await;

    tells_the_client(&request, &refused);
    let url = alice.browser.fills(page.form(), &[], "allow").await.away();
    request.reads(&url).unwrap();
}

#[tokio::test]
async fn a_hook_can_refuse_consent_in_json() {
    let (app, door) = kept::<ConsentGiven>(provider()).await;
    let client = app.registers_client().await;
    let alice = app.alice().await;
    let request = client.asks();
    let page = alice.browser.get(request.url().as_str()).await.page();
    let (_, handle) = page.url.query_pairs().find(|(name, _)| name == "consent_code").unwrap();
    let body = json!({ "accept": true, "consent_code": handle });
    let endpoint = app.endpoint("/oauth2/consent");

    let refused = door.shut(async || alice.browser.post_json(endpoint.as_str(), &body).await).await;

    tells_the_client(&request, &refused.json()["redirectURI"].as_str().unwrap().parse().unwrap());
}

#[tokio::test]
async fn a_hook_can_refuse_a_code_by_a_remembered_consent() {
    let (app, door) = kept::<CodeIssued>(provider()).await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    alice.authorizes(&client).await;

    let request = client.asks();
    let url = door.shut(async || alice.browser.get(request.url().as_str()).await.away()).await;

    tells_the_client(&request, &url);
    alice.authorizes(&client).await;
}

#[tokio::test]
async fn a_hook_can_refuse_tokens_and_the_code_stays_good() {
    let (app, door) = kept::<TokensIssued>(provider()).await;
    let client = app.registers(Registration::confidential_basic()).await;
    let code = app.alice().await.authorizes(&client).await;

    let answer = door.shut(async || client.exchanges(&code).await).await;

    is_refused_as_oauth(&answer);
    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn a_hook_can_refuse_a_refresh_and_the_token_stays_good() {
    let (app, door) = kept::<TokensRefreshed>(provider().replay_window(30)).await;
    let client = app.registers(Registration::confidential_basic()).await;
    let code = app.alice().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();

    let answer = door.shut(async || client.refreshes(tokens.refresh()).await).await;

    is_refused_as_oauth(&answer);
    client.refreshes(tokens.refresh()).await.succeeds();
}

/// Notes what it is told.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl On<GrantRevoked> for Notes {
    async fn on(&self, event: &GrantRevoked) -> Result<(), HookError> {
        self.0.lock().unwrap().push(format!("{} {} {}", GrantRevoked::NAME, event.client_id, event.reason));
        Ok(())
    }
}

#[async_trait]
impl On<RefreshReplayed> for Notes {
    async fn on(&self, event: &RefreshReplayed) -> Result<(), HookError> {
        self.0.lock().unwrap().push(format!("{} {}", RefreshReplayed::NAME, event.client_id));
        Ok(())
    }
}

impl Plugin for Notes {
    fn id(&self) -> PluginId {
        "notes"
    }

    fn contribute(&self, _: &mut Contributions) {}

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of(self.id()).on::<GrantRevoked>(self.clone()).on::<RefreshReplayed>(self.clone())
    }
}

#[tokio::test]
async fn reuse_is_told_after_the_grant_has_ended() {
    let notes = Notes::default();
    let app = app(provider()).plugin(notes.clone()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    client.refreshes(tokens.refresh()).await.succeeds();

    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);

    let id = &client.client_id;
    let heard = notes.0.lock().unwrap().clone();
    assert_eq!(heard, [format!("grant.revoked {id} refresh token reused"), format!("refresh.replayed {id}")]);
}

#[tokio::test]
async fn everything_that_happens_is_counted_once_by_its_name() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    alice.denies(&client).await;
    let code = alice.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();
    let fresh = client.refreshes(tokens.refresh()).await.succeeds();
    client.revokes(&fresh.access_token).await.is_ok();
    client.revokes(&fresh.access_token).await.is_ok();

    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);

    let text = app.auth().metrics().text();
    for event in [
        "client.registered",
        "consent.denied",
        "consent.given",
        "code.issued",
        "token.issued",
        "token.refreshed",
        "token.revoked",
        "refresh.replayed",
        "grant.revoked",
    ] {
        let line = format!("auth_events_total{{event=\"{event}\"}} 1");
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}

#[tokio::test]
async fn what_was_refused_is_not_counted() {
    let (app, door) = kept::<TokensIssued>(provider()).await;
    let client = app.registers(Registration::confidential_basic()).await;
    let code = app.alice().await.authorizes(&client).await;

    door.shut(async || client.exchanges(&code).await).await;

    let text = app.auth().metrics().text();
    assert!(text.contains("event=\"code.issued\"") && !text.contains("event=\"token.issued\""), "{text}");
    assert!(!text.contains("auth_hook_failures_total{"), "a refusal is no failure");
}

#[tokio::test]
async fn no_hook_keeps_a_replayed_code_from_ending_its_grant() {
    let (app, door) = kept::<GrantRevoked>(provider()).await;
    let client = app.registers_client().await;
    let code = app.alice().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();
    door.shut.store(true, Ordering::SeqCst);

    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);

    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
    assert!(app.auth().metrics().text().contains("auth_hook_failures_total{plugin=\"doorkeeper\"}"));
}

/// Counts what it takes part in.
struct Clerk(Arc<Mutex<Vec<&'static str>>>);

#[async_trait]
impl<E: Event> InTransaction<E> for Clerk {
    async fn on(&self, _: &E, _: &DatabaseTransaction) -> Result<(), HookError> {
        self.0.lock().unwrap().push(E::NAME);
        Ok(())
    }
}

impl Plugin for Clerk {
    fn id(&self) -> PluginId {
        "clerk"
    }

    fn contribute(&self, _: &mut Contributions) {}

    fn mount(&self, _: &AuthContext) -> Mount {
        let clerk = || Self(Arc::clone(&self.0));
        Mount::of(self.id())
            .on_in_transaction::<ConsentDenied>(clerk())
            .on_in_transaction::<RefreshReplayed>(clerk())
            .on_in_transaction::<GrantRevoked>(clerk())
            .on_in_transaction::<TokenRevoked>(clerk())
    }
}

#[tokio::test]
async fn what_ends_something_can_be_taken_part_in() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let app = TestApp::with(plugins![EmailPassword::new(), Pages::new(), provider(), Clerk(Arc::clone(&seen))]).await;
    let client = app.registers_client().await;
    let alice = app.alice().await;

    alice.denies(&client).await;
    let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    let endpoint = app.endpoint("/oauth2/revoke");
    let fields = [("token", tokens.access_token.as_str()), ("client_id", client.client_id.as_str())];
    app.post_form(endpoint.as_str(), &fields).await;
    client.refreshes(tokens.refresh()).await.succeeds();
    app.clock.advance(std::time::Duration::from_mins(2));
    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);

    assert_eq!(*seen.lock().unwrap(), ["consent.denied", "token.revoked", "refresh.replayed", "grant.revoked"]);
}
