//! `GET /jwks`: the public keys. RFC 7517 §5.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};

use super::schema::JwkSet;
use crate::provider::Provider;

/// Publishes the keys ID tokens are signed with.
#[utoipa::path(
    get, path = "/jwks", tag = "oidc",
    responses((status = 200, description = "The public keys; they may be kept for five minutes", body = JwkSet))
)]
pub(crate) async fn jwks(State(provider): State<Provider>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    (headers, provider.keys().document(provider.cx().now())).into_response()
}
