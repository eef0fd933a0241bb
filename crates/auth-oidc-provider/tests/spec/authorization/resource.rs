//! The resource of a request. RFC 8707 §2.

use auth_protocol::OAuthErrorCode;
use auth_testkit::{AuthorizationRequest, Person, TestApp};
use serde_json::{Value, json};

use super::{consent_page, error_at_client, interaction, started};
use crate::{app, provider};

async fn resources(app: &TestApp, person: &Person, request: &AuthorizationRequest) -> Value {
    let page = consent_page(&person.browser, request).await;
    interaction(app, &person.browser, &page).await["resources"].take()
}

#[tokio::test]
async fn an_absent_resource_means_the_only_one() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    assert_eq!(client.asks().parameter("resource"), None);

    assert_eq!(resources(&app, &alice, &client.asks()).await, json!(["http://localhost:3000/mcp"]));
}

#[tokio::test]
async fn an_absent_resource_means_none_where_there_are_several() {
    let app = app(provider().resource("/files", ["files:read"])).build().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    assert_eq!(resources(&app, &alice, &client.asks()).await, json!([]));
}

#[tokio::test]
async fn the_spelling_of_scheme_and_host_an_added_query_and_a_repetition_are_tolerated() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    for spelling in [
        "http://localhost:3000/mcp",
        "HTTP://LOCALHOST:3000/mcp",
        "http://Localhost:3000/mcp?key=1",
        "http://localhost:3000/mcp?",
    ] {
        let request = client.asks().with("resource", spelling);
        let repeated = request.clone().and("resource", "http://localhost:3000/mcp");

        for request in [request, repeated] {
            assert_eq!(resources(&app, &alice, &request).await, json!(["http://localhost:3000/mcp"]), "{spelling}");
        }
    }
}

#[tokio::test]
async fn the_slash_of_a_bare_origin_is_tolerated() {
    let app = app(provider().resource("https://mcp.example", ["files:read"])).build().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    for spelling in
        ["https://mcp.example", "https://mcp.example/", "https://MCP.example:443/", "https://mcp.example/?key=1"]
    {
        let request = client.asks().with("resource", spelling);
        assert_eq!(resources(&app, &alice, &request).await, json!(["https://mcp.example"]), "{spelling}");
    }
}

#[tokio::test]
async fn several_resources_can_be_asked_for_at_once() {
    let app = app(provider().resource("/files", ["files:read"])).build().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let both =
        client.asks().and("resource", "http://localhost:3000/files").and("resource", "http://localhost:3000/mcp");

    assert_eq!(
        resources(&app, &alice, &both).await,
        json!(["http://localhost:3000/files", "http://localhost:3000/mcp"])
    );
}

#[tokio::test]
async fn a_foreign_or_malformed_resource_is_an_invalid_target() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    for foreign in [
        "https://evil.example/mcp",
        "http://localhost:3000",
        "http://localhost:3000/",
        "http://localhost:3000/mcp/",
        "http://localhost:3000/MCP",
        "http://localhost:3000/mcp/write",
        "http://localhost:3001/mcp",
        "https://localhost:3000/mcp",
        "http://127.0.0.1:3000/mcp",
        "http://localhost:3000/mcp#x",
        "http://user@localhost:3000/mcp",
        "http://localhost:3000@evil.example/mcp",
        "/mcp",
        "mcp",
        "urn:example:mcp",
    ] {
        for request in [
            client.asks().with("resource", foreign),
            client.asks().with("resource", "http://localhost:3000/mcp").and("resource", foreign),
        ] {
            let error = error_at_client(&app, &alice.browser, &request).await;
            assert_eq!(error.code, OAuthErrorCode::InvalidTarget, "{foreign}");
        }
    }
    let many = (0..11).fold(client.asks(), |request, _| request.and("resource", "http://localhost:3000/mcp"));
    assert_eq!(error_at_client(&app, &alice.browser, &many).await.code, OAuthErrorCode::InvalidTarget);
}

#[tokio::test]
async fn a_provider_without_resources_knows_none() {
    let bare = auth_oidc_provider::OidcProvider::new("/sign-in").dynamic_registration(true);
    let app = app(bare).build().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    assert_eq!(resources(&app, &alice, &client.asks()).await, json!([]));
    let error = error_at_client(&app, &alice.browser, &client.clone().with_resource("/mcp").asks()).await;
    assert_eq!(error.code, OAuthErrorCode::InvalidTarget);
}
