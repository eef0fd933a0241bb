//! How often one account's password may be tried. CWE-307.

use auth_core::{ApiError, AuthContext, Email, Unexpected};
use http::HeaderMap;

use crate::error::Refusal;

/// The length of a window, in seconds.
const WINDOW: u64 = 600;
/// The wrong tries a window may hold.
const MOST: u32 = 20;

/// One counted try. It stays counted unless it is forgiven.
#[derive(Debug)]
pub(super) struct Try {
    key: String,
}

impl Try {
    /// Counts a try for an address before its password is checked, so that tries sent at the same
    /// time all count. Addresses without an account count the same way.
    ///
    /// The limit is soft: it ends by itself, and who still holds a session of the account is
    /// counted apart, so that a stranger cannot keep them from signing in again.
    pub(super) async fn count(cx: &AuthContext, email: &Email, headers: &HeaderMap) -> Result<Self, Refusal> {
        let key = format!("email-password/account|{}", cx.keys().tag("email-password/tries", email.as_str()));
        let Err(refusal) = limit(cx, &key).await else { return Ok(Self { key }) };
        let Refusal::TooMany { .. } = refusal else { return Err(refusal) };
        match cx.find_session(headers).await? {
            Some(known) if known.user.email == email.as_str() => {
                let key = format!("email-password/session|{}", known.session.id);
                limit(cx, &key).await?;
                Ok(Self { key })
            }
            Some(_) | None => Err(refusal),
        }
    }

    /// Takes the try back: the password was right, or was never checked.
    pub(super) async fn forgive(self, cx: &AuthContext) -> Result<(), Unexpected> {
        cx.uncount(&self.key).await
    }
}

async fn limit(cx: &AuthContext, key: &str) -> Result<(), Refusal> {
    cx.limit(key, WINDOW, MOST).await.map_err(|error| match error {
        ApiError::TooMany { retry_after } => Refusal::TooMany { retry_after },
        ApiError::Busy => Refusal::Busy,
        ApiError::Unexpected(error) => error.into(),
        ApiError::Refused { code, .. } => Unexpected::new(format!("counting was refused with {code}")).into(),
    })
}
