//! A person sees what they have allowed, and takes it back. OWASP ASVS 10.4.9.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::{AuthContext, Contributions, HookError, Mount, On, Plugin, PluginId};
use auth_oidc_provider::entity::grant;
use auth_oidc_provider::{ConsentWithdrawn, GrantRevoked};
use auth_protocol::OAuthErrorCode;
use auth_testkit::{Answer, Browser, OAuthClient, Person, Registration, TestApp};
use axum::body::Body;
use futures::future::{join, join_all};
use http::{Request, StatusCode};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel, QueryFilter as _};
use serde_json::{Value, json};

use crate::{app, provider};

async fn sees(app: &TestApp, person: &Person) -> Vec<Value> {
    let answer = person.browser.fetches(app.endpoint("/oauth2/get-consents").path()).await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, Some("no-store")));
    answer.json().as_array().unwrap().clone()
}

async fn takes_back(app: &TestApp, browser: &Browser, client: &OAuthClient) -> Answer {
    let body = json!({"client_id": client.client_id});
    browser.post_json(app.endpoint("/oauth2/delete-consent").path(), &body).await
}

#[tokio::test]
async fn a_person_sees_what_they_have_allowed_by_client() {
    let app = app(provider()).build().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let asked =
        Registration::confidential_basic().with("client_name", "Notes").with("client_uri", "https://notes.example");
    let notes = app.registers(asked).await.with_scope("openid notes:write");
    let local = app.registers(Registration::public().with("client_name", "Desk")).await.with_scope("mcp:tools");
    alice.authorizes(&notes).await;
    app.clock.advance(std::time::Duration::from_mins(1));
    alice.authorizes(&local).await;

    let seen = sees(&app, &alice).await;

    let names: Vec<&str> = seen.iter().map(|client| client["clientName"].as_str().unwrap()).collect();
    assert_eq!(names, ["Desk", "Notes"], "the latest first");
    let of_notes = json!({
        "clientId": notes.client_id, "clientName": "Notes", "clientUri": "https://notes.example", "connected": true,
        "scopes": [
            {"name": "openid", "description": "Know who you are"},
            {"name": "notes:write", "description": "Write and delete your notes"},
        ],
        "resources": [app.url("/mcp").as_str()],
        "createdAt": seen[1]["createdAt"], "updatedAt": seen[1]["updatedAt"],
    });
    assert_eq!(seen[1], of_notes);
    assert_eq!(sees(&app, &bob).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_client_with_a_thousand_grants_hides_no_other() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    let quiet = app.registers(Registration::public().with("client_name", "Quiet")).await.with_scope("mcp:tools");
    let loud = app.registers(Registration::public().with("client_name", "Loud")).await.with_scope("mcp:tools");
    alice.authorizes(&quiet).await;
    app.clock.advance(std::time::Duration::from_mins(1));
    alice.authorizes(&loud).await;
    let of_loud = grant::Entity::find().filter(grant::Column::ClientId.eq(&loud.client_id)).one(app.db()).await;
    let of_loud = of_loud.unwrap().unwrap();
    // Ids before and after that of the quiet client.
    let copies = (0..1200).map(|number| grant::Model { id: format!("{number:04x}-copy"), ..of_loud.clone() });
    for some in copies.collect::<Vec<_>>().chunks(100) {
        let rows = some.iter().cloned().map(IntoActiveModel::into_active_model);
        grant::Entity::insert_many(rows).exec_without_returning(app.db()).await.unwrap();
    }

    app.statements().clear();
    let seen = sees(&app, &alice).await;

    let names: Vec<&str> = seen.iter().map(|client| client["clientName"].as_str().unwrap()).collect();
    assert_eq!(names, ["Loud", "Quiet"]);
    assert_eq!(app.statements().take().len(), 4, "session, grants counted together, consents, clients");
}

#[tokio::test]
async fn taking_it_back_ends_everything_the_client_has() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let other = app.registers(Registration::confidential_basic()).await;
    let kept = other.exchanges(&alice.authorizes(&other).await).await.succeeds();
    let bob = app.bob().await;
    let of_bob = client.exchanges(&bob.authorizes(&client).await).await.succeeds();
    let first = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    let second = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    let unused = alice.authorizes(&client).await;

    let answer = takes_back(&app, &alice.browser, &client).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({"status": true})));

    for tokens in [&first, &second] {
        client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
        client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
        assert_eq!(client.introspects(&tokens.access_token).await.is_ok(), json!({"active": false}));
    }
    client.exchanges(&unused).await.fails_with(OAuthErrorCode::InvalidGrant);
    let silently = client.asks().with("prompt", "none");
    assert_eq!(alice.is_refused(&silently).await.code, OAuthErrorCode::ConsentRequired, "it is asked about again");
    other.refreshes(kept.refresh()).await.succeeds();
    client.refreshes(of_bob.refresh()).await.succeeds();
    let left: Vec<Value> = sees(&app, &alice).await.iter().map(|client| client["clientId"].clone()).collect();
    assert_eq!(left, [json!(other.client_id)]);
}

