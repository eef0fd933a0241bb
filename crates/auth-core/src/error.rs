//! Errors of the core's endpoints: `{code, message}` in JSON, made in this one place.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::random::{NoRandomness, Random as _, SystemRandom};

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

impl ApiError {
    /// Refuses with a declared code.
    pub fn code(code: ErrorCode) -> Self {
        Self::Refused {
            status: StatusCode::from_u16(code.status).unwrap_or(StatusCode::BAD_REQUEST),
            code: code.code.into(),
            message: code.message.into(),
        }
    }

    /// Refuses input that does not have the asked shape: 400 `VALIDATION_ERROR`.
    pub fn validation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused { status: StatusCode::BAD_REQUEST, code: "VALIDATION_ERROR".into(), message: message.into() }
    }
}

impl<E: Into<Unexpected>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self::Unexpected(error.into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, body, retry) = match self {
            Self::Refused { status, code, message } => (status, ErrorBody { code, message, reference: None }, None),
            Self::TooMany { retry_after } => (
                StatusCode::TOO_MANY_REQUESTS,
                ErrorBody {
                    code: "TOO_MANY_REQUESTS".into(),
                    message: "Too many requests. Please try again later.".into(),
                    reference: None,
                },
                Some(retry_after),
            ),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorBody {
                    code: "BUSY".into(),
                    message: "Too busy right now. Please try again.".into(),
                    reference: None,
                },
                Some(1),
            ),
            Self::Unexpected(unexpected) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                ErrorBody {
                    code: "INTERNAL_SERVER_ERROR".into(),
                    message: "Something went wrong on our side".into(),
                    reference: Some(unexpected.report()),
                },
                None,
            ),
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
