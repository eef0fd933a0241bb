//! `GET /get-session`: who is signed in.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::query::QueryParams;
use super::wire::{SessionBody, UserBody};
use crate::context::AuthContext;
use crate::error::{ApiError, ErrorBody};
use crate::session::Found;
use crate::session::SignedIn;

/// How the session is to be read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReadOptions {
    /// `true` leaves the end of the session where it is.
    #[param(example = "true")]
    disable_refresh: Option<String>,
}

/// The session and its person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = core::SessionAndUser)]
pub(crate) struct SessionAndUser {
    /// The session.
    session: SessionBody,
    /// Its person.
    user: UserBody,
}

/// Returns the session of the cookie with its person, or `null`.
///
/// A used session is extended once a day. A cookie whose session is gone or over is forgotten.
#[utoipa::path(
    get, path = "/get-session", tag = "core", params(ReadOptions),
    responses(
        (status = 200, description = "The session and the person, or null", body = Option<SessionAndUser>, headers(
            ("set-cookie" = String, description = "The cookie of an extended session, or one that is forgotten")
        )),
        (status = 400, description = "A parameter was sent twice", body = ErrorBody),
    ),
    security((), ("session" = []))
)]
pub(crate) async fn get_session(
    State(cx): State<AuthContext>,
    QueryParams(options): QueryParams<ReadOptions>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (body, cookie) = match cx.look_up(&headers).await? {
        Found::Nothing => (None, None),
        Found::Stale => (None, Some(cx.forget_session_cookie()?)),
        Found::Live { mut signed_in, token } => {
            let refresh = options.disable_refresh.as_deref() != Some("true");
            let cookie = if refresh { cx.slide(&mut signed_in, &token).await? } else { None };
            let SignedIn { user, session } = &*signed_in;
            let body = SessionAndUser { session: SessionBody::of(session, &token), user: user.into() };
            (Some(body), cookie)
        }
    };
    let mut response = Json(body).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