#[tokio::test]
async fn nobody_takes_back_what_was_not_theirs_to_give() {
    let app = app(provider()).build().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let client = app.registers(Registration::confidential_basic()).await;
    alice.authorizes(&client).await;
    let before = app.dump_tables().await;

    let answer = takes_back(&app, &bob.browser, &client).await;
    assert_eq!((answer.status, &answer.json()["code"]), (StatusCode::NOT_FOUND, &json!("CONSENT_NOT_FOUND")));
    let answer = takes_back(&app, &app.browser(), &client).await;
    assert_eq!((answer.status, &answer.json()["code"]), (StatusCode::UNAUTHORIZED, &json!("UNAUTHORIZED")));
    let listed = app.get(app.endpoint("/oauth2/get-consents").path()).await;
    assert_eq!(listed.status, StatusCode::UNAUTHORIZED);
    for origin in ["https://evil.example", "null"] {
        let request = Request::post(app.endpoint("/oauth2/delete-consent").as_str())
            .header("content-type", "application/json")
            .header("origin", origin)
            .body(Body::from(json!({"client_id": client.client_id}).to_string()));
        assert_eq!(alice.browser.sends(request.unwrap()).await.status, StatusCode::FORBIDDEN, "{origin}");
    }

    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refresh_that_comes_at_the_same_time_leaves_nothing_alive() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    for _ in 0..5 {
        let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
        let refresh = {
            let (client, token) = (client.clone(), tokens.refresh().to_owned());
            tokio::spawn(async move { client.refreshes(&token).await })
        };
        let codes = join_all((0..4).map(|_| alice.authorizes(&client))).await;
        let redeemed = codes.into_iter().map(|code| {
            let client = client.clone();
            tokio::spawn(async move { client.exchanges(&code).await })
        });
        let redeemed: Vec<_> = redeemed.collect();

        assert_eq!(takes_back(&app, &alice.browser, &client).await.status, StatusCode::OK);

        for answer in join_all(redeemed.into_iter().chain([refresh])).await {
            let answer = answer.unwrap();
            assert!(!answer.status.is_server_error(), "{}", answer.describe());
            if answer.status.is_success() {
                let tokens = answer.succeeds();
                client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
            }
        }
        assert_eq!(sees(&app, &alice).await, Vec::<Value>::new());
    }
}

#[tokio::test]
async fn a_request_that_is_granted_unasked_at_the_same_time_is_taken_back_too() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    for _ in 0..10 {
        alice.authorizes(&client).await; // remembered from here on
        let urls: Vec<_> = (0..8).map(|_| client.asks().url()).collect();
        let asking = join_all(urls.iter().map(|url| alice.browser.fetches(url.as_str())));

        let (answers, taken) = join(asking, takes_back(&app, &alice.browser, &client)).await;

        assert_eq!(taken.status, StatusCode::OK);
        for answer in answers {
            assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.describe());
        }
        assert_eq!(sees(&app, &alice).await, Vec::<Value>::new(), "nothing survives");
        app.clock.advance(std::time::Duration::from_mins(11)); // what waits for an answer is given up
        alice.signs_in().await;
    }
}

/// Notes what it is told.
#[derive(Clone, Default)]
struct Clerk(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl On<ConsentWithdrawn> for Clerk {
    async fn on(&self, event: &ConsentWithdrawn) -> Result<(), HookError> {
        self.0.lock().unwrap().push(format!("withdrawn {}", event.client_id));
        Ok(())
    }
}

#[async_trait]
impl On<GrantRevoked> for Clerk {
    async fn on(&self, event: &GrantRevoked) -> Result<(), HookError> {
        self.0.lock().unwrap().push(format!("{} {}", event.reason, event.client_id));
        Ok(())
    }
}

impl Plugin for Clerk {
    fn id(&self) -> PluginId {
        "clerk"
    }

    fn contribute(&self, _: &mut Contributions) {}

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of(self.id()).on::<ConsentWithdrawn>(self.clone()).on::<GrantRevoked>(self.clone())
    }
}

#[tokio::test]
async fn whoever_listens_learns_of_it_and_of_each_grant_that_ended() {
    let clerk = Clerk::default();
    let app = app(provider()).plugin(clerk.clone()).build().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    alice.authorizes(&client).await;
    alice.authorizes(&client).await;

    takes_back(&app, &alice.browser, &client).await;

    let id = &client.client_id;
    let ended = format!("withdrawn by the person {id}");
    assert_eq!(*clerk.0.lock().unwrap(), [format!("withdrawn {id}"), ended.clone(), ended]);
}
