//! `POST /sign-out`: ends the session of the cookie.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::context::AuthContext;
use crate::database::{begin_write, retrying};
use crate::error::{ApiError, Unexpected};
use crate::session::{SessionRevoked, SignedIn};

/// The answer to a sign-out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = core::SignedOut)]
pub(crate) struct SignedOutBody {
    /// Always true: nobody is signed in any more.
    #[schema(example = true)]
    success: bool,
}

/// Ends the session of the cookie. Succeeds also where nobody is signed in.
#[utoipa::path(
    post, path = "/sign-out", tag = "core",
    responses(
        (status = 200, description = "Nobody is signed in any more", body = SignedOutBody, headers(
            ("set-cookie" = String, description = "Makes the browser forget the session")
        )),
    ),
    security((), ("session" = []))
)]
pub(crate) async fn sign_out(State(cx): State<AuthContext>, headers: HeaderMap) -> Result<Response, ApiError> {
    if let Some(SignedIn { session, .. }) = cx.find_session(&headers).await? {
        retrying(|| async {
            let tx = begin_write(cx.db()).await?;
            cx.end_session(&tx, &session).await?;
            tx.commit().await?;
            Ok::<_, Unexpected>(())
        })
        .await?;
        let event = SessionRevoked { user_id: session.user_id.clone(), session_id: session.id.clone() };
        tracing::info!(user.id = event.user_id, session.id = event.session_id, "session.revoked");
        cx.events().emit(&event).await;
    }
    let mut response = Json(SignedOutBody { success: true }).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().append(header::SET_COOKIE, cx.forget_session_cookie()?);
    Ok(response)
}
