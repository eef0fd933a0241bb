//! `POST /change-password`: a new password for who is signed in.

use auth_core::session::CurrentSession;
use auth_core::{ApiError, ClientAddress, JsonBody, UserBody};
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::answer;
use super::members::Members;
use crate::accounts::Accounts;
use crate::error::Refusal;
use crate::flow::{self, Visit};
use crate::password::Password;

/// A new password. Unknown members are ignored; `revokeOtherSessions` is one: they always end.
#[derive(ToSchema)]
#[schema(as = email_password::ChangePasswordRequest)]
pub(crate) struct ChangePasswordRequest {
    /// The password so far.
    #[schema(rename = "currentPassword", example = "correct-horse-1", format = Password)]
    current_password: String,
    /// The new one, in UTF-16 units between the configured bounds; at most 1024 bytes.
    #[schema(rename = "newPassword", example = "battery-staple-2", format = Password)]
    new_password: String,
}

/// Who is signed in, with the new session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = email_password::PasswordChanged)]
pub(crate) struct PasswordChangedBody {
    /// The new session token. By itself it is no credential: the cookie carries it signed.
    #[schema(example = "vN3xQk8sLt1rZw6yPb9mHc4dGf7jKa2eSu5oTi0gWxE")]
    token: String,
    /// The person.
    user: UserBody,
}

impl ChangePasswordRequest {
    fn read(body: Map<String, Value>) -> Result<Self, Refusal> {
        let mut members = Members::of(body);
        let read =
            Self { current_password: members.text("currentPassword"), new_password: members.text("newPassword") };
        members.done()?;
        Ok(read)
    }
}

/// Changes the password of who is signed in.
///
/// Every session of theirs ends, and with it what apps were allowed; this browser gets a new session.
/// Better Auth ends the others only on request.
#[utoipa::path(
    post, path = "/change-password", tag = "email-password", request_body = ChangePasswordRequest,
    responses(
        (status = 200, description = "The password is changed", body = PasswordChangedBody, headers(
            ("set-cookie" = String, description = "The cookie of the new session, signed")
        )),
    ),
    security(("session" = []))
)]
pub(crate) async fn change_password(
    State(accounts): State<Accounts>,
    CurrentSession(who): CurrentSession,
    address: ClientAddress,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Response, ApiError> {
    let body = ChangePasswordRequest::read(body)?;
    let current = Password::presented(&body.current_password, &accounts.options)?;
    let new = Password::chosen(&body.new_password, &accounts.options)?;
    let visit = Visit { headers: &headers, address: address.0, remember: who.session.remember_me, interaction: None };
    let issued = flow::change_password(&accounts, visit, &who, (&current, new)).await?;
    let body = PasswordChangedBody { token: issued.token.clone(), user: (&issued.signed_in.user).into() };
    Ok(answer::json(&body, issued))
}
