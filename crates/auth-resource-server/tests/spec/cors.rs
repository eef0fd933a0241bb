//! Browser clients: preflights are answered and challenges can be read.

use async_trait::async_trait;
use auth_resource_server::{InvalidToken, RequireToken, VerifiedToken, Verifier, VerifyError, cors};
use axum::Router;
use axum::extract::Request;
use axum::routing::any;
use url::Url;

use crate::requests::{post, sent};

struct Nobody;

#[async_trait]
impl Verifier for Nobody {
    async fn verify(&self, _: &str) -> Result<VerifiedToken, VerifyError> {
        Err(InvalidToken::Unknown.into())
    }
}

fn app() -> Router {
    let metadata = Url::parse("https://mcp.example/.well-known/oauth-protected-resource/mcp").unwrap();
    let guard = RequireToken::builder(Nobody, metadata).build().unwrap();
    Router::new().route("/mcp", any(|| async {})).route_layer(guard).route_layer(cors())
}

#[tokio::test]
async fn a_preflight_from_any_origin_is_answered_without_a_token() {
    let preflight = Request::options("/mcp")
        .header("origin", "https://inspector.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,mcp-protocol-version");

    let answer = sent(&app(), preflight).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET,POST,DELETE"));
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some(
            "authorization,content-type,accept,mcp-protocol-version,mcp-session-id,mcp-method,mcp-name,last-event-id,dpop"
        )
    );
}

#[tokio::test]
async fn a_page_can_read_the_challenge_and_the_session_id() {
    let answer = sent(&app(), post("/mcp").header("origin", "https://inspector.example")).await;

    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").is_some());
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-expose-headers"), Some("www-authenticate,mcp-session-id,dpop-nonce"));
    assert_eq!(answer.count("access-control-allow-origin"), 1);
    assert_eq!(answer.count("access-control-expose-headers"), 1);
}
