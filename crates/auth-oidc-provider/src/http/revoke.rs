//! `POST /oauth2/revoke`. RFC 7009.

use auth_core::ClientAddress;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};

use super::form::OAuthForm;
use super::schema::TokenToLookAt;
use crate::error::{ErrorBody, OAuthFailure, no_store};
use crate::flow::revoke;
use crate::provider::Provider;

/// Revokes a token; a refresh token takes everything its grant gave along.
///
/// A token that is unknown or another client's changes nothing and is no error (RFC 7009 §2.2).
#[utoipa::path(
    post, path = "/oauth2/revoke", tag = "oidc",
    request_body(content = TokenToLookAt, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The token is worth nothing now, or never was"),
        (status = 401, description = "The client is unknown or not authenticated", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Basic realm=\"oauth\"`")
        )),
    ),
    security((), ("client" = []))
)]
pub(crate) async fn revoke(
    State(provider): State<Provider>,
    address: ClientAddress,
    headers: HeaderMap,
    OAuthForm(params): OAuthForm,
) -> Result<Response, OAuthFailure> {
    revoke::revoke(&provider, &headers, &params, address).await?;
    let mut response = StatusCode::OK.into_response();
    no_store(response.headers_mut());
    Ok(response)
}
