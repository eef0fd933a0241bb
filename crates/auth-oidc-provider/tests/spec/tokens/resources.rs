//! Resource indicators at the token endpoint. RFC 8707 §2.2.

use auth_oidc_provider::ResourceOption;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{Code, OAuthClient, Registration, TestApp};
use serde_json::json;

use super::is_refused;
use crate::{app, provider};

const FILES: &str = "https://files.example";

/// A code for two resources of three.
async fn ready() -> (TestApp, OAuthClient, Code) {
    let provider = provider().resource(FILES, ["files:read"]).resource("/other", ["other:read"]);
    let app = app(provider).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = client.asks().with("resource", app.url("/mcp")).and("resource", FILES);
    let code = app.alice().await.allows(&request).await;
    (app, client, code)
}

#[tokio::test]
async fn a_token_is_for_every_resource_of_the_grant_unless_it_is_narrowed() {
    let (app, client, code) = ready().await;

    let tokens = client.exchanges(&code).await.succeeds();

    let facts = client.introspects(&tokens.access_token).await.is_ok();
    assert_eq!(facts["aud"], json!([app.url("/mcp").as_str(), FILES]));
}

#[tokio::test]
async fn the_token_request_narrows_the_access_token_only() {
    let (app, client, code) = ready().await;

    let first = client.exchanges_with(&code, &[("resource", FILES)]).await.succeeds();
    let second = client.refreshes(first.refresh()).await.succeeds();
    let third = client.refreshes_with(second.refresh(), &[("resource", app.url("/mcp").as_str())]).await.succeeds();

    assert_eq!(client.introspects(&first.access_token).await.is_ok()["aud"], FILES);
    let all = json!([app.url("/mcp").as_str(), FILES]);
    assert_eq!(client.introspects(&second.access_token).await.is_ok()["aud"], all, "omitted: the grant's");
    assert_eq!(client.introspects(&third.access_token).await.is_ok()["aud"], app.url("/mcp").as_str());
}

#[tokio::test]
async fn a_code_gives_nothing_for_a_resource_outside_its_grant() {
    let (app, client, code) = ready().await;
    let before = app.dump_tables().await;

    for resource in [app.url("/other").as_str(), "https://evil.example", "https://files.example/sub", "mcp", "#"] {
        let answer = client.exchanges_with(&code, &[("resource", resource)]).await;
        is_refused(&answer, 400, OAuthErrorCode::InvalidTarget);
        let answer = client.exchanges_with(&code, &[("resource", FILES), ("resource", resource)]).await;
        is_refused(&answer, 400, OAuthErrorCode::InvalidTarget);
    }

    assert_eq!(app.dump_tables().await, before);
    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn a_refresh_gives_nothing_for_a_resource_outside_the_grant() {
    let (app, client, code) = ready().await;
    let tokens = client.exchanges_with(&code, &[("resource", FILES)]).await.succeeds();
    let before = app.dump_tables().await;

    for resource in [app.url("/other").as_str(), "https://evil.example", "https://files.example/sub"] {
        let answer = client.refreshes_with(tokens.refresh(), &[("resource", resource)]).await;
        is_refused(&answer, 400, OAuthErrorCode::InvalidTarget);
    }

    assert_eq!(app.dump_tables().await, before);
    client.refreshes(tokens.refresh()).await.succeeds();
}

#[tokio::test]
async fn without_a_resource_the_only_one_is_meant() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let code = app.alice().await.authorizes(&client).await;

    let tokens = client.exchanges(&code).await.succeeds();

    assert_eq!(client.introspects(&tokens.access_token).await.is_ok()["aud"], app.url("/mcp").as_str());
}

#[tokio::test]
async fn without_a_resource_a_token_is_for_none_of_several() {
    let app = app(provider().resource(FILES, ["files:read"])).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let code = app.alice().await.authorizes(&client).await;

    let tokens = client.exchanges(&code).await.succeeds();

    let facts = client.introspects(&tokens.access_token).await.is_ok();
    assert_eq!(facts["active"], true);
    assert_eq!(facts.get("aud"), None, "never all of them");
    let refused = client.refreshes_with(tokens.refresh(), &[("resource", FILES)]).await;
    refused.fails_with(OAuthErrorCode::InvalidTarget);
}

#[tokio::test]
async fn a_token_that_would_open_nothing_is_refused_and_the_code_is_kept() {
    let notes = ResourceOption::new("/notes").base_scope(["notes:write"]).allowed_scopes(["notes:write"]);
    let files = ResourceOption::new(FILES).base_scope(["files:read"]).allowed_scopes(["files:read"]);
    let app = app(provider().protected_resource(notes).protected_resource(files)).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = client.asks().without("resource").and("resource", app.url("/notes")).and("resource", FILES);
    let code = app.alice().await.allows(&request.with("scope", "openid notes:write files:read")).await;

    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidTarget);

    let tokens = client.exchanges_with(&code, &[("resource", FILES)]).await.succeeds();
    assert_eq!(tokens.scopes(), ["openid", "files:read"]);
    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidTarget);
    let next = client.refreshes_with(tokens.refresh(), &[("resource", app.url("/notes").as_str())]).await.succeeds();
    assert_eq!(next.scopes(), ["openid", "notes:write"]);
}
