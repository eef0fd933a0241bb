//! The parameters of OAuth endpoints: one form, no name twice.

use auth_protocol::error::OAuthErrorCode;
use auth_protocol::params::Params;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::{HeaderMap, StatusCode, header};

use crate::error::OAuthFailure;

/// The names that may repeat (RFC 8707 §2).
pub(crate) const REPEATABLE: [&str; 1] = ["resource"];

/// The form body of a request to an OAuth endpoint.
#[derive(Debug)]
pub(crate) struct OAuthForm(pub(crate) Params);

impl<S: Send + Sync> FromRequest<S> for OAuthForm {
    type Rejection = OAuthFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, OAuthFailure> {
        read(request, state).await.inspect_err(OAuthFailure::log)
    }
}

/// Whether a body says that it is a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    given.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<OAuthForm, OAuthFailure> {
    if !is_form(request.headers()) {
        return Err(OAuthFailure::new(
            OAuthErrorCode::InvalidRequest,
            "the body must be application/x-www-form-urlencoded",
        ));
    }
    Ok(OAuthForm(Params::parse(&body(request, state).await?, &REPEATABLE)?))
}

/// Reads a body of bounded size.
pub(crate) async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, OAuthFailure> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        OAuthFailure::new(
            OAuthErrorCode::InvalidRequest,
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                "the body is too large"
            } else {
                "the body cannot be read"
            },
        )
    })
}
