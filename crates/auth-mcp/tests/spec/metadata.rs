//! RFC 9728, RFC 8414: where clients look, and what they find there.

use auth_core::plugins;
use auth_email_password::EmailPassword;
use auth_mcp::McpGuard;
use auth_pages::Pages;
use auth_testkit::TestApp;
use axum::Router;
use axum::routing::any;
use http::{Method, Request, StatusCode};
use serde_json::json;

use crate::{app, builder, mcp, whoami};

const RESOURCE_DOCUMENTS: [&str; 4] = [
    "/.well-known/oauth-protected-resource/mcp",
    "/mcp/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource",
    "/api/auth/.well-known/oauth-protected-resource",
];

#[tokio::test]
async fn the_resource_is_described_wherever_clients_look() {
    let app = app().await;

    for path in RESOURCE_DOCUMENTS {
        let answer = app.get(path).await.expects(StatusCode::OK);
        assert_eq!(
            answer.json(),
            json!({
                "resource": app.url("/mcp").as_str(),
                "authorization_servers": [app.base_url()],
                "scopes_supported": ["mcp:tools"],
                "bearer_methods_supported": ["header"],
                "dpop_signing_alg_values_supported":
                    ["ES256", "ES384", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"],
            }),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_server_is_described_at_the_origin_and_below_the_base_path() {
    let app = app().await;
    let document = app.get("/.well-known/oauth-authorization-server").await.json();

    for path in [
        "/.well-known/openid-configuration",
        "/api/auth/.well-known/oauth-authorization-server",
        "/api/auth/.well-known/openid-configuration",
    ] {
        assert_eq!(app.get(path).await.json(), document, "{path}");
    }
    assert_eq!(document["issuer"], app.base_url());
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(document["registration_endpoint"], app.endpoint("/oauth2/register").as_str());
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
}

#[tokio::test]
async fn scopes_about_the_person_are_in_no_challenge_and_no_resource_metadata() {
    let app = app().await;

    let challenge = app.post_json("/mcp", &json!({})).await.challenge();
    let metadata = app.get(RESOURCE_DOCUMENTS[0]).await.text();

    for scope in ["openid", "profile", "email", "offline_access"] {
        assert!(!challenge["scope"].split(' ').any(|named| named == scope), "{scope}");
        assert!(!metadata.contains(scope), "{scope}");
    }
}

#[tokio::test]
async fn pages_of_any_origin_may_read_the_documents() {
    let app = app().await;

    for path in RESOURCE_DOCUMENTS {
        let request = Request::get(path).header("origin", "https://inspector.example").body("").unwrap();
        let answer = app.request(request).await.expects(StatusCode::OK);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{path}");

        let preflight = Request::builder()
            .method(Method::OPTIONS)
            .uri(path)
            .header("origin", "https://inspector.example")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "mcp-protocol-version");
        let answer = app.request(preflight.body("").unwrap()).await.expects(StatusCode::NO_CONTENT);
        assert!(answer.header("access-control-allow-headers").unwrap().contains("mcp-protocol-version"), "{path}");
    }
}

#[tokio::test]
async fn a_document_a_client_has_is_not_sent_again_and_costs_no_statement() {
    let app = app().await;
    let first = app.get(RESOURCE_DOCUMENTS[0]).await;
    app.statements().clear();

    let again = Request::get(RESOURCE_DOCUMENTS[0]).header("if-none-match", first.header("etag").unwrap());
    let again = app.request(again.body("").unwrap()).await;

    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert!(app.statements().take().is_empty());
}

#[tokio::test]
async fn a_resource_of_its_own_host_keeps_its_identifier() {
    let app = builder(mcp().resource("https://mcp.example.com/mcp")).base_url("https://auth.example.com").build().await;

    let document = app.get("/.well-known/oauth-protected-resource/mcp").await.json();

    assert_eq!(document["resource"], "https://mcp.example.com/mcp");
    assert_eq!(document["authorization_servers"], json!(["https://auth.example.com"]));
}

/// rmcp and mcp-remote look there. What an app serves below its endpoint neither hides the documents nor loses its
/// guard by them.
#[tokio::test]
async fn documents_below_an_endpoint_stand_beside_what_the_app_nests_there() {
    let two = mcp().resource_at("/admin/mcp", |admin| admin.base_scope("admin:tools", "Administer this server"));
    let app = TestApp::builder()
        .plugins(plugins![EmailPassword::new(), Pages::new(), two])
        .routes(|auth| {
            let guard = auth.handle::<McpGuard>().unwrap();
            let admin =
                Router::new().nest_service("/admin/mcp", any(whoami)).route_layer(guard.of("/admin/mcp").unwrap());
            let write = Router::new().nest_service("/mcp/write", any(whoami)).route_layer(guard.clone());
            let nested = Router::new().route("/", any(whoami)).route("/{*rest}", any(whoami));
            Router::new().nest("/mcp", nested).route_layer(guard).merge(write).merge(admin)
        })
        .build()
        .await;

    for (below, at_root, resource) in [
        ("/mcp/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp", "/mcp"),
        (
            "/admin/mcp/.well-known/oauth-protected-resource",
            "/.well-known/oauth-protected-resource/admin/mcp",
            "/admin/mcp",
        ),
    ] {
        let (below, at_root) = (app.get(below).await.expects(StatusCode::OK), app.get(at_root).await);
        assert_eq!(below.json(), at_root.json());
        assert_eq!(below.json()["resource"], app.url(resource).as_str());
        assert_eq!(below.header("etag"), at_root.header("etag"));
    }
    let head = Request::head("/mcp/.well-known/oauth-protected-resource").body("").unwrap();
    app.request(head).await.expects(StatusCode::OK);
    for path in ["/mcp", "/mcp/.well-known/other", "/mcp/x", "/mcp/write", "/mcp/write/.well-known/x", "/admin/mcp/x"] {
        app.post_json(path, &json!({})).await.expects(StatusCode::UNAUTHORIZED);
    }
}
