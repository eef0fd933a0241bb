//! Endpoints that a token in the header opens. RFC 6750, RFC 9449 §7.

use auth_protocol::bearer::{PresentedToken, bearer_token, presented_token};
use auth_protocol::challenge::Challenge;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::token::TokenType;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::error::OAuthFailure;

/// The one bearer token of a request, in its header.
pub(super) fn presented(headers: &HeaderMap) -> Result<Option<&str>, OAuthError> {
    bearer_token(authorization(headers)?)
}

/// The one access token of a request, in its header, by either scheme.
pub(super) fn access_token(headers: &HeaderMap) -> Result<Option<PresentedToken<'_>>, OAuthError> {
    presented_token(authorization(headers)?)
}

fn authorization(headers: &HeaderMap) -> Result<Option<&str>, OAuthError> {
    let malformed = || OAuthError::new(OAuthErrorCode::InvalidRequest, "the Authorization header cannot be read");
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let line = lines.next().map(|line| line.to_str().map_err(|_| malformed())).transpose()?;
    if lines.next().is_some() {
        return Err(malformed());
    }
    Ok(line)
}

/// RFC 6750 §3: without credentials no `error`.
pub(super) fn challenge(status: StatusCode, error: Option<&OAuthError>) -> Response {
    challenge_by(TokenType::Bearer, status, error)
}

/// The same, for a token of another type.
pub(super) fn challenge_by(token_type: TokenType, status: StatusCode, error: Option<&OAuthError>) -> Response {
    let value = Challenge {
        token_type,
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
