//! `GET|POST /oauth2/userinfo`. OpenID Connect Core §5.3.

use auth_protocol::error::OAuthErrorCode;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};

use super::bearer::{challenge, presented};
use super::schema::UserInfo;
use crate::error::{ErrorBody, OAuthFailure, no_store};
use crate::flow::userinfo;
use crate::provider::Provider;

/// Tells who is behind an access token, as far as its scope allows.
#[utoipa::path(
    get, path = "/oauth2/userinfo", tag = "oidc",
    responses(
        (status = 200, description = "What the scope of the token allows to tell", body = UserInfo),
        (status = 400, description = "The Authorization header cannot be read", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer` with the error")
        )),
        (status = 401, description = "The token is missing or not valid", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer`, with the error if there was a token")
        )),
        (status = 403, description = "The token lacks the scope openid", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer` with the error")
        )),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn userinfo(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    answer(&provider, &headers).await
}

/// Tells who is behind an access token; the token comes in the header here too.
#[utoipa::path(
    post, path = "/oauth2/userinfo", tag = "oidc",
    responses(
        (status = 200, description = "What the scope of the token allows to tell", body = UserInfo),
        (status = 400, description = "The Authorization header cannot be read", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer` with the error")
        )),
        (status = 401, description = "The token is missing or not valid", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer`, with the error if there was a token")
        )),
        (status = 403, description = "The token lacks the scope openid", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer` with the error")
        )),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn userinfo_post(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    answer(&provider, &headers).await
}

async fn answer(provider: &Provider, headers: &HeaderMap) -> Response {
    let token = match presented(headers) {
        Ok(Some(token)) => token,
        Ok(None) => {
            tracing::info!(error = OAuthErrorCode::InvalidToken.as_str(), reason = "no token", "request.refused");
            return challenge(StatusCode::UNAUTHORIZED, None);
        }
        Err(error) => {
            tracing::info!(error = error.code.as_str(), reason = &*error.description, "request.refused");
            return challenge(StatusCode::BAD_REQUEST, Some(&error));
        }
    };
    match userinfo::userinfo(provider, token).await {
        Ok(person) => {
            let mut response = Json(person).into_response();
            no_store(response.headers_mut());
            response
        }
        Err(OAuthFailure::Refused(error)) if error.code == OAuthErrorCode::InsufficientScope => {
            challenge(StatusCode::FORBIDDEN, Some(&error))
        }
        Err(OAuthFailure::Refused(error)) => challenge(StatusCode::UNAUTHORIZED, Some(&error)),
        Err(failure @ (OAuthFailure::Coded { .. } | OAuthFailure::TooMany { .. } | OAuthFailure::Unexpected(_))) => {
            failure.into_response()
        }
    }
}
