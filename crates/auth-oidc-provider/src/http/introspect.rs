//! `POST /oauth2/introspect`. RFC 7662.

use auth_core::ClientAddress;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;

use super::form::OAuthForm;
use super::schema::{Introspection, TokenToLookAt};
use crate::error::{ErrorBody, OAuthFailure, no_store};
use crate::flow::introspect;
use crate::provider::Provider;

/// Says what a token is worth, to the confidential client it was issued to.
#[utoipa::path(
    post, path = "/oauth2/introspect", tag = "oidc",
    request_body(content = TokenToLookAt, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = Introspection),
        (status = 401, description = "The client is unknown, public or not authenticated", body = ErrorBody),
    ),
    security(("client" = []))
)]
pub(crate) async fn introspect(
    State(provider): State<Provider>,
    address: ClientAddress,
    headers: HeaderMap,
    OAuthForm(params): OAuthForm,
) -> Result<Response, OAuthFailure> {
    let answer = introspect::introspect(&provider, &headers, &params, address).await?;
    let mut response = Json(answer).into_response();
    no_store(response.headers_mut());
    Ok(response)
}
