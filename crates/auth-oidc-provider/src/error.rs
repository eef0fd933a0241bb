//! Failures of the OAuth endpoints: `{error, error_description}` in JSON, made in this one place.

use std::borrow::Cow;

use auth_core::{ApiError, ErrorCode, HookError, RequestRefused, Unexpected};
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::provider::Provider;

/// The body of a refusal (RFC 6749 §5.2).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = oidc::Error)]
pub(crate) struct ErrorBody {
    /// The code of the RFC.
    #[schema(example = "invalid_grant")]
    error: &'static str,
    /// What went wrong, for developers.
    #[schema(example = "the code was used before")]
    error_description: String,
}

/// Why an OAuth endpoint did not answer with success.
#[derive(Debug)]
pub(crate) enum OAuthFailure {
    /// The request is refused.
    Refused(OAuthError),
    /// The request is refused with a code that is not one of OAuth's own: a hook's, or the core's.
    Coded {
        /// The HTTP status.
        status: StatusCode,
        /// What comes nearest to the code among OAuth's.
        error: &'static str,
        /// What went wrong, for developers.
        description: Cow<'static, str>,
    },
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

    /// Logs a refusal once, where its client is known; an unexpected failure is logged where it is
    /// answered, under its reference id.
    pub(crate) fn log(&self) {
        if let Some((error, reason)) = self.refusal() {
            tracing::info!(error, reason, "request.refused");
        }
    }

    /// Logs a refusal once, and tells whoever listens.
    pub(crate) fn tell(&self, provider: &Provider, asked: &'static str, client_id: Option<String>) {
        self.log();
        if let Some((error, reason)) = self.refusal() {
            let (error, reason) = (error.to_owned(), reason.to_owned());
            provider.cx().events().notify(RequestRefused { asked, client_id, user_id: None, error, reason });
        }
    }

    /// The code and the words, unless it is a failure.
    fn refusal(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Refused(OAuthError { code, description }) => Some((code.as_str(), description)),
            Self::Coded { error, description, .. } => Some((error, description)),
            Self::TooMany { .. } => Some((OAuthErrorCode::TemporarilyUnavailable.as_str(), "too many requests")),
            Self::Unexpected(_) => None,
        }
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
            ApiError::Refused { status, code, message } => {
                let code = match code {
                    Cow::Borrowed(code) => code,
                    // Nobody declared it: only its status can be told in the words of OAuth.
                    Cow::Owned(_) => "OTHER",
                };
                let error = ErrorCode { code, status: status.as_u16(), message: "" }.in_oauth();
                Self::Coded { status, error, description: message }
            }
            ApiError::TooMany { retry_after } => Self::TooMany { retry_after },
            ApiError::Busy => Self::TooMany { retry_after: 1 },
            ApiError::Unexpected(unexpected) => unexpected.into(),
        }
    }
}

impl From<Unexpected> for OAuthFailure {
    /// A hook that refused is no failure: its code is told.
    fn from(error: Unexpected) -> Self {
        match error.refusal() {
            Some(code) => {
                Self::Coded { status: code.status(), error: code.in_oauth(), description: code.message.into() }
            }
            None => Self::Unexpected(error),
        }
    }
}

impl From<HookError> for OAuthFailure {
    fn from(error: HookError) -> Self {
        Unexpected::from(error).into()
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
            Self::Refused(_) | Self::Coded { .. } | Self::TooMany { .. } => false,
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
        | Code::UnmetAuthenticationRequirements
        | Code::AccountSelectionRequired
        | Code::InvalidRequestUri
        | Code::InvalidRequestObject
        | Code::RequestNotSupported
        | Code::RequestUriNotSupported
        | Code::RegistrationNotSupported
        | Code::InvalidDpopProof
        | Code::UseDpopNonce => StatusCode::BAD_REQUEST,
    }
}

impl IntoResponse for OAuthFailure {
    fn into_response(self) -> Response {
        let (status, error, error_description, retry) = match self {
            Self::Refused(OAuthError { code, description }) => {
                (status(code), code.as_str(), description.into_owned(), None)
            }
            Self::Coded { status, error, description } => (status, error, description.into_owned(), None),
            Self::TooMany { retry_after } => (
                StatusCode::TOO_MANY_REQUESTS,
                OAuthErrorCode::TemporarilyUnavailable.as_str(),
                "too many requests".to_owned(),
                Some(retry_after),
            ),
            Self::Unexpected(unexpected) => {
                let (code, retry_after) = (unexpected.code(), unexpected.retry_after());
                let description = format!("something went wrong on our side, reference {}", unexpected.report());
                (code.status(), code.in_oauth(), description, retry_after)
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;

    #[test]
    fn a_declared_code_has_the_status_it_is_answered_with() {
        let lists = [
            codes::TOKEN.as_slice(),
            &codes::PAR,
            &codes::OF_A_CLIENT,
            &codes::REGISTER,
            &codes::MANAGE,
            // Where a challenge answers, the status of an error is that of the challenge.
            codes::USERINFO.split_first().map(|(first, _)| std::slice::from_ref(first)).unwrap_or_default(),
        ];

        for declared in lists.into_iter().flatten() {
            let code: OAuthErrorCode = serde_json::from_value(declared.code.into()).unwrap();
            let answered = match code {
                OAuthErrorCode::TemporarilyUnavailable => StatusCode::TOO_MANY_REQUESTS,
                other => status(other),
            };
            assert_eq!(declared.status(), answered, "{}", declared.code);
        }
    }

    #[test]
    fn a_refusal_in_the_shape_of_the_core_keeps_its_status_and_its_words() {
        let code = ErrorCode { code: "CLOSED", status: 409, message: "We are closed" };
        let told = |failure| match failure {
            OAuthFailure::Coded { status, error, description } => (status.as_u16(), error, description.into_owned()),
            other => panic!("{other:?}"),
        };

        let expected = (409, "invalid_request", "We are closed".to_owned());
        assert_eq!(told(ApiError::code(code).into()), expected);
        let owned = ApiError::Refused {
            status: StatusCode::FORBIDDEN,
            code: String::from("CLOSED").into(),
            message: "We are closed".into(),
        };
        assert_eq!(told(owned.into()), (403, "access_denied", "We are closed".to_owned()));
        let hook = HookError::refuse::<crate::event::TokensIssued>(code);
        assert_eq!(told(ApiError::Unexpected(hook.into()).into()), expected);
    }
}
