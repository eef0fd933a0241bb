//! Whether a client would find its way, known before the app serves.

use auth_mcp::{McpGuard, SelfCheckError};
use axum::Router;
use axum::routing::any;
use http::Method;

use crate::{builder, mcp, routes, whoami};

async fn checked(base_url: &str, app: impl FnOnce(Router, McpGuard) -> Router) -> Result<(), SelfCheckError> {
    let built = builder(mcp()).base_url(base_url).build().await;
    let guard = built.auth().handle::<McpGuard>().unwrap();
    let whole = app(built.auth().router(), guard.clone());
    guard.self_check(&whole).await
}

fn at_mcp(guard: &McpGuard) -> Router {
    Router::new().route("/mcp", any(whoami)).route_layer(guard.clone())
}

#[tokio::test]
async fn a_whole_app_is_in_order() {
    let app = builder(mcp()).build().await;
    let guard = app.auth().handle::<McpGuard>().unwrap();
    let whole = app.auth().router().merge(routes(app.auth()));

    guard.self_check(&whole).await.unwrap();
    for base_url in ["http://127.0.0.1:4000", "https://mcp.example.com"] {
        checked(base_url, |auth, guard| at_mcp(&guard).merge(auth)).await.unwrap();
    }
}

#[tokio::test]
async fn a_route_that_is_missing_is_named() {
    let base = "http://localhost:3000";
    let missing = checked(base, |auth, _| auth).await.unwrap_err();
    assert_eq!((&missing.method, missing.url.as_str()), (&Method::POST, "http://localhost:3000/mcp"));
    assert!(missing.found.contains("404") && missing.fix.contains("route_layer"), "{missing}");

    let unguarded = checked(base, |auth, _| auth.route("/mcp", any(async || "open"))).await.unwrap_err();
    assert!(unguarded.found.contains("200") && unguarded.fix.contains("guard"), "{unguarded}");

    let nested = checked(base, |auth, guard| Router::new().nest("/auth", auth).merge(at_mcp(&guard))).await;
    let nested = nested.unwrap_err();
    assert_eq!(nested.url, "http://localhost:3000/.well-known/oauth-protected-resource/mcp");
    assert!(nested.found.contains("404") && nested.fix.contains("at its root"), "{nested}");
}

/// A proxy may put it where clients look.
#[tokio::test]
async fn behind_a_proxy_it_is_a_warning() {
    checked("https://mcp.example.com", |auth, _| auth).await.unwrap();
}

/// `/mcp` and `/mcp/` are both the endpoint, and neither leads to the other.
#[tokio::test]
async fn both_spellings_of_the_route_are_challenged_and_neither_redirects() {
    let app = crate::app().await;
    for path in ["/mcp", "/mcp/"] {
        let answer = app.post_json(path, &serde_json::json!({})).await;
        assert_eq!(answer.status, http::StatusCode::UNAUTHORIZED, "{path}: {}", answer.describe());
        assert_eq!(
            answer.challenge()["resource_metadata"],
            "http://localhost:3000/.well-known/oauth-protected-resource/mcp"
        );
    }
}
