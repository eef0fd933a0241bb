//! A JSON document made once and served as bytes, with an `ETag`.

use std::sync::Arc;

use auth_core::Unexpected;
use axum::body::Bytes;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

/// A document that does not change while the app runs.
#[derive(Clone, Debug)]
pub struct Document(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bytes: Bytes,
    etag: HeaderValue,
}

impl Document {
    /// Makes the bytes.
    ///
    /// # Errors
    /// [`Unexpected`] when the value cannot be written as JSON.
    pub fn of<T: Serialize>(value: &T) -> Result<Self, Unexpected> {
        let bytes = Bytes::from(serde_json::to_vec(value)?);
        let text = String::from_utf8_lossy(&bytes);
        let etag = HeaderValue::from_str(&format!("\"{}\"", auth_core::digest(&text)))?;
        Ok(Self(Arc::new(Inner { bytes, etag })))
    }

    /// Answers with the document, or with 304 if the caller has it.
    pub fn answer(&self, headers: &HeaderMap) -> Response {
        let fixed = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
            (header::ETAG, self.0.etag.clone()),
        ];
        if self.is_held_by(headers) {
            return (StatusCode::NOT_MODIFIED, fixed).into_response();
        }
        (fixed, self.0.bytes.clone()).into_response()
    }

    /// Says whether the caller has this document, by a weak comparison (RFC 9110 §13.1.2).
    fn is_held_by(&self, headers: &HeaderMap) -> bool {
        let held = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
        held.flat_map(|line| line.split(','))
            .map(|tag| tag.trim().trim_start_matches("W/"))
            .any(|tag| tag == "*" || tag.as_bytes() == self.0.etag.as_bytes())
    }
}
