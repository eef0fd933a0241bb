//! `POST /oauth2/par`. RFC 9126 §2.

use auth_core::ClientAddress;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::form::OAuthForm;
use super::schema::AuthorizationRequest;
use crate::error::{ErrorBody, no_store};
use crate::flow::{par, proof};
use crate::provider::Provider;

/// Where the request is kept (RFC 9126 §2.2).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = oidc::PushedRequest)]
pub(crate) struct PushedRequest {
    /// What the authorization request names, besides the `client_id`.
    #[schema(example = "urn:ietf:params:oauth:request_uri:Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e")]
    request_uri: String,
    /// Seconds until it is given up unless a browser comes with it.
    #[schema(example = 600)]
    expires_in: u64,
}

/// Takes an authorization request from its client itself, before any browser is involved.
///
/// It is judged as the authorization endpoint judges it, and what it asks for cannot be changed on its
/// way through the browser.
#[utoipa::path(
    post, path = "/oauth2/par", tag = "oidc",
    request_body(content = AuthorizationRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The request is kept", body = PushedRequest),
        (status = 400, description = "The request is not in order", body = ErrorBody),
        (status = 401, description = "The client is unknown or not authenticated", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Basic realm=\"oauth\"`")
        )),
    ),
    security((), ("client" = []))
)]
pub(crate) async fn par(
    State(provider): State<Provider>,
    address: ClientAddress,
    headers: HeaderMap,
    OAuthForm(params): OAuthForm,
) -> Response {
    let mut response = match par::push(&provider, &headers, &params, address).await {
        Ok(par::Pushed { request_uri, expires_in }) => {
            (StatusCode::CREATED, Json(PushedRequest { request_uri, expires_in })).into_response()
        }
        Err(failure) => failure.into_response(),
    };
    no_store(response.headers_mut());
    proof::answer_nonce(&provider, &headers, response.headers_mut());
    response
}
