//! Answers that carry a session.

use auth_core::session::IssuedSession;
use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// Answers a program: JSON and the session cookie.
pub(super) fn json(body: &impl Serialize, issued: IssuedSession) -> Response {
    with_session(Json(body).into_response(), issued)
}

/// Answers a form: 303 to where the person goes, so that a reload does not post again. RFC 9110 §15.4.4
pub(super) fn see_other(location: HeaderValue, issued: IssuedSession) -> Response {
    with_session((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(), issued)
}

/// Sets the session cookie; what comes with it is never stored.
pub(super) fn with_session(mut response: Response, issued: IssuedSession) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().append(header::SET_COOKIE, issued.cookie);
    response
}
