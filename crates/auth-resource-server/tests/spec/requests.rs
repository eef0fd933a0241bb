//! Sends requests to a router and reads the answers.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::HeaderMap;
use http::request::Builder;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// An answer with its body read.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// How often a header is there.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.headers.get_all(name).iter().count()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(crate) async fn answered(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

pub(crate) async fn sent(router: &Router, request: Builder) -> Answer {
    answered(router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()).await
}

pub(crate) fn post(uri: &str) -> Builder {
    Request::post(uri).header("host", "mcp.example")
}

pub(crate) fn with_token(token: &str) -> Builder {
    post("/mcp").header("authorization", format!("Bearer {token}"))
}
