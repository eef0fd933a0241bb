//! Cookies as they stand on the wire.

use cookie::{Cookie, SameSite, time::Duration};
use http::{HeaderMap, HeaderValue, header};

use crate::config::Config;
use crate::error::Unexpected;

/// The name of the session cookie, without its prefix.
pub const SESSION_COOKIE: &str = "session_token";

/// How long a browser keeps a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieKind {
    /// This many seconds.
    For(u64),
    /// Until the browser is closed.
    UntilClosed,
}

/// Returns the raw value of a cookie of ours, percent-decoded.
///
/// A name that is sent twice counts as absent: which of the two is ours cannot be told.
pub fn cookie_value(headers: &HeaderMap, config: &Config, name: &str) -> Option<String> {
    let name = config.cookie_name(name);
    // Bytes, because a cookie of somebody else on this host may hold any.
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="));
    let value = found.next()?;
    if found.next().is_some() || value.len() > 4096 {
        return None;
    }
    percent_encoding::percent_decode(value).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// Writes a `Set-Cookie` header: `HttpOnly`, `SameSite=Lax`, `Path=/`, `Secure` on https.
///
/// # Errors
/// [`Unexpected`] when the value has no place in a header.
pub fn set_cookie(config: &Config, name: &str, value: &str, kind: CookieKind) -> Result<HeaderValue, Unexpected> {
    let mut cookie = bare(config, name, value);
    if let CookieKind::For(seconds) = kind {
        cookie.set_max_age(Duration::seconds(i64::try_from(seconds).unwrap_or(i64::MAX)));
    }
    write(&cookie)
}

/// Writes a `Set-Cookie` header that makes a browser forget a cookie.
///
/// # Errors
/// [`Unexpected`] when the name has no place in a header.
pub fn expired_cookie(config: &Config, name: &str) -> Result<HeaderValue, Unexpected> {
    let mut cookie = bare(config, name, "");
    cookie.set_max_age(Duration::ZERO);
    write(&cookie)
}

fn bare(config: &Config, name: &str, value: &str) -> Cookie<'static> {
    let mut cookie = Cookie::new(config.cookie_name(name), value.to_owned());
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(config.is_https());
    if let Some(domain) = &config.cookies.domain {
        cookie.set_domain(domain.clone());
    }
    cookie
}

fn write(cookie: &Cookie<'static>) -> Result<HeaderValue, Unexpected> {
    let mut value = HeaderValue::from_str(&cookie.encoded().to_string())?;
    value.set_sensitive(true);
    Ok(value)
}
