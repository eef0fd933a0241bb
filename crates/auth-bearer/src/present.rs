//! Before a request: a session in the header becomes the cookie every endpoint reads.

use std::borrow::Cow;

use async_trait::async_trait;
use auth_core::session::SESSION_COOKIE;
use auth_core::{Access, AuthContext, Before, Stop};
use http::header::{AUTHORIZATION, COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The longest token that is looked at, as of a cookie.
const LONGEST: usize = 4096;

/// Puts the session of the `Authorization` header where endpoints look for it.
pub(crate) struct Present(pub(crate) AuthContext);

#[async_trait]
impl Before for Present {
    async fn before(&self, request: &mut Parts) -> Result<(), Stop> {
        // Routes that never use cookies never use sessions either: any origin may call them.
        if request.extensions.get() == Some(&Access::Public) {
            return Ok(());
        }
        if let Some(signed) = presented(&request.headers, &self.0) {
            carry(&mut request.headers, &self.0.config().cookie_name(SESSION_COOKIE), &signed);
        }
        Ok(())
    }
}

/// The signed session token of the header. Anything we did not sign is somebody else's.
fn presented(headers: &HeaderMap, cx: &AuthContext) -> Option<String> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let (line, None) = (lines.next()?, lines.next()) else { return None };
    let (scheme, token) = line.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.len() > LONGEST {
        return None;
    }
    let signed = percent_decode_str(token).decode_utf8().ok()?;
    // Base64 has no `%`, so a token that was not encoded is the same decoded.
    cx.keys().verify(&signed)?;
    Some(Cow::into_owned(signed))
}

/// Replaces the cookie of this name, and leaves the others as they came.
fn carry(headers: &mut HeaderMap, name: &str, value: &str) {
    let ours =
        |pair: &&[u8]| pair.trim_ascii().strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"="));
    let mut pairs: Vec<Vec<u8>> = headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .filter(|pair| !ours(pair))
        .map(|pair| pair.trim_ascii().to_vec())
        .collect();
    pairs.push(format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)).into_bytes());
    // Made of what headers held and of plain characters: it fits.
    if let Ok(mut line) = HeaderValue::from_bytes(&pairs.join(&b"; "[..])) {
        line.set_sensitive(true);
        headers.insert(COOKIE, line);
    }
}
