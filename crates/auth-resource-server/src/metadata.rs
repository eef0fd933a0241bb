//! The metadata document of a protected resource, at the places clients look. RFC 9728 §3.

use auth_protocol::metadata::{ProtectedResourceMetadata, WellKnown, well_known_path};
use axum::Router;
use axum::body::Bytes;
use axum::response::IntoResponse as _;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use tower_http::cors::{Any, CorsLayer};
use url::Url;

/// The document of a resource cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// It cannot be written as JSON.
    #[error("the metadata cannot be written")]
    Json(#[from] serde_json::Error),
    /// The resource is not a URL, so there is no place for its document.
    #[error("the resource is not a URL")]
    Resource(#[from] url::ParseError),
}

/// Answers with the document of a resource, path-inserted and at the root, as bytes made once.
///
/// # Errors
///
/// [`MetadataError`] when the document or its place cannot be made.
pub fn metadata_router(metadata: &ProtectedResourceMetadata) -> Result<Router, MetadataError> {
    let document = Bytes::from(serde_json::to_vec(metadata)?);
    let resource = Url::parse(metadata.resource.as_str())?;
    let answer = get(move || {
        let document = document.clone();
        async move {
            let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")];
            (headers, document).into_response()
        }
    });
    let root = WellKnown::OAuthProtectedResource.root_path();
    let inserted = well_known_path(WellKnown::OAuthProtectedResource, resource.path());
    let router = Router::new().route(root, answer.clone());
    let router = if inserted == root { router } else { router.route(&inserted, answer) };
    Ok(router.route_layer(CorsLayer::new().allow_origin(Any).allow_headers(Any)))
}
