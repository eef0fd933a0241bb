//! The session of a token: `GET /mcp/get-session` and `guard.session(&parts)`.

use std::time::Duration;

use auth_mcp::McpGuard;
use auth_testkit::{Answer, Registration, TestApp};
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::{app, builder, client, mcp, tokens};

async fn session(app: &TestApp, authorization: Option<&str>) -> Answer {
    let request = Request::get("/api/auth/mcp/get-session");
    let request = match authorization {
        Some(value) => request.header("authorization", value),
        None => request,
    };
    app.request(request.body("").unwrap()).await.expects(StatusCode::OK)
}

#[tokio::test]
async fn a_token_leads_to_its_session_and_never_to_a_token() {
    let app = app().await;
    let client = client(&app, "mcp:tools offline_access").await;
    let code = app.alice().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();

    let answer = session(&app, Some(&format!("Bearer {}", tokens.access_token))).await;

    let body = answer.json();
    let mut members: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["clientId", "expiresAt", "resource", "scopes", "userId"]);
    assert_eq!(body["clientId"], client.client_id);
    assert_eq!(body["scopes"], "mcp:tools offline_access");
    assert_eq!(body["resource"], app.url("/mcp").as_str());
    assert!(!answer.text().contains(tokens.refresh()));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn without_a_valid_token_there_is_no_session() {
    let app = app().await;
    let tokens = tokens(&app, &app.alice().await, "mcp:tools").await;
    let bearer = format!("Bearer {}", tokens.access_token);

    for value in [None, Some("Bearer junk"), Some("Bearer"), Some(tokens.access_token.as_str())] {
        assert_eq!(session(&app, value).await.json(), Value::Null, "{value:?}");
    }
    app.clock.advance(Duration::from_hours(1));
    assert_eq!(session(&app, Some(&bearer)).await.json(), Value::Null, "expired");
}

#[tokio::test]
async fn a_token_for_another_resource_has_no_session_here() {
    let app = builder(mcp().provider(|provider| provider.resource("/other", ["other:use"]))).build().await;
    let client = app.registers_client().await.with_scope("other:use").with_resource("/other");
    let code = app.alice().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();

    let answer = session(&app, Some(&format!("Bearer {}", tokens.access_token))).await;

    assert_eq!(answer.json(), Value::Null);
}

#[tokio::test]
async fn an_app_can_ask_for_the_session_itself() {
    let app = app().await;
    let tokens = tokens(&app, &app.alice().await, "mcp:tools").await;
    let guard = app.auth().handle::<McpGuard>().unwrap();
    let (mut parts, ()) = Request::new(()).into_parts();

    assert_eq!(guard.session(&parts).await.unwrap(), None);
    parts.headers.insert("authorization", format!("Bearer {}", tokens.access_token).parse().unwrap());
    let session = guard.session(&parts).await.unwrap().unwrap();

    assert!(session.has("mcp:tools") && !session.has("notes:write"));
    assert_eq!(session.resource, app.url("/mcp").as_str());
}

/// OpenID Connect Core §8: whatever the client can read names the person as it knows them.
#[tokio::test]
async fn a_pairwise_client_reads_its_own_name_of_the_person_and_a_tool_knows_who_it_is() {
    let app = app().await;
    let alice = app.alice().await;
    let registration = Registration::confidential_basic().with("subject_type", "pairwise");
    let client = app.registers(registration).await.with_scope("openid mcp:tools").with_resource("/mcp");
    let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    let bearer = format!("Bearer {}", tokens.access_token);

    let told = session(&app, Some(&bearer)).await.json();

    let name = client.userinfo(&tokens.access_token).await.is_ok()["sub"].clone();
    let id = alice.browser.fetches("/api/auth/get-session").await.json()["user"]["id"].clone();
    assert_eq!(told["userId"], name);
    assert_ne!(name, id);
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.headers.insert("authorization", bearer.parse().unwrap());
    let session = app.auth().handle::<McpGuard>().unwrap().session(&parts).await.unwrap().unwrap();
    assert_eq!((json!(session.user_id), json!(session.subject)), (id, name));
}
