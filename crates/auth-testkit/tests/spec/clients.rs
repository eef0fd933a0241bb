//! OAuth and MCP clients: what they send.

use auth_core::plugins;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{Registration, TestApp};
use axum::routing::post;
use axum::{Json, Router};
use http::HeaderMap;
use serde_json::{Value, json};

use crate::provider::Provider;

async fn sent_by(registration: Registration) -> Value {
    let app = TestApp::with(plugins![Provider::default()]).await;
    let client = app.registers(registration).await.with_resource("/mcp");
    let code = app.alice().await.authorizes(&client).await;
    client.exchanges(&code).await.succeeds().json
}

#[tokio::test]
async fn a_public_client_names_itself() {
    let sent = sent_by(Registration::public()).await;

    assert_eq!(sent["form"]["client_id"], "client:1");
    assert_eq!(sent["form"]["grant_type"], "authorization_code");
    assert_eq!(sent["form"]["resource"], "http://localhost:3000/mcp");
    assert_eq!(sent["authorization"], Value::Null);
}

#[tokio::test]
async fn a_confidential_client_proves_itself_the_way_it_registered() {
    let sent = sent_by(Registration::confidential_post()).await;
    assert_eq!(sent["form"]["client_secret"], "a client secret");
    assert_eq!(sent["authorization"], Value::Null);

    let sent = sent_by(Registration::confidential_basic()).await;
    assert_eq!(sent["form"]["client_secret"], Value::Null);
    // base64 of client%3A1:a+client+secret
    assert_eq!(sent["authorization"], "Basic Y2xpZW50JTNBMTphK2NsaWVudCtzZWNyZXQ=");
}

#[tokio::test]
async fn every_endpoint_is_asked_where_it_is() {
    let app = TestApp::with(plugins![Provider::default()]).await;
    let client = app.registers_client().await;
    let code = app.alice().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();

    let refused = client.exchanges_with(&code, &[("code", "another")]).await;
    refused.fails_with(OAuthErrorCode::InvalidGrant);
    client.refreshes(tokens.refresh()).await.succeeds();
    assert_eq!(client.introspects(&tokens.access_token).await.is_ok()["active"], true);
    assert_eq!(client.userinfo(&tokens.access_token).await.is_ok()["sub"], "1");
    client.userinfo("junk").await.fails_with(OAuthErrorCode::InvalidToken);
    assert_eq!(client.revokes(&tokens.access_token).await.is_ok(), Value::Null);
    let nowhere = Registration::public().with("redirect_uris", json!([]));
    app.tries_to_register(&nowhere).await.fails_with(OAuthErrorCode::InvalidRedirectUri);
}

async fn mcp(headers: HeaderMap, Json(message): Json<Value>) -> Json<Value> {
    let result = match message["method"].as_str().unwrap() {
        "initialize" => json!({ "protocolVersion": "2025-06-18", "capabilities": {} }),
        "tools/list" => json!({ "tools": [{ "name": "whoami" }] }),
        _ => {
            let revision = headers["mcp-protocol-version"].to_str().unwrap();
            let token = headers["authorization"].to_str().unwrap();
            json!({ "content": [{ "type": "text", "text": format!("{token} {revision}") }] })
        }
    };
    Json(json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }))
}

#[tokio::test]
async fn an_mcp_client_presents_its_token() {
    let app = TestApp::builder().routes(|_| Router::new().route("/mcp", post(mcp))).build().await;
    let client = app.mcp("/mcp", "a-token");

    client.initialize().await.result();

    assert_eq!(client.lists_tools().await, ["whoami"]);
    assert_eq!(client.calls("whoami", json!({})).await.said(), "Bearer a-token 2025-06-18");
}
