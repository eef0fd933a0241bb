//! `POST /sign-up/email`: makes an account with a password.

use auth_core::{ApiError, ClientAddress, Email, JsonBody, UserBody};
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
use crate::flow::{self, NewPerson, Visit};
use crate::password::Password;

/// The most characters of a name: what every supported database keeps.
pub(super) const LONGEST_NAME: usize = 255;
/// The most characters of a picture's URL.
const LONGEST_IMAGE: usize = 2048;

/// Who wants an account. Unknown members are ignored.
#[derive(ToSchema)]
#[schema(as = email_password::SignUpRequest)]
pub(crate) struct SignUpRequest {
    /// What the person is called.
    #[schema(example = "Alice Example", min_length = 1, max_length = 255)]
    name: String,
    /// The address, in any spelling.
    #[schema(example = "alice@example.com")]
    email: String,
    /// The password, in UTF-16 units between the configured bounds; at most 1024 bytes.
    #[schema(example = "correct-horse-1", format = Password)]
    password: String,
    /// The URL of a picture.
    #[schema(nullable = false, max_length = 2048, example = "https://example.com/alice.png")]
    image: Option<String>,
    /// Where a mailed link would lead: a path here, or a URL of a trusted origin.
    #[schema(rename = "callbackURL", nullable = false, example = "/dashboard")]
    callback_url: Option<String>,
    /// Whether the browser keeps the session after it is closed. Default true.
    #[schema(rename = "rememberMe", nullable = false, default = true)]
    remember_me: Option<bool>,
    /// The handle of the authorization request that waits for a sign-in. Better Auth has none.
    #[schema(nullable = false, example = "oCk3vT9sYq2mXw7rLz5pBd8nGf1hJa4eKu6iRt0cWxE")]
    interaction: Option<String>,
}

/// Who has an account now, and is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = email_password::SignedUp)]
pub(crate) struct SignedUpBody {
    /// Present and true where a request was interrupted for this; Better Auth never sends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect: Option<bool>,
    /// The session token. By itself it is no credential: the cookie carries it signed.
    #[schema(example = "vN3xQk8sLt1rZw6yPb9mHc4dGf7jKa2eSu5oTi0gWxE")]
    token: String,
    /// Where the interrupted request goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The person.
    user: UserBody,
}

impl SignUpRequest {
    fn read(body: Map<String, Value>) -> Result<Self, Refusal> {
        let mut members = Members::of(body);
        let read = Self {
            name: members.text("name").trim().to_owned(),
            email: members.text("email"),
            password: members.text("password"),
            image: members.optional_text("image"),
            callback_url: members.optional_text("callbackURL"),
            remember_me: Some(members.flag("rememberMe", true)),
            interaction: members.optional_text("interaction"),
        };
        // Better Auth keeps blanks around a name, and takes control characters and any length.
        if read.name.is_empty() {
            members.problem("name", "Too small: expected string to have >=1 characters");
        }
        if read.name.chars().count() > LONGEST_NAME {
            members.problem("name", "Too big: expected string to have <=255 characters");
        }
        if read.name.chars().any(char::is_control) {
            members.problem("name", "Invalid input: control characters are not allowed");
        }
        if Email::parse(&read.email).is_none() {
            members.problem("email", "Invalid email address");
        }
        if let Some(image) = &read.image {
            if image.chars().count() > LONGEST_IMAGE {
                members.problem("image", "Too big: expected string to have <=2048 characters");
            }
            if image.chars().any(char::is_control) {
                members.problem("image", "Invalid input: control characters are not allowed");
            }
        }
        members.done()?;
        Ok(read)
    }
}

/// Makes an account with e-mail and password, and signs in.
///
/// Where Better Auth answers malformed JSON with 500, this answers 400; a body without content
/// type is 415 here and 400 there.
#[utoipa::path(
    post, path = "/sign-up/email", tag = "email-password", request_body = SignUpRequest,
    responses(
        (status = 200, description = "Signed up and in", body = SignedUpBody, headers(
            ("set-cookie" = String, description = "The session cookie, signed")
        )),
    )
)]
pub(crate) async fn sign_up_email(
    State(accounts): State<Accounts>,
    address: ClientAddress,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Response, ApiError> {
    if !accounts.options.sign_up {
        return Err(Refusal::SignUpOff.into());
    }
    let body = SignUpRequest::read(body)?;
    let config = accounts.cx.config();
    if body.callback_url.as_deref().is_some_and(|url| CallbackUrl::parse(url, config).is_none()) {
        return Err(Refusal::Callback.into());
    }
    let person = NewPerson {
        email: Email::parse(&body.email).ok_or(Refusal::Email)?,
        password: Password::chosen(&body.password, &accounts.options)?,
        name: body.name,
        image: body.image,
    };
    let visit = Visit {
        headers: &headers,
        address: address.0,
        remember: body.remember_me.unwrap_or(true),
        interaction: body.interaction.as_deref(),
    };
    let entered = flow::sign_up(&accounts, visit, person).await?;
    let body = SignedUpBody {
        redirect: entered.next.is_some().then_some(true),
        token: entered.issued.token.clone(),
        url: entered.next,
        user: (&entered.issued.signed_in.user).into(),
    };
    Ok(answer::json(&body, entered.issued))
}
