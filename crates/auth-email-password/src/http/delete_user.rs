//! `POST /delete-user`: deletes the account of who is signed in.

use auth_core::session::{CurrentSession, SESSION_COOKIE, expired_cookie};
use auth_core::{ApiError, JsonBody};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::members::Members;
use crate::accounts::Accounts;
use crate::flow;
use crate::password::Password;

/// Who wants to be deleted. Unknown members are ignored.
#[derive(ToSchema)]
#[schema(as = email_password::DeleteUserRequest)]
#[expect(dead_code, reason = "read by the API description only")]
pub(crate) struct DeleteUserRequest {
    /// The password: a session alone, which somebody may have taken over, deletes nobody.
    #[schema(example = "correct-horse-1", format = Password)]
    password: String,
}

/// The account is gone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = email_password::UserDeleted)]
pub(crate) struct UserDeletedBody {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// Always `User deleted`.
    #[schema(example = "User deleted")]
    message: &'static str,
}

/// Deletes the account of who is signed in, and everything that belongs to it.
///
/// Only where the app offers it. Apps that were allowed something lose it at once.
#[utoipa::path(
    post, path = "/delete-user", tag = "email-password", request_body = DeleteUserRequest,
    responses(
        (status = 200, description = "The account is deleted", body = UserDeletedBody, headers(
            ("set-cookie" = String, description = "Makes the browser forget the session")
        )),
    ),
    security(("session" = []))
)]
pub(crate) async fn delete_user(
    State(accounts): State<Accounts>,
    CurrentSession(who): CurrentSession,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Response, ApiError> {
    let mut members = Members::of(body);
    let typed = members.text("password");
    members.done()?;
    let password = Password::presented(&typed, &accounts.options)?;
    flow::delete_user(&accounts, &headers, &who, &password).await?;
    let mut response = Json(UserDeletedBody { success: true, message: "User deleted" }).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let forget = expired_cookie(accounts.cx.config(), SESSION_COOKIE)?;
    response.headers_mut().append(header::SET_COOKIE, forget);
    Ok(response)
}
