//! The CSRF token of forms: a random value in a cookie, its keyed tag in the form.

use http::{HeaderMap, HeaderValue};

use crate::codes::INVALID_CSRF_TOKEN;
use crate::context::AuthContext;
use crate::error::{ApiError, Unexpected};
use crate::session::{CookieKind, cookie_value, set_cookie};

/// The name of the field that carries the token.
pub const CSRF_FIELD: &str = "csrf";

const COOKIE: &str = "csrf";
const PURPOSE: &str = "csrf";

/// The CSRF token for a page that is being rendered.
#[derive(Debug)]
pub struct Csrf {
    /// The value of the hidden field.
    pub token: String,
    /// The cookie to set, unless the browser has one.
    pub cookie: Option<HeaderValue>,
}

impl Csrf {
    /// Takes the browser's cookie or makes one, and the token that belongs to it.
    ///
    /// # Errors
    /// [`Unexpected`] when there is no randomness.
    pub fn of(cx: &AuthContext, headers: &HeaderMap) -> Result<Self, Unexpected> {
        if let Some(value) = cookie_value(headers, cx.config(), COOKIE).filter(|value| value.len() == 43) {
            return Ok(Self { token: cx.keys().tag(PURPOSE, &value), cookie: None });
        }
        let value = cx.new_token()?;
        let cookie = set_cookie(cx.config(), COOKIE, &value, CookieKind::UntilClosed)?;
        Ok(Self { token: cx.keys().tag(PURPOSE, &value), cookie: Some(cookie) })
    }

    /// Checks the token of a posted form against the browser's cookie.
    ///
    /// # Errors
    /// [`ApiError`] 403 `INVALID_CSRF_TOKEN`.
    pub fn check(cx: &AuthContext, headers: &HeaderMap, token: &str) -> Result<(), ApiError> {
        let value = cookie_value(headers, cx.config(), COOKIE);
        if value.is_some_and(|value| cx.keys().tag_fits(PURPOSE, &value, token)) {
            return Ok(());
        }
        Err(ApiError::code(INVALID_CSRF_TOKEN))
    }
}
