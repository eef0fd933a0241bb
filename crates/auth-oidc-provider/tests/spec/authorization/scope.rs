//! What a request for a scope gives. RFC 6749 §3.3.

use auth_protocol::OAuthErrorCode;
use auth_testkit::Registration;

use super::{asked_scope, error_at_client, error_page, started};
use crate::{app, provider};

#[tokio::test]
async fn an_absent_scope_means_the_default() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    for request in [client.asks().without("scope"), client.asks().with("scope", ""), client.asks().with("scope", "  ")]
    {
        assert_eq!(asked_scope(&app, &alice.browser, &request).await, ["openid", "mcp:tools"]);
    }

    let code = alice.allows(&client.asks().without("scope")).await;
    assert_eq!(client.exchanges(&code).await.succeeds().scopes(), ["openid", "mcp:tools"]);
}

#[tokio::test]
async fn an_absent_scope_means_the_one_the_app_names() {
    let app = app(provider().default_scope("openid notes:write")).build().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    assert_eq!(asked_scope(&app, &alice.browser, &client.asks().without("scope")).await, ["openid", "notes:write"]);
}

#[tokio::test]
async fn unknown_scopes_are_dropped_and_the_answer_says_what_was_granted() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await.with_scope("claudeai mcp:tools  MCP:TOOLS admin notes:write mcp:tools");

    let code = alice.authorizes(&client).await;

    assert_eq!(client.exchanges(&code).await.succeeds().scopes(), ["mcp:tools", "notes:write"]);
}

#[tokio::test]
async fn a_scope_of_which_nothing_is_left_is_refused() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;

    for scope in ["claudeai", "admin root", "OPENID", "openid,profile"] {
        let error = error_at_client(&app, &alice.browser, &client.asks().with("scope", scope)).await;
        assert_eq!(error.code, OAuthErrorCode::InvalidScope, "{scope}");
    }
}

#[tokio::test]
async fn a_malformed_or_boundless_scope_is_refused() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let many: Vec<String> = (0..200).map(|number| format!("s{number}")).collect();

    for scope in ["mcp:tools \"x\"", "mcp:tools a\\b", "mcp:tools é", &many.join(" "), &"x".repeat(257)] {
        let error = error_at_client(&app, &alice.browser, &client.asks().with("scope", scope)).await;
        assert_eq!(error.code, OAuthErrorCode::InvalidScope, "{scope}");
    }
    error_page(&app, &alice.browser, &client.asks().with("scope", "x".repeat(50_000))).await;
}

/// Large clients ask for what is advertised about the person, and mean the resource.
#[tokio::test]
async fn a_request_for_a_resource_and_the_person_alone_gets_the_base_scope() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await.with_resource("/mcp");

    let identity = client.asks().with("scope", "openid profile email offline_access");
    let more = client.asks().with("scope", "openid notes:write");

    let given = asked_scope(&app, &alice.browser, &identity).await;
    assert_eq!(given, ["openid", "profile", "email", "offline_access", "mcp:tools"]);
    assert_eq!(asked_scope(&app, &alice.browser, &more).await, ["openid", "notes:write"]);
}

#[tokio::test]
async fn the_base_scope_is_that_of_the_named_resource() {
    let app = app(provider().resource("/files", ["files:read"])).build().await;
    let alice = app.alice().await;
    let client = app.registers_client().await.with_scope("openid");

    let asks = |resource: &str| client.clone().with_resource(resource).asks();

    assert_eq!(asked_scope(&app, &alice.browser, &asks("/files")).await, ["openid", "files:read"]);
    assert_eq!(asked_scope(&app, &alice.browser, &asks("/mcp")).await, ["openid", "mcp:tools"]);
    assert_eq!(asked_scope(&app, &alice.browser, &client.asks()).await, ["openid"]);
}

#[tokio::test]
async fn what_another_resource_needs_is_no_default_of_the_named_one() {
    let app = app(provider().resource("/files", ["files:read"])).build().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    let asks = |resource: &str| client.clone().with_resource(resource).asks().without("scope");

    assert_eq!(asked_scope(&app, &alice.browser, &asks("/files")).await, ["openid", "files:read"]);
    assert_eq!(asked_scope(&app, &alice.browser, &asks("/mcp")).await, ["openid", "mcp:tools"]);
}
