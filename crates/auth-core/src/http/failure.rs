//! What a route answers where its handler cannot, in each of the shapes a route can declare.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use crate::codes;
use crate::config::is_loopback;
use crate::context::AuthContext;
use crate::error::{ApiError, ErrorCode, Unexpected};
use crate::error_shape::ErrorShape;
use crate::pages::ErrorView;

/// When to come again after a time-out, or after a hook refused for a while, in seconds.
const AFTER_TIME_OUT: u64 = 5;

/// Why a route was not answered by its handler.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Another site may have made the browser send the request.
    Foreign(Foreign),
    /// Too many requests; whole seconds until the next can succeed.
    TooMany { retry_after: u64 },
    /// A hook refused, with a code its plugin declares.
    Refused(ErrorCode),
    /// The handler took longer than any may.
    TimedOut,
    /// Something failed that should not.
    Unexpected(Unexpected),
}

/// Where a request came from that changes something and is not ours.
#[derive(Debug)]
pub(crate) enum Foreign {
    /// The browser does not say.
    Unnamed,
    /// An origin the app does not trust.
    Untrusted(String),
}

/// A failure as OAuth endpoints tell it. RFC 6749 §5.2.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = core::OAuthError)]
pub(crate) struct OAuthBody {
    /// The code of the RFC.
    #[schema(example = "invalid_request")]
    error: &'static str,
    /// What went wrong, for developers.
    #[schema(example = "too many requests")]
    error_description: String,
}

impl Failure {
    /// Makes the answer.
    pub(super) fn answer(self, shape: ErrorShape, cx: &AuthContext) -> Response {
        let retry_after = match self {
            Self::TooMany { retry_after } => Some(retry_after),
            Self::TimedOut => Some(AFTER_TIME_OUT),
            Self::Refused(code) if matches!(code.status, 429 | 503) => Some(AFTER_TIME_OUT),
            Self::Unexpected(ref failure) => failure.retry_after(),
            Self::Foreign(_) | Self::Refused(_) => None,
        };
        match &self {
            Self::Refused(code) => tracing::info!(error = code.code, reason = code.message, "request.refused"),
            Self::Foreign(_) => tracing::info!(reason = "foreign origin", "request.refused"),
            Self::TooMany { .. } => tracing::info!(reason = "rate limit", "request.refused"),
            // Logged with its cause where its reference id is drawn.
            Self::Unexpected(_) => {}
            Self::TimedOut => tracing::warn!(reason = "out of time", "request.refused"),
        }
        let mut response = match shape {
            ErrorShape::Core => self.core().into_response(),
            ErrorShape::OAuth => self.oauth(),
            ErrorShape::Page => self.page(cx),
        };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Foreign(_) => StatusCode::FORBIDDEN,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Refused(code) => code.status(),
            Self::TimedOut => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unexpected(failure) => failure.code().status(),
        }
    }

    fn core(self) -> ApiError {
        match self {
            Self::Foreign(Foreign::Unnamed) => ApiError::code(codes::MISSING_OR_NULL_ORIGIN),
            Self::Foreign(Foreign::Untrusted(_)) => ApiError::code(codes::INVALID_ORIGIN),
            Self::TooMany { retry_after } => ApiError::TooMany { retry_after },
            Self::Refused(code) => ApiError::code(code),
            Self::TimedOut => ApiError::code(codes::TIMED_OUT),
            Self::Unexpected(failure) => ApiError::Unexpected(failure),
        }
    }

    fn oauth(self) -> Response {
        let status = self.status();
        let (error, error_description) = match self {
            Self::Foreign(_) => {
                (codes::INVALID_ORIGIN.in_oauth(), "the request comes from an origin that is not trusted".to_owned())
            }
            Self::TooMany { .. } => (codes::TOO_MANY_REQUESTS.in_oauth(), "too many requests".to_owned()),
            Self::Refused(code) => (code.in_oauth(), code.message.to_owned()),
            Self::TimedOut => (codes::TIMED_OUT.in_oauth(), "this took too long".to_owned()),
            Self::Unexpected(failure) => {
                (failure.code().in_oauth(), format!("something went wrong on our side, reference {}", failure.report()))
            }
        };
        (status, axum::Json(OAuthBody { error, error_description })).into_response()
    }

    fn page(self, cx: &AuthContext) -> Response {
        let status = self.status();
        let (title, message, hint) = match self {
            Self::Foreign(from) => from.words(cx),
            Self::TooMany { retry_after } => (
                "Too many requests",
                "There were too many requests from your network.".to_owned(),
                format!("Please wait {retry_after} seconds, then try again."),
            ),
            Self::Refused(code) => return cx.refusal_page(code),
            Self::TimedOut => (
                "This took too long",
                "The server did not finish in time.".to_owned(),
                "Please try again in a moment.".to_owned(),
            ),
            Self::Unexpected(failure) => return cx.failure_page(&failure),
        };
        let view = ErrorView {
            app_name: cx.config().app_name().to_owned(),
            title: title.to_owned(),
            message,
            hint: Some(hint),
            reference: None,
            retry_url: None,
        };
        cx.error_page(status, &view)
    }
}

impl Foreign {
    /// The words for a person: most often it is their own browser at another name of this machine.
    fn words(&self, cx: &AuthContext) -> (&'static str, String, String) {
        let here = cx.config().base_url();
        let other_name = match self {
            Self::Untrusted(origin) if cx.config().is_loopback() => Url::parse(origin)
                .is_ok_and(|url| is_loopback(&url) && url.port_or_known_default() == here.port_or_known_default()),
            Self::Untrusted(_) | Self::Unnamed => false,
        };
        match self {
            Self::Untrusted(origin) if other_name => {
                let address = cx.config().origin();
                (
                    "Use another address",
                    format!("You opened {origin}, and this app is at {address}."),
                    format!("Open {address} and start again there."),
                )
            }
            Self::Untrusted(_) | Self::Unnamed => (
                "This did not come from here",
                "The request seems to come from another site, so nothing was done.".to_owned(),
                "Go back to the app, reload the page and try again.".to_owned(),
            ),
        }
    }
}
