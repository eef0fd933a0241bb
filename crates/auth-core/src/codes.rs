//! The codes every endpoint in the core's shape can answer, whichever plugin it belongs to.
//!
//! Those the gate and the extractors answer stand in the API description by themselves, on every
//! route they apply to. A plugin that answers one of the others declares it like its own:
//! `to.errors("/sign-in/email", &[codes::BUSY])`.

use crate::error::ErrorCode;

/// The body or the query does not have the asked shape. Nothing has changed.
pub const VALIDATION_ERROR: ErrorCode =
    ErrorCode { code: "VALIDATION_ERROR", status: 400, message: "The request does not have the asked shape" };

/// Nobody is signed in, and the endpoint is for people who are.
pub const UNAUTHORIZED: ErrorCode = ErrorCode { code: "UNAUTHORIZED", status: 401, message: "Sign in first" };

/// The browser does not say which site made it send the request.
pub const MISSING_OR_NULL_ORIGIN: ErrorCode =
    ErrorCode { code: "MISSING_OR_NULL_ORIGIN", status: 403, message: "Missing or null Origin" };

/// The request comes from a site the app does not trust.
pub const INVALID_ORIGIN: ErrorCode = ErrorCode { code: "INVALID_ORIGIN", status: 403, message: "Invalid origin" };

/// A form does not carry the token of the browser that posts it.
pub const INVALID_CSRF_TOKEN: ErrorCode = ErrorCode {
    code: "INVALID_CSRF_TOKEN",
    status: 403,
    message: "This form is out of date. Go back, reload the page and try again.",
};

/// The body has more than 64 KiB.
pub const PAYLOAD_TOO_LARGE: ErrorCode =
    ErrorCode { code: "PAYLOAD_TOO_LARGE", status: 413, message: "The request body is too large" };

/// The body is of another content type than the endpoint takes.
pub const UNSUPPORTED_MEDIA_TYPE: ErrorCode =
    ErrorCode { code: "UNSUPPORTED_MEDIA_TYPE", status: 415, message: "This content type is not supported" };

/// More requests than the rate limit allows; `Retry-After` says when the next can succeed.
pub const TOO_MANY_REQUESTS: ErrorCode =
    ErrorCode { code: "TOO_MANY_REQUESTS", status: 429, message: "Too many requests. Please try again later." };

/// Something failed that should not; `reference` is the id under which the log tells the cause.
pub const INTERNAL_SERVER_ERROR: ErrorCode =
    ErrorCode { code: "INTERNAL_SERVER_ERROR", status: 500, message: "Something went wrong on our side" };

/// Too much is going on; nothing has changed, and `Retry-After` says when to come again.
pub const BUSY: ErrorCode = ErrorCode { code: "BUSY", status: 503, message: "Too busy right now. Please try again." };

/// The request took longer than any may.
pub const TIMED_OUT: ErrorCode =
    ErrorCode { code: "TIMED_OUT", status: 503, message: "This took too long. Please try again later." };

/// The database cannot be used at the moment; nothing has changed, and `Retry-After` says when to come again.
pub const UNAVAILABLE: ErrorCode =
    ErrorCode { code: "UNAVAILABLE", status: 503, message: "Not available right now. Please try again." };

/// All of them, for the reference of errors.
pub(crate) const ALL: [ErrorCode; 12] = [
    VALIDATION_ERROR,
    UNAUTHORIZED,
    MISSING_OR_NULL_ORIGIN,
    INVALID_ORIGIN,
    INVALID_CSRF_TOKEN,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    TOO_MANY_REQUESTS,
    INTERNAL_SERVER_ERROR,
    BUSY,
    TIMED_OUT,
    UNAVAILABLE,
];
