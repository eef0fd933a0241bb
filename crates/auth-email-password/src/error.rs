//! Why a sign-up or sign-in was refused, and how that stands on the wire and in a form.

use std::borrow::Cow;

use auth_core::database::Transient;
use auth_core::{ApiError, ErrorCode, HookError, NoRandomness, Unexpected, codes};
use http::StatusCode;
use sea_orm::DbErr;

const SIGN_UP_OFF: ErrorCode = ErrorCode {
    code: "EMAIL_AND_PASSWORD_SIGN_UP_IS_NOT_ENABLED",
    status: 400,
    message: "Email and password sign up is not enabled",
};
const INVALID_EMAIL: ErrorCode = ErrorCode { code: "INVALID_EMAIL", status: 400, message: "Invalid email" };
const PASSWORD_TOO_SHORT: ErrorCode =
    ErrorCode { code: "PASSWORD_TOO_SHORT", status: 400, message: "Password too short" };
const PASSWORD_TOO_LONG: ErrorCode = ErrorCode { code: "PASSWORD_TOO_LONG", status: 400, message: "Password too long" };
const TAKEN: ErrorCode = ErrorCode {
    code: "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
    status: 422,
    message: "User already exists. Use another email.",
};
const CREDENTIALS: ErrorCode =
    ErrorCode { code: "INVALID_EMAIL_OR_PASSWORD", status: 401, message: "Invalid email or password" };
const INVALID_CALLBACKURL: ErrorCode =
    ErrorCode { code: "INVALID_CALLBACKURL", status: 403, message: "Invalid callbackURL" };

const INVALID_PASSWORD: ErrorCode = ErrorCode { code: "INVALID_PASSWORD", status: 400, message: "Invalid password" };
const CREDENTIAL_ACCOUNT_NOT_FOUND: ErrorCode =
    ErrorCode { code: "CREDENTIAL_ACCOUNT_NOT_FOUND", status: 400, message: "Credential account not found" };

/// What changing a password can be answered with, as Better Auth spells it.
pub(crate) const CHANGE_PASSWORD: [ErrorCode; 6] = [
    INVALID_PASSWORD,
    PASSWORD_TOO_SHORT,
    PASSWORD_TOO_LONG,
    CREDENTIAL_ACCOUNT_NOT_FOUND,
    codes::TOO_MANY_REQUESTS,
    codes::BUSY,
];

/// What deleting an account can be answered with, as Better Auth spells it.
pub(crate) const DELETE_USER: [ErrorCode; 5] =
    [INVALID_PASSWORD, PASSWORD_TOO_LONG, CREDENTIAL_ACCOUNT_NOT_FOUND, codes::TOO_MANY_REQUESTS, codes::BUSY];

/// What signing in can be answered with, as Better Auth spells it.
pub(crate) const SIGN_IN: [ErrorCode; 6] =
    [INVALID_EMAIL, PASSWORD_TOO_LONG, CREDENTIALS, INVALID_CALLBACKURL, codes::TOO_MANY_REQUESTS, codes::BUSY];

/// What signing up can be answered with, as Better Auth spells it.
pub(crate) const SIGN_UP: [ErrorCode; 7] =
    [SIGN_UP_OFF, INVALID_EMAIL, PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, TAKEN, INVALID_CALLBACKURL, codes::BUSY];

/// Why nobody was signed up or in. Unless it is unexpected, nothing has changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("sign-up is switched off")]
    SignUpOff,
    /// What is wrong, member by member.
    #[error("the body does not have the asked shape")]
    Shape(String),
    #[error("that is no e-mail address")]
    Email,
    #[error("the password has fewer than {min} characters")]
    PasswordTooShort { min: usize },
    #[error("the password has more than {max} characters, or than 1024 bytes")]
    PasswordTooLong { max: usize },
    #[error("the address is taken")]
    Taken,
    #[error("no such account, or not its password")]
    Credentials,
    #[error("that is not the password of who is signed in")]
    Password,
    #[error("who is signed in has no password")]
    NoPassword,
    #[error("the callback URL leads to an origin that is not trusted")]
    Callback,
    #[error("the form does not carry the token of this browser")]
    Csrf,
    #[error("too many tries")]
    TooMany { retry_after: u64 },
    #[error("too many passwords are being hashed")]
    Busy,
    #[error("{0}")]
    Unexpected(Unexpected),
}

