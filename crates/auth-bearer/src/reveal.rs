//! After a request: an answer that sets the session cookie tells it in a header too.

use async_trait::async_trait;
use auth_core::session::SESSION_COOKIE;
use auth_core::{After, AuthContext, Exchange};
use axum::response::Response;
use http::HeaderValue;
use http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, SET_COOKIE};
use percent_encoding::percent_decode_str;

/// The header that tells a session, as Better Auth names it.
pub(crate) const TOLD: &str = "set-auth-token";

/// Tells a session that was just issued or extended.
pub(crate) struct Reveal(pub(crate) AuthContext);

#[async_trait]
impl After for Reveal {
    async fn after(&self, _: &Exchange<'_>, mut response: Response) -> Response {
        let headers = response.headers_mut();
        let name = self.0.config().cookie_name(SESSION_COOKIE);
        let mut set = headers.get_all(SET_COOKIE).iter().filter_map(|line| value(line.to_str().ok()?, &name));
        let Some(mut told) =
            set.next_back().filter(|value| self.is_session(value)).and_then(|value| value.parse().ok())
        else {
            return response;
        };
        HeaderValue::set_sensitive(&mut told, true);
        headers.insert(TOLD, told);
        headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(TOLD));
        response
    }
}

impl Reveal {
    /// Whether a cookie's value is a session we signed: one that is being forgotten is empty.
    fn is_session(&self, value: &str) -> bool {
        percent_decode_str(value).decode_utf8().is_ok_and(|signed| self.0.keys().verify(&signed).is_some())
    }
}

/// The value of a cookie that is set under this name, percent-encoded as it stands.
fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split(';').next()?.trim().strip_prefix(name)?.strip_prefix('=')
}
