//! `POST /sign-in/email`: signs in with a password.

use auth_core::{ApiError, ClientAddress, Email, ErrorBody, JsonBody, UserBody};
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::answer;
use super::members::Members;
use crate::accounts::Accounts;
use crate::callback::CallbackUrl;
use crate::error::Refusal;
use crate::flow::{self, Visit};
use crate::password::Password;

/// Who wants to sign in. Unknown members are ignored.
#[derive(ToSchema)]
#[schema(as = email_password::SignInRequest)]
pub(crate) struct SignInRequest {
    /// The address, in any spelling.
    #[schema(example = "alice@example.com")]
    email: String,
    /// The password; at most 1024 bytes.
    #[schema(example = "correct-horse-1", format = Password)]
    password: String,
    /// Where to go afterwards: a path here, or a URL of a trusted origin.
    #[schema(rename = "callbackURL", nullable = false, example = "/dashboard")]
    callback_url: Option<String>,
    /// Whether the browser keeps the session after it is closed. Default true.
    #[schema(rename = "rememberMe", nullable = false, default = true)]
    remember_me: Option<bool>,
    /// The handle of the authorization request that waits for this sign-in. Better Auth has none.
    #[schema(nullable = false, example = "oCk3vT9sYq2mXw7rLz5pBd8nGf1hJa4eKu6iRt0cWxE")]
    interaction: Option<String>,
}

/// Who is signed in now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = email_password::SignedIn)]
pub(crate) struct SignedInBody {
    /// Whether to go to `url`.
    #[schema(example = true)]
    redirect: bool,
    /// The session token. By itself it is no credential: the cookie carries it signed.
    #[schema(example = "vN3xQk8sLt1rZw6yPb9mHc4dGf7jKa2eSu5oTi0gWxE")]
    token: String,
    /// Where to go: back to what was interrupted, or to the `callbackURL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/dashboard")]
    url: Option<String>,
    /// The person.
    user: UserBody,
}

impl SignInRequest {
    fn read(body: Map<String, Value>) -> Result<Self, Refusal> {
        let mut members = Members::of(body);
        let read = Self {
            email: members.text("email"),
            password: members.text("password"),
            callback_url: members.optional_text("callbackURL"),
            remember_me: Some(members.flag("rememberMe", true)),
            interaction: members.optional_text("interaction"),
        };
        members.done()?;
        Ok(read)
    }
}

/// Signs in with e-mail and password.
///
/// An unknown address, an account without a password and a wrong password are answered alike.
/// Where Better Auth answers malformed JSON with 500, this answers 400; a body without content
/// type is 415 here and 400 there.
#[utoipa::path(
    post, path = "/sign-in/email", tag = "email-password", request_body = SignInRequest,
    responses(
        (status = 200, description = "Signed in", body = SignedInBody, headers(
            ("set-cookie" = String, description = "The session cookie, signed")
        )),
        (status = 429, description = "Too many tries from this address, or for this account", body = ErrorBody),
    )
)]
pub(crate) async fn sign_in_email(
    State(accounts): State<Accounts>,
    address: ClientAddress,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Response, ApiError> {
    let body = SignInRequest::read(body)?;
    let config = accounts.cx.config();
    let callback = body.callback_url.as_deref();
    let callback = callback.map(|url| CallbackUrl::parse(url, config).ok_or(Refusal::Callback)).transpose()?;
    let email = Email::parse(&body.email).ok_or(Refusal::Email)?;
    let password = Password::presented(&body.password, &accounts.options)?;
    let visit = Visit {
        headers: &headers,
        address: address.0,
        remember: body.remember_me.unwrap_or(true),
        interaction: body.interaction.as_deref(),
    };
    let entered = flow::sign_in(&accounts, visit, &email, &password).await?;
    let url = entered.next.or_else(|| callback.map(|url| url.as_str().to_owned()));
    let body = SignedInBody {
        redirect: url.is_some(),
        token: entered.issued.token.clone(),
        url,
        user: (&entered.issued.signed_in.user).into(),
    };
    Ok(answer::json(&body, entered.issued))
}
