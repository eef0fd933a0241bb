//! Errors of the core's endpoints: `{code, message}` in JSON, made in this one place.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::codes;
use crate::database::is_away;
use crate::hooks::HookError;
use crate::random::{NoRandomness, Random as _, SystemRandom};

/// When to come again while the database is away, in seconds.
const AFTER_OUTAGE: u64 = 5;

/// The body of a refusal, as Better Auth writes it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = core::ErrorBody)]
pub struct ErrorBody {
    /// What went wrong, for programs: upper case, stable.
    #[schema(example = "INVALID_EMAIL_OR_PASSWORD")]
    pub code: Cow<'static, str>,
    /// What went wrong, for people.
    #[schema(example = "Invalid email or password")]
    pub message: Cow<'static, str>,
    /// Present on unexpected failures only: what the log says more about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A code with its status and its words: what a plugin can answer, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// The code: upper case, stable.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The words for people.
    pub message: &'static str,
}

/// Why a request to a core-style endpoint was not answered with success.
#[derive(Debug)]
pub enum ApiError {
    /// The request is refused; nothing has changed.
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// The code for programs.
        code: Cow<'static, str>,
        /// The words for people.
        message: Cow<'static, str>,
    },
    /// Too many requests; try again later.
    TooMany {
        /// Whole seconds until the next try can succeed.
        retry_after: u64,
    },
    /// Too busy right now; nothing has changed.
    Busy,
    /// Something failed that should not.
    Unexpected(Unexpected),
}

impl ErrorCode {
    /// Returns the status as a type: 500 for a number that is no status of a refusal, so that nothing
    /// is ever refused with success.
    pub fn status(&self) -> StatusCode {
        match StatusCode::from_u16(self.status) {
            Ok(status) if status.is_client_error() || status.is_server_error() => status,
            Ok(_) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The `error` an OAuth endpoint tells it with: the code itself where it is spelled like one,
    /// otherwise what comes nearest to its status (RFC 6749 §4.1.2.1 and §5.2).
    pub fn in_oauth(&self) -> &'static str {
        if self.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            return self.code;
        }
        match self.status {
            401 | 403 => "access_denied",
            429 | 503 => "temporarily_unavailable",
            500.. => "server_error",
            _ => "invalid_request",
        }
    }
}

impl ApiError {
    /// Refuses with a declared code.
    pub fn code(code: ErrorCode) -> Self {
        Self::Refused { status: code.status(), code: code.code.into(), message: code.message.into() }
    }

    /// Refuses input that does not have the asked shape: 400 `VALIDATION_ERROR`.
    pub fn validation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::code(codes::VALIDATION_ERROR).saying(message)
    }

    /// Says more exactly what is wrong than the message of the code does.
    #[must_use]
    pub fn saying(self, words: impl Into<Cow<'static, str>>) -> Self {
        match self {
            Self::Refused { status, code, .. } => Self::Refused { status, code, message: words.into() },
            Self::TooMany { .. } | Self::Busy | Self::Unexpected(_) => self,
        }
    }
}

impl<E: Into<Unexpected>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self::Unexpected(error.into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let told = match self {
            // A hook that refuses is no failure, however many callers have handed it on.
            Self::Unexpected(unexpected) => match unexpected.refusal() {
                Some(code) => {
                    tracing::info!(error = code.code, reason = code.message, "request.refused");
                    Self::code(code)
                }
                None => Self::Unexpected(unexpected),
            },
            other => other,
        };
        let body =
            |code: ErrorCode, reference| ErrorBody { code: code.code.into(), message: code.message.into(), reference };
        let (status, body, retry) = match told {
            Self::Refused { status, code, message } => (status, ErrorBody { code, message, reference: None }, None),
            Self::TooMany { retry_after } => {
                (StatusCode::TOO_MANY_REQUESTS, body(codes::TOO_MANY_REQUESTS, None), Some(retry_after))
            }
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, body(codes::BUSY, None), Some(1)),
            Self::Unexpected(unexpected) => {
                let code = unexpected.code();
                (code.status(), body(code, Some(unexpected.report())), unexpected.retry_after())
            }
        };
        let mut response = (status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            headers.insert("x-retry-after", HeaderValue::from(seconds));
        }
        response
    }
}

/// A failure nobody expected: a database that is away, a value that cannot be.
///
/// Its cause goes to the log and never to the caller, who gets a reference id instead.
pub struct Unexpected {
    cause: Box<dyn Error + Send + Sync>,
}

impl Unexpected {
    /// Wraps a cause.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { cause: cause.into() }
    }

    /// Logs the cause once and returns the reference id under which it stands in the log.
    pub fn report(&self) -> String {
        let mut bytes = [0_u8; 6];
        let reference = match SystemRandom.fill(&mut bytes) {
            Ok(()) => bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")),
            Err(NoRandomness) => "unknown".to_owned(),
        };
        let mut causes = vec![self.cause.to_string()];
        let mut next = self.cause.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        tracing::error!(reference, cause = causes.join(": "), "request.failed");
        reference
    }

    /// What it is answered with: 503 where the database cannot be used at the moment, so that another try may
    /// succeed, and 500 otherwise.
    pub fn code(&self) -> ErrorCode {
        if self.is_outage() { codes::UNAVAILABLE } else { codes::INTERNAL_SERVER_ERROR }
    }

    /// Whole seconds after which another try may succeed, where one may.
    pub fn retry_after(&self) -> Option<u64> {
        self.is_outage().then_some(AFTER_OUTAGE)
    }

    fn is_outage(&self) -> bool {
        is_away(self.cause())
    }

    /// The code a hook refused with, where that is what happened: then it is no failure, and is told.
    pub fn refusal(&self) -> Option<ErrorCode> {
        let mut next: Option<&(dyn Error + 'static)> = Some(self.cause());
        while let Some(error) = next {
            // A hook may hand on what a hook of another event has refused.
            if let Some(code) = error.downcast_ref::<HookError>().and_then(HookError::refusal) {
                return Some(code);
            }
            next = error.source();
        }
        None
    }

    /// The cause.
    pub fn cause(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.cause
    }
}

impl fmt::Debug for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Unexpected").field(&self.cause).finish()
    }
}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unexpected failure: {}", self.cause)
    }
}

impl From<sea_orm::DbErr> for Unexpected {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::new(error)
    }
}

impl From<NoRandomness> for Unexpected {
    fn from(error: NoRandomness) -> Self {
        Self::new(error)
    }
}

impl From<serde_json::Error> for Unexpected {
    fn from(error: serde_json::Error) -> Self {
        Self::new(error)
    }
}

impl From<http::header::InvalidHeaderValue> for Unexpected {
    fn from(error: http::header::InvalidHeaderValue) -> Self {
        Self::new(error)
    }
}

impl From<crate::hooks::HookError> for Unexpected {
    fn from(error: crate::hooks::HookError) -> Self {
        Self::new(error)
    }
}
