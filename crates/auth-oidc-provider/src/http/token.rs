//! `POST /oauth2/token`. RFC 6749 §3.2.

use auth_core::ClientAddress;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;

use super::form::OAuthForm;
use super::schema::{TokenRequest, TokenResponse};
use crate::error::{ErrorBody, no_store};
use crate::flow::{exchange, proof};
use crate::provider::Provider;

/// Exchanges a code or a refresh token for tokens.
///
/// A code and a refresh token work once. A code that comes a second time from its client, or a
/// refresh token that does outside the replay window, ends the whole grant.
#[utoipa::path(
    post, path = "/oauth2/token", tag = "oidc",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The tokens", body = TokenResponse),
        (status = 400, description = "The request or the grant is not valid", body = ErrorBody),
        (status = 401, description = "The client is unknown or not authenticated", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Basic realm=\"oauth\"`")
        )),
    ),
    security((), ("client" = []))
)]
pub(crate) async fn token(
    State(provider): State<Provider>,
    address: ClientAddress,
    headers: HeaderMap,
    OAuthForm(params): OAuthForm,
) -> Response {
    let mut response = match exchange::exchange(&provider, &headers, &params, address).await {
        Ok(tokens) => Json(tokens).into_response(),
        Err(failure) => failure.into_response(),
    };
    no_store(response.headers_mut());
    proof::answer_nonce(&provider, &headers, response.headers_mut());
    response
}