impl From<Unexpected> for Refusal {
    fn from(error: Unexpected) -> Self {
        Self::Unexpected(error)
    }
}

impl From<DbErr> for Refusal {
    fn from(error: DbErr) -> Self {
        Unexpected::from(error).into()
    }
}

impl From<NoRandomness> for Refusal {
    fn from(error: NoRandomness) -> Self {
        Unexpected::from(error).into()
    }
}

impl From<HookError> for Refusal {
    fn from(error: HookError) -> Self {
        Unexpected::from(error).into()
    }
}

impl Transient for Refusal {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Unexpected(error) if error.is_transient())
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::SignUpOff => Self::code(SIGN_UP_OFF),
            Refusal::Shape(message) => Self::validation(message),
            Refusal::Email => Self::code(INVALID_EMAIL),
            Refusal::PasswordTooShort { min: _ } => Self::code(PASSWORD_TOO_SHORT),
            Refusal::PasswordTooLong { max: _ } => Self::code(PASSWORD_TOO_LONG),
            Refusal::Taken => Self::code(TAKEN),
            Refusal::Credentials => Self::code(CREDENTIALS),
            Refusal::Password => Self::code(INVALID_PASSWORD),
            Refusal::NoPassword => Self::code(CREDENTIAL_ACCOUNT_NOT_FOUND),
            Refusal::Callback => Self::code(INVALID_CALLBACKURL),
            Refusal::Csrf => Self::code(codes::INVALID_CSRF_TOKEN),
            Refusal::TooMany { retry_after } => Self::TooMany { retry_after },
            Refusal::Busy => Self::Busy,
            Refusal::Unexpected(error) => Self::Unexpected(error),
        }
    }
}

impl Refusal {
    /// The status and the words a form is shown again with, or the failure if there is no use in
    /// showing it again.
    pub(crate) fn for_a_form(self) -> Result<(StatusCode, Cow<'static, str>), Unexpected> {
        Ok(match self {
            Self::SignUpOff => (StatusCode::BAD_REQUEST, "Making an account is not possible here.".into()),
            Self::Shape(words) => (StatusCode::BAD_REQUEST, words.into()),
            Self::Email => {
                (StatusCode::BAD_REQUEST, "Enter your e-mail address in full, such as name@example.com.".into())
            }
            Self::PasswordTooShort { min } => {
                (StatusCode::BAD_REQUEST, format!("Choose a password of at least {min} characters.").into())
            }
            Self::PasswordTooLong { max } => {
                (StatusCode::BAD_REQUEST, format!("Choose a password of at most {max} characters.").into())
            }
            Self::Taken => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "There is already an account with this address. Sign in, or use another address.".into(),
            ),
            Self::Credentials => (StatusCode::UNAUTHORIZED, "The e-mail address or the password is not right.".into()),
            Self::Password => (StatusCode::BAD_REQUEST, "That is not your password.".into()),
            Self::NoPassword => (StatusCode::BAD_REQUEST, "Your account has no password.".into()),
            Self::Callback => (
                StatusCode::FORBIDDEN,
                "The link that brought you here leads to a place we do not know. Sign in again to go on without it."
                    .into(),
            ),
            Self::Csrf => {
                (StatusCode::FORBIDDEN, "This form was out of date, so nothing was sent. Please try again.".into())
            }
            Self::TooMany { retry_after } => {
                (StatusCode::TOO_MANY_REQUESTS, format!("Too many tries. Please wait {}.", span(retry_after)).into())
            }
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Many people are signing in right now. Please try again in a moment.".into(),
            ),
            Self::Unexpected(error) => match error.refusal() {
                Some(code) => (code.status(), code.message.into()),
                None => return Err(error),
            },
        })
    }

    /// Whole seconds after which another try can succeed, where that is known.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany { retry_after } => Some(*retry_after),
            Self::Busy => Some(1),
            Self::SignUpOff
            | Self::Shape(_)
            | Self::Email
            | Self::PasswordTooShort { .. }
            | Self::PasswordTooLong { .. }
            | Self::Taken
            | Self::Credentials
            | Self::Password
            | Self::NoPassword
            | Self::Callback
            | Self::Csrf
            | Self::Unexpected(_) => None,
        }
    }
}

/// Writes a time span for people, rounded up.
fn span(seconds: u64) -> String {
    match seconds {
        0 | 1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}
