//! What operators do is told, with who did it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::{
    AuthContext, Contributions, EveryInTransaction, Happened, HookError, Mount, Plugin, PluginId, plugins,
};
use auth_email_password::EmailPassword;
use auth_oidc_provider::{ClientUpdated, Registration as Mode};
use auth_pages::Pages;
use auth_protocol::OAuthErrorCode;
use auth_testkit::TestApp;
use http::Method;
use sea_orm::DatabaseTransaction;
use serde_json::json;

use super::{administered, asks, at, client, makes, olga, patches, web};

/// Notes every event that says by whom it was done.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<(&'static str, String)>>>);

#[async_trait]
impl EveryInTransaction for Notes {
    async fn on(&self, event: &Happened, _: &DatabaseTransaction) -> Result<(), HookError> {
        let by = event.about.more.iter().find(|(name, _)| *name == "by");
        self.0.lock().unwrap().extend(by.map(|(_, who)| (event.name, who.clone())));
        Ok(())
    }
}

impl Plugin for Notes {
    fn id(&self) -> PluginId {
        "notes"
    }

    fn contribute(&self, _: &mut Contributions) {}

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of(self.id()).on_every_in_transaction(self.clone())
    }
}

#[tokio::test]
async fn every_action_is_told_in_its_transaction_with_who_did_it() {
    let notes = Notes::default();
    let provider = administered().registration(Mode::InitialAccessToken);
    let app = TestApp::with(plugins![EmailPassword::new(), Pages::new(), provider, notes.clone()]).await;
    let olga = olga(&app).await;
    let made = makes(&olga, "/clients", web()).await;
    let desk = client(&app, &made);
    let alice = app.alice().await;
    desk.exchanges(&alice.authorizes(&desk).await).await.succeeds();
    let of_alice = alice.browser.fetches("/api/auth/get-session").await.json();

    patches(&olga, &at(&made), json!({"client_name": "Other"})).await;
    asks(&olga, Method::POST, &format!("{}/rotate-secret", at(&made)), Some(&json!({}))).await;
    let consent = format!("/consents/{}/{}", desk.client_id, of_alice["user"]["id"].as_str().unwrap());
    asks(&olga, Method::DELETE, &consent, None).await;
    asks(&olga, Method::DELETE, &at(&made), None).await;
    let row = makes(&olga, "/resources", json!({"identifier": "https://files.example"})).await;
    patches(&olga, &format!("/resources/{}", row["id"].as_str().unwrap()), json!({"disabled": true})).await;
    let issued = makes(&olga, "/initial-access-tokens", json!({})).await;
    app.learns("initial_access_token", issued["initial_access_token"].as_str().unwrap());

    let who = olga.browser.fetches("/api/auth/get-session").await.json()["user"]["id"].as_str().unwrap().to_owned();
    let expected = [
        "client.created",
        "client.updated",
        "client.updated",
        "consent.withdrawn",
        "client.deleted",
        "resource.created",
        "resource.disabled",
        "initial_access_token.issued",
    ];
    assert_eq!(*notes.0.lock().unwrap(), expected.map(|name| (name, who.clone())));
}

/// Agrees to nothing once it is switched on.
#[derive(Clone, Default)]
struct Stubborn(Arc<AtomicBool>);

#[async_trait]
impl EveryInTransaction for Stubborn {
    async fn on(&self, _: &Happened, _: &DatabaseTransaction) -> Result<(), HookError> {
        if self.0.load(Ordering::SeqCst) { Err(HookError::new::<ClientUpdated>("the disk is full")) } else { Ok(()) }
    }
}

impl Plugin for Stubborn {
    fn id(&self) -> PluginId {
        "stubborn"
    }

    fn contribute(&self, _: &mut Contributions) {}

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of(self.id()).on_every_in_transaction(self.clone())
    }
}

/// An audit log that cannot write must not keep a client alive that somebody has stolen.
#[tokio::test]
async fn no_hook_keeps_an_operator_from_ending_access() {
    let stubborn = Stubborn::default();
    let app = TestApp::with(plugins![EmailPassword::new(), Pages::new(), administered(), stubborn.clone()]).await;
    let olga = olga(&app).await;
    let made = makes(&olga, "/clients", web()).await;
    let row = makes(&olga, "/resources", json!({"identifier": "https://files.example"})).await;
    let resource = format!("/resources/{}", row["id"].as_str().unwrap());
    let old = client(&app, &made);
    stubborn.0.store(true, Ordering::SeqCst);

    assert_eq!(patches(&olga, &at(&made), json!({"client_name": "Other"})).await.status, 500, "a change is stopped");
    let rotate = format!("{}/rotate-secret", at(&made));
    assert_eq!(asks(&olga, Method::POST, &rotate, Some(&json!({}))).await.status, 500);
    let at_once = asks(&olga, Method::POST, &rotate, Some(&json!({"at_once": true}))).await;
    assert_eq!(at_once.status, 200, "{}", at_once.describe());
    old.introspects("x").await.fails_with(OAuthErrorCode::InvalidClient);
    let new = client(&app, &at_once.json());
    new.introspects("x").await.is_ok();

    assert_eq!(patches(&olga, &at(&made), json!({"disabled": true})).await.json()["disabled"], true);
    assert_eq!(patches(&olga, &resource, json!({"disabled": true})).await.json()["disabled"], true);
    new.introspects("x").await.fails_with(OAuthErrorCode::InvalidClient);
}
