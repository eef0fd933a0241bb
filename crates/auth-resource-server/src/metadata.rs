//! The metadata documents of protected resources, at the places clients look. RFC 9728 §3.

use std::collections::BTreeMap;

use auth_protocol::metadata::{ProtectedResourceMetadata, WellKnown, well_known_path};
use auth_protocol::resource::Resource;
use axum::Router;
use axum::body::Bytes;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use sha2::{Digest as _, Sha256};
use tower_http::cors::{Any, CorsLayer};
use url::Url;

use crate::cors::REMEMBERED;

/// How long a document may be kept. Short, because it says where the authorization server is.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The documents of some resources cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// One cannot be written as JSON.
    #[error("the metadata cannot be written")]
    Json(#[from] serde_json::Error),
    /// Its `ETag` does not fit into a header.
    #[error("the metadata cannot be tagged")]
    Tag(#[from] http::header::InvalidHeaderValue),
    /// The resource is not a URL, so there is no place for its document.
    #[error("the resource is not a URL")]
    Resource(#[from] url::ParseError),
    /// Two resources have the same path, and so the same place.
    #[error("there is more than one resource at the path of {0}")]
    Place(Resource),
}

/// Answers with the document of each resource, as bytes made once: `GET`, `HEAD` and preflights.
///
/// A document is at the well-known path with the path of its resource inserted. That of the only
/// resource is at the root as well, where some clients look; with several resources nobody could say
/// which one is meant there. Any page may read them, and a cache may keep them for five minutes.
///
/// # Errors
///
/// [`MetadataError`] when a document or its place cannot be made.
pub fn metadata_router<'a>(
    resources: impl IntoIterator<Item = &'a ProtectedResourceMetadata>,
) -> Result<Router, MetadataError> {
    let kind = WellKnown::OAuthProtectedResource;
    let mut documents = BTreeMap::new();
    for metadata in resources {
        let place = well_known_path(kind, Url::parse(metadata.resource.as_str())?.path());
        if documents.insert(place, Document::of(metadata)?).is_some() {
            return Err(MetadataError::Place(metadata.resource.clone()));
        }
    }
    if documents.len() == 1
        && let Some(only) = documents.values().next().cloned()
    {
        documents.insert(kind.root_path().to_owned(), only);
    }

    // A path may hold segments such as `:x` that meant something to an earlier axum, and panic there.
    Ok(documents.into_iter().fold(Router::new().without_v07_checks(), |router, (place, document)| {
        let answer = get(move |headers: HeaderMap| async move { document.answer(&headers) });
        router.route(&place, answer.layer(cors()))
    }))
}

/// Any page, no credentials. The answer is the same for all of them, so it varies by nothing.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers(Any)
        .max_age(REMEMBERED)
        .vary(Vec::<HeaderName>::new())
}

/// A document that does not change.
#[derive(Clone, Debug)]
struct Document {
    bytes: Bytes,
    etag: HeaderValue,
}

impl Document {
    fn of(metadata: &ProtectedResourceMetadata) -> Result<Self, MetadataError> {
        let bytes = Bytes::from(serde_json::to_vec(metadata)?);
        let digest = Bytes::copy_from_slice(&Sha256::digest(&bytes));
        let etag = HeaderValue::from_str(&format!("\"{digest:x}\""))?;
        Ok(Self { bytes, etag })
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let kept = [(CACHE_CONTROL, KEPT), (ETAG, self.etag.clone())];
        if self.is_held_by(headers) {
            return (StatusCode::NOT_MODIFIED, kept).into_response();
        }
        (kept, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], self.bytes.clone()).into_response()
    }

    /// Says whether the caller has the document. Weak comparison, RFC 9110 §13.1.2.
    fn is_held_by(&self, headers: &HeaderMap) -> bool {
        let own = self.etag.to_str().unwrap_or_default();
        let held = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        held.flat_map(|value| value.split(','))
            .map(str::trim)
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == own)
    }
}
