//! DNS rebinding: the `Host` and `Origin` of a request to the MCP route. MCP transports, security.

use auth_resource_server::{Guard, HostRule, OriginRule};
use axum::Router;
use axum::extract::Request;
use axum::routing::any;
use url::Url;

use crate::requests::sent;

fn app(base: &str) -> Router {
    let base = Url::parse(base).unwrap();
    Router::new()
        .route("/mcp", any(|| async { "tools" }))
        .route_layer(Guard::new(OriginRule::for_base(&base)))
        .route_layer(Guard::new(HostRule::for_base(&base)))
}

#[tokio::test]
async fn a_foreign_host_is_forbidden() {
    let app = app("http://127.0.0.1:3000");

    for (host, status) in [("127.0.0.1:3000", 200), ("localhost:3000", 200), ("evil.example", 403), ("", 403)] {
        let answer = sent(&app, Request::post("/mcp").header("host", host)).await;

        assert_eq!(answer.status, status, "{host}");
    }
}

#[tokio::test]
async fn a_request_names_exactly_one_host() {
    let app = app("https://mcp.example");
    let twice = Request::post("/mcp").header("host", "mcp.example").header("host", "mcp.example");

    let none = sent(&app, Request::post("/mcp")).await;
    let twice = sent(&app, twice).await;

    assert_eq!((none.status, twice.status), (403, 403));
}

#[tokio::test]
async fn the_authority_of_the_uri_counts_like_the_header() {
    let app = app("https://mcp.example");

    let alone = sent(&app, Request::post("https://mcp.example/mcp")).await;
    let foreign = sent(&app, Request::post("https://evil.example/mcp").header("host", "mcp.example")).await;
    let other_way = sent(&app, Request::post("https://mcp.example/mcp").header("host", "evil.example")).await;

    assert_eq!((alone.status, foreign.status, other_way.status), (200, 403, 403));
}

#[tokio::test]
async fn a_forwarded_host_is_never_read() {
    let app = app("https://mcp.example");
    let request = Request::post("/mcp").header("host", "evil.example").header("x-forwarded-host", "mcp.example");

    assert_eq!(sent(&app, request).await.status, 403);
}

#[tokio::test]
async fn a_loopback_server_answers_loopback_pages_only() {
    let app = app("http://localhost:3000");
    let from = |origin| Request::post("/mcp").header("host", "localhost:3000").header("origin", origin);

    for (origin, status) in
        [("http://localhost:6274", 200), ("http://127.0.0.1:1", 200), ("https://evil.example", 403), ("null", 403)]
    {
        assert_eq!(sent(&app, from(origin)).await.status, status, "{origin}");
    }
}

#[tokio::test]
async fn a_public_server_answers_any_page() {
    let app = app("https://mcp.example");
    let request = Request::post("/mcp").header("host", "mcp.example").header("origin", "https://inspector.example");

    assert_eq!(sent(&app, request).await.status, 200);
}

#[tokio::test]
async fn two_origins_are_refused() {
    let app = app("http://localhost:3000");
    let request = Request::post("/mcp")
        .header("host", "localhost:3000")
        .header("origin", "http://localhost:6274")
        .header("origin", "http://localhost:6274");

    assert_eq!(sent(&app, request).await.status, 403);
}

#[tokio::test]
async fn a_refused_host_gets_a_json_rpc_error_that_pages_cannot_read() {
    let answer = sent(&app("https://mcp.example"), Request::post("/mcp").header("host", "evil.example")).await;

    assert_eq!(answer.json()["error"]["code"], -32000);
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert_eq!(answer.header("www-authenticate"), None);
}
