//! Failures of the OAuth endpoints: `{error, error_description}` in JSON, made in this one place.

use auth_core::{ApiError, Unexpected};
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

/// The body of a refusal (RFC 6749 §5.2).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = oidc::Error)]
pub(crate) struct ErrorBody {
    /// The code of the RFC.
    #[schema(example = "invalid_grant")]
    error: &'static str,
    /// What went wrong, for developers.
    error_description: String,
}

/// Why an OAuth endpoint did not answer with success.
#[derive(Debug)]
pub(crate) enum OAuthFailure {
    /// The request is refused.
    Refused(OAuthError),
    /// Too many requests.
    TooMany {
        /// Whole seconds until the next try can succeed.
        retry_after: u64,
    },
    /// Something failed that should not.
    Unexpected(Unexpected),
}

impl OAuthFailure {
    pub(crate) fn new(code: OAuthErrorCode, description: &'static str) -> Self {
        Self::Refused(OAuthError::new(code, description))
    }
}

impl From<OAuthError> for OAuthFailure {
    fn from(error: OAuthError) -> Self {
        Self::Refused(error)
    }
}

impl From<ApiError> for OAuthFailure {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Refused { message, .. } => {
                Self::Refused(OAuthError::new(OAuthErrorCode::InvalidRequest, message))
            }
            ApiError::TooMany { retry_after } => Self::TooMany { retry_after },
            ApiError::Busy => Self::TooMany { retry_after: 1 },
            ApiError::Unexpected(unexpected) => Self::Unexpected(unexpected),
        }
    }
}

impl From<Unexpected> for OAuthFailure {
    fn from(error: Unexpected) -> Self {
        Self::Unexpected(error)
    }
}

impl From<sea_orm::DbErr> for OAuthFailure {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Unexpected(error.into())
    }
}

impl From<auth_core::NoRandomness> for OAuthFailure {
    fn from(error: auth_core::NoRandomness) -> Self {
        Self::Unexpected(error.into())
    }
}

impl From<crate::keys::KeyError> for OAuthFailure {
    fn from(error: crate::keys::KeyError) -> Self {
        Self::Unexpected(Unexpected::new(error))
    }
}

impl From<serde_json::Error> for OAuthFailure {
    fn from(error: serde_json::Error) -> Self {
        Self::Unexpected(error.into())
    }
}

impl auth_core::database::Transient for OAuthFailure {
    fn is_transient(&self) -> bool {
        match self {
            Self::Unexpected(unexpected) => unexpected.is_transient(),
            Self::Refused(_) | Self::TooMany { .. } => false,
        }
    }
}

/// The status an OAuth error has outside of redirects and challenges.
fn status(code: OAuthErrorCode) -> StatusCode {
    use OAuthErrorCode as Code;
    match code {
        Code::InvalidClient | Code::InvalidToken => StatusCode::UNAUTHORIZED,
        Code::AccessDenied | Code::InsufficientScope => StatusCode::FORBIDDEN,
        Code::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        Code::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::InvalidRequest
        | Code::InvalidGrant
        | Code::UnauthorizedClient
        | Code::UnsupportedGrantType
        | Code::UnsupportedResponseType
        | Code::UnsupportedTokenType
        | Code::InvalidScope
        | Code::InvalidTarget
        | Code::InvalidRedirectUri
        | Code::InvalidClientMetadata
        | Code::InvalidSoftwareStatement
        | Code::UnapprovedSoftwareStatement
        | Code::LoginRequired
        | Code::ConsentRequired
        | Code::InteractionRequired
        | Code::AccountSelectionRequired
        | Code::InvalidRequestUri
        | Code::InvalidRequestObject
        | Code::RequestNotSupported
        | Code::RequestUriNotSupported
        | Code::RegistrationNotSupported => StatusCode::BAD_REQUEST,
    }
}

impl IntoResponse for OAuthFailure {
    fn into_response(self) -> Response {
        let (status, error, error_description, retry) = match self {
            Self::Refused(OAuthError { code, description }) => {
                (status(code), code.as_str(), description.into_owned(), None)
            }
            Self::TooMany { retry_after } => (
                StatusCode::TOO_MANY_REQUESTS,
                OAuthErrorCode::TemporarilyUnavailable.as_str(),
                "too many requests".to_owned(),
                Some(retry_after),
            ),
            Self::Unexpected(unexpected) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                OAuthErrorCode::ServerError.as_str(),
                format!("something went wrong on our side, reference {}", unexpected.report()),
                None,
            ),
        };
        let mut response = (status, axum::Json(ErrorBody { error, error_description })).into_response();
        let headers = response.headers_mut();
        no_store(headers);
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"oauth\""));
        }
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Forbids keeping an answer (RFC 6749 §5.1).
pub(crate) fn no_store(headers: &mut http::HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
}
