//! The answers that refuse a request: status, challenge and a JSON-RPC error object.

use axum::body::{Body, Bytes};
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, StatusCode};

/// The first of the JSON-RPC codes left to servers, and the one Better Auth answers.
///
/// Not -32001: MCP libraries give that one meanings of their own.
const SERVER_ERROR: i32 = -32000;

/// How long a client should wait while tokens cannot be verified, in seconds.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// A refusal that can be made once and answered often.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Refusal {
    /// Makes a refusal that is not stored anywhere.
    pub(crate) fn new(status: StatusCode, message: &str) -> Self {
        let body = serde_json::json!({
            "jsonrpc": "2.0",
            "error": { "code": SERVER_ERROR, "message": message },
            "id": null,
        });
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        Self { status, headers: headers.into_iter().collect(), body: Bytes::from(body.to_string()) }
    }

    /// Lets every page read the refusal and its challenge, also where the route has no CORS layer.
    pub(crate) fn readable_by_pages(mut self) -> Self {
        self.headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        self.headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate, DPoP-Nonce"));
        self
    }

    /// Says how to get a token that would be admitted.
    pub(crate) fn with_challenge(mut self, challenge: HeaderValue) -> Self {
        self.headers.insert(WWW_AUTHENTICATE, challenge);
        self
    }

    /// Asks the client to come back.
    pub(crate) fn worth_retrying(mut self) -> Self {
        self.headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        self
    }

    /// Returns the answer; the body is shared, not copied.
    pub(crate) fn response(&self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        response
    }
}
