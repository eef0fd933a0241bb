//! `GET|POST /oauth2/userinfo`. OpenID Connect Core §5.3.

use auth_protocol::bearer::bearer_token;
use auth_protocol::challenge::Challenge;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

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

fn presented(headers: &HeaderMap) -> Result<Option<&str>, OAuthError> {
    let malformed = || OAuthError::new(OAuthErrorCode::InvalidRequest, "the Authorization header cannot be read");
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let line = lines.next().map(|line| line.to_str().map_err(|_| malformed())).transpose()?;
    if lines.next().is_some() {
        return Err(malformed());
    }
    bearer_token(line)
}

/// RFC 6750 §3: without credentials no `error`.
fn challenge(status: StatusCode, error: Option<&OAuthError>) -> Response {
    let value = Challenge {
        error: error.map(|error| error.code),
        error_description: error.map(|error| error.description.clone()),
        ..Challenge::default()
    };
    let mut response = match error {
        Some(error) => OAuthFailure::Refused(error.clone()).into_response(),
        None => OAuthFailure::new(OAuthErrorCode::InvalidToken, "an access token is needed").into_response(),
    };
    *response.status_mut() = status;
    if let Ok(value) = HeaderValue::from_str(&value.to_header_value()) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}
