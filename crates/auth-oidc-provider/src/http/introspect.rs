//! `POST /oauth2/introspect`. RFC 7662.

use auth_core::ClientAddress;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, header};

use super::form::OAuthForm;
use super::schema::{Introspection, TokenToLookAt};
use crate::error::{ErrorBody, OAuthFailure, no_store};
use crate::flow::introspect::{self, Answer, SIGNED};
use crate::provider::Provider;

/// Says what a token is worth, to the confidential client it was issued to.
///
/// A client that serves a resource learns of access tokens for it, too: who may do what there, and until when.
#[utoipa::path(
    post, path = "/oauth2/introspect", tag = "oidc",
    request_body(content = TokenToLookAt, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "What the token is worth, as a JWT for who accepts that (RFC 9701)", content(
            (Introspection = "application/json", examples(
                ("active" = (summary = "A token that works", value = json!({
                    "active": true, "scope": "openid offline_access", "client_id": "Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e",
                    "token_type": "Bearer", "exp": 1_768_482_000, "iat": 1_768_478_400,
                    "sub": "0192f0c1-7a4e-7cc3-9c2b-5d1c0e6f8a21", "aud": "https://mcp.example.com/mcp",
                    "iss": "https://auth.example.com"
                }))),
                ("inactive" = (summary = "Any other: unknown, ended, or not this client's to know", value = json!({ "active": false })))
            )),
            (String = "application/token-introspection+jwt")
        )),
        (status = 401, description = "The client is unknown, public or not authenticated", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Basic realm=\"oauth\"`")
        )),
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
    let mut response = match answer {
        Answer::Plain(told) => Json(told).into_response(),
        Answer::Signed(jwt) => ([(header::CONTENT_TYPE, SIGNED)], jwt).into_response(),
    };
    no_store(response.headers_mut());
    Ok(response)
}
