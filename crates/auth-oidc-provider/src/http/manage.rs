//! `GET|PUT|DELETE /oauth2/register/{client_id}`. RFC 7592 §2.

use auth_protocol::error::{OAuthError, OAuthErrorCode};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};

use super::bearer::{challenge, presented};
use super::register::MetadataBody;
use super::schema::{Client, ClientMetadata};
use crate::error::{ErrorBody, OAuthFailure, no_store};
use crate::flow::manage;
use crate::provider::Provider;

/// Says what is registered of a client, to the client itself.
///
/// It presents the `registration_access_token` of its registration. Its secret is not told again.
#[utoipa::path(
    get, path = "/oauth2/register/{client_id}", tag = "oidc",
    params(("client_id" = String, Path, description = "The client")),
    responses(
        (status = 200, description = "The client as it is stored", body = Client),
        (status = 400, description = "The Authorization header cannot be read", body = ErrorBody),
        (status = 401, description = "The token is not that of this client", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer`, with the error if there was a token")
        )),
    ),
    security(("registration" = []))
)]
pub(crate) async fn read(
    State(provider): State<Provider>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match token(&headers) {
        Ok(token) => told(manage::read(&provider, &client_id, token).await),
        Err(refusal) => refusal,
    }
}

/// Puts other metadata in the place of all there was: what is left out is gone.
///
/// The body names the `client_id`. It is judged as at registration; what only an operator gives stays.
#[utoipa::path(
    put, path = "/oauth2/register/{client_id}", tag = "oidc", request_body = ClientMetadata,
    params(("client_id" = String, Path, description = "The client")),
    responses(
        (status = 200, description = "The client as it is stored", body = Client),
        (status = 400, description = "No redirect URI is acceptable, or the metadata is malformed", body = ErrorBody),
        (status = 401, description = "The token is not that of this client", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer`, with the error if there was a token")
        )),
    ),
    security(("registration" = []))
)]
pub(crate) async fn update(
    State(provider): State<Provider>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
    MetadataBody(metadata): MetadataBody,
) -> Response {
    match token(&headers) {
        Ok(token) => told(Box::pin(manage::update(&provider, &client_id, token, &metadata)).await),
        Err(refusal) => refusal,
    }
}

/// Deletes a client: every token it has is worth nothing from here on.
#[utoipa::path(
    delete, path = "/oauth2/register/{client_id}", tag = "oidc",
    params(("client_id" = String, Path, description = "The client")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 400, description = "The Authorization header cannot be read", body = ErrorBody),
        (status = 401, description = "The token is not that of this client", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer`, with the error if there was a token")
        )),
    ),
    security(("registration" = []))
)]
pub(crate) async fn delete(
    State(provider): State<Provider>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let token = match token(&headers) {
        Ok(token) => token,
        Err(refusal) => return refusal,
    };
    match manage::delete(&provider, &client_id, token).await {
        Ok(()) => {
            let mut response = StatusCode::NO_CONTENT.into_response();
            no_store(response.headers_mut());
            response
        }
        Err(failure) => failed(failure),
    }
}

#[expect(clippy::result_large_err, reason = "the refusal is the response, and is sent at once")]
fn token(headers: &HeaderMap) -> Result<&str, Response> {
    match presented(headers) {
        Ok(Some(token)) => Ok(token),
        Ok(None) => Err(challenge(StatusCode::UNAUTHORIZED, None)),
        Err(error) => Err(challenge(StatusCode::BAD_REQUEST, Some(&error))),
    }
}

fn told(client: Result<auth_protocol::registration::RegistrationResponse, OAuthFailure>) -> Response {
    match client {
        Ok(client) => {
            let mut response = Json(client).into_response();
            no_store(response.headers_mut());
            response
        }
        Err(failure) => failed(failure),
    }
}

fn failed(failure: OAuthFailure) -> Response {
    match failure {
        OAuthFailure::Refused(error @ OAuthError { code: OAuthErrorCode::InvalidToken, .. }) => {
            challenge(StatusCode::UNAUTHORIZED, Some(&error))
        }
        OAuthFailure::Refused(_)
        | OAuthFailure::Coded { .. }
        | OAuthFailure::TooMany { .. }
        | OAuthFailure::Unexpected(_) => failure.into_response(),
    }
}
