//! A grant type of another plugin. RFC 6749 §4.5.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use auth_core::entity::session;
use auth_oidc_provider::{ClientOption, ExtensionGrant, GrantRefusal, GrantRequest, Granted, OidcProvider};
use auth_protocol::scope::Scope;
use auth_protocol::{OAuthError, OAuthErrorCode};
use auth_testkit::{OAuthClient, TestApp};
use futures::future::join_all;
use sea_orm::EntityTrait as _;
use serde_json::json;

use super::is_refused;
use crate::{app, provider};

const SECRET: &str = "v3Yf0Tq9sLw2Xz8Rk5Jm1Hn7Pb4Gd6Ca";
const TICKET: &str = "urn:example:grant-type:ticket";

/// A ticket that is good once, for the person it names.
#[derive(Clone, Debug, Default)]
struct Tickets(Arc<AtomicBool>);

#[async_trait]
impl ExtensionGrant for Tickets {
    fn grant_type(&self) -> &'static str {
        TICKET
    }

    async fn judge(&self, request: GrantRequest<'_>) -> Result<Granted, GrantRefusal> {
        let Some(person) = request.params.get("ticket") else {
            return Err(OAuthError::new(OAuthErrorCode::InvalidRequest, "ticket is required").into());
        };
        let used = self.0.clone();
        let resources = request.provider.resources().to_vec();
        let granted = Granted::for_person(person, Scope::parse("openid mcp:tools").unwrap(), resources);
        let granted = match request.params.get("session") {
            Some(session) => granted.signed_in(session, request.provider.cx().now()),
            None => granted,
        };
        Ok(granted.by(["hwk", "pin"]).consume(move |_| {
            let used = used.clone();
            Box::pin(async move { Ok(!used.swap(true, Ordering::SeqCst)) })
        }))
    }
}

fn with_tickets() -> OidcProvider {
    let kiosk = ClientOption::confidential("kiosk", SECRET).grant_type(TICKET).grant_type("refresh_token");
    provider().extension_grant(Tickets::default()).client(kiosk)
}

async fn kiosk() -> (TestApp, OAuthClient, String) {
    let app = app(with_tickets()).build().await;
    let kiosk = OAuthClient::known(&app, "kiosk", "").with_secret(SECRET);
    let alice = app.alice().await;
    let id = alice.browser.fetches(app.endpoint("/get-session").path()).await.json()["user"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    (app, kiosk, id)
}

#[tokio::test]
async fn an_extension_judges_and_the_provider_issues() {
    let (app, kiosk, alice) = kiosk().await;

    let answer = kiosk.posts("/oauth2/token", &[("grant_type", TICKET), ("ticket", &alice)]).await;

    let tokens = answer.succeeds();
    assert_eq!(kiosk.userinfo(&tokens.access_token).await.is_ok()["sub"], alice);
    assert_eq!(tokens.scopes(), ["openid", "mcp:tools"]);
    assert!(tokens.id_token.is_some());
    kiosk.refreshes(tokens.refresh()).await.succeeds();
    let grants = app.get("/.well-known/openid-configuration").await.json()["grant_types_supported"].clone();
    assert_eq!(grants, json!(["authorization_code", "refresh_token", TICKET]));
}

#[tokio::test]
async fn an_extension_says_how_its_person_signed_in() {
    let ticket = "urn:example:ticket";
    let app = app(with_tickets().authentication_context(ticket, ["hwk"])).build().await;
    let kiosk = OAuthClient::known(&app, "kiosk", "").with_secret(SECRET);
    let alice = app.alice().await.browser.fetches(app.endpoint("/get-session").path()).await.json();
    let alice = alice["user"]["id"].as_str().unwrap();

    let first = kiosk.posts("/oauth2/token", &[("grant_type", TICKET), ("ticket", alice)]).await.succeeds();
    let next = kiosk.refreshes(first.refresh()).await.succeeds();

    for tokens in [first, next] {
        let claims = super::verified_for(&app, "kiosk", tokens.id()).await.1;
        assert_eq!((&claims["amr"], &claims["acr"]), (&json!(["hwk", "pin"]), &json!(ticket)));
    }
}

#[tokio::test]
async fn a_pairwise_client_of_an_extension_knows_people_by_its_own_names_too() {
    let kiosk = ClientOption::confidential("kiosk", SECRET).grant_type(TICKET).pairwise_in("kiosk.example");
    let app = app(provider().extension_grant(Tickets::default()).client(kiosk)).build().await;
    let kiosk = OAuthClient::known(&app, "kiosk", "").with_secret(SECRET);
    let alice = app.alice().await.browser.fetches(app.endpoint("/get-session").path()).await.json();
    let alice = alice["user"]["id"].as_str().unwrap();

    let tokens = kiosk.posts("/oauth2/token", &[("grant_type", TICKET), ("ticket", alice)]).await.succeeds();

    let name = kiosk.userinfo(&tokens.access_token).await.is_ok()["sub"].clone();
    assert_ne!(name, alice);
    assert_eq!(super::verified_for(&app, "kiosk", tokens.id()).await.1["sub"], name);
}

#[tokio::test]
async fn what_an_extension_refuses_is_told_in_its_words_and_changes_nothing() {
    let (app, kiosk, alice) = kiosk().await;
    let before = app.dump_tables().await;

    is_refused(&*kiosk.posts("/oauth2/token", &[("grant_type", TICKET)]).await, 400, OAuthErrorCode::InvalidRequest);
    let stranger = app.registers(auth_testkit::Registration::confidential_basic()).await;
    let after = app.dump_tables().await;
    let answer = stranger.posts("/oauth2/token", &[("grant_type", TICKET), ("ticket", &alice)]).await;
    is_refused(&answer, 400, OAuthErrorCode::UnauthorizedClient);

    assert_ne!(before, after);
    assert_eq!(app.dump_tables().await, after);
}

#[tokio::test]
async fn what_was_approved_in_a_session_ends_with_it() {
    let (app, kiosk, alice) = kiosk().await;
    let session = session::Entity::find().one(app.db()).await.unwrap().unwrap();
    let presents = async |kiosk: &OAuthClient, alice: &str, session: &str| {
        kiosk.posts("/oauth2/token", &[("grant_type", TICKET), ("ticket", alice), ("session", session)]).await
    };
    presents(&kiosk, &alice, &session.id).await.succeeds();

    let (app, kiosk, alice) = self::kiosk().await;
    let before = app.dump_tables().await;
    is_refused(&*presents(&kiosk, &alice, "ended").await, 400, OAuthErrorCode::InvalidGrant);
    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_presented_is_used_up_once_however_many_try() {
    let (app, kiosk, alice) = kiosk().await;
    let tries = (0..16).map(|_| {
        let (kiosk, alice) = (kiosk.clone(), alice.clone());
        async move { kiosk.posts("/oauth2/token", &[("grant_type", TICKET), ("ticket", &alice)]).await }
    });

    let answers = join_all(tries).await;

    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status.is_success());
    assert_eq!(won.len(), 1);
    for answer in lost {
        is_refused(&answer, 400, OAuthErrorCode::InvalidGrant);
    }
    assert_eq!(app.count("oauthGrant").await, 1);
}

#[test]
fn two_extensions_of_one_grant_type_are_a_mistake() {
    let twice = provider().extension_grant(Tickets::default()).extension_grant(Tickets::default());

    let error = auth_core::Auth::builder("http://localhost:3000").plugin(twice).schema().unwrap_err().to_string();

    assert!(error.contains(TICKET) && error.contains("let one extension answer a grant type"), "{error}");
}
