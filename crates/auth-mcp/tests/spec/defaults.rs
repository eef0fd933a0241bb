//! What MCP clients get without asking for it.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::Registration;

use crate::{app, client};

#[tokio::test]
async fn a_client_that_registered_for_refresh_tokens_gets_one_without_offline_access() {
    let app = app().await;
    let client = client(&app, "mcp:tools").await;
    let code = app.alice().await.authorizes(&client).await;

    assert!(client.exchanges(&code).await.succeeds().refresh_token.is_some());
}

#[tokio::test]
async fn a_client_that_did_not_register_for_refresh_tokens_gets_none() {
    let app = app().await;
    let registration = Registration::public().with("grant_types", vec!["authorization_code"]);
    let client = app.registers(registration).await.with_scope("mcp:tools offline_access").with_resource("/mcp");
    let code = app.alice().await.authorizes(&client).await;

    assert!(client.exchanges(&code).await.succeeds().refresh_token.is_none());
}

#[tokio::test]
async fn a_request_without_scope_and_resource_gets_what_the_endpoint_needs() {
    let app = app().await;
    let mut client = app.registers_client().await;
    client.scope = None;
    let code = app.alice().await.authorizes(&client).await;

    let tokens = client.exchanges(&code).await.succeeds();

    assert_eq!(tokens.scopes(), ["openid", "mcp:tools"]);
    app.mcp("/mcp", &tokens.access_token).sends(&serde_json::json!({})).await.expects(http::StatusCode::OK);
}

#[tokio::test]
async fn a_repeated_refresh_gets_the_same_pair_within_thirty_seconds() {
    let app = app().await;
    let client = client(&app, "mcp:tools").await;
    let code = app.alice().await.authorizes(&client).await;
    let first = client.exchanges(&code).await.succeeds();

    let second = client.refreshes(first.refresh()).await.succeeds();
    app.clock.advance(Duration::from_secs(29));
    let again = client.refreshes(first.refresh()).await.succeeds();

    assert_eq!((&again.access_token, again.refresh()), (&second.access_token, second.refresh()));
    app.clock.advance(Duration::from_secs(1));
    client.refreshes(first.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
    client.refreshes(second.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
}
