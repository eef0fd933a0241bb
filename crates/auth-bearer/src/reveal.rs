//! After a request: an answer that sets the session cookie tells it in a header too.

use async_trait::async_trait;
use auth_core::session::SESSION_COOKIE;
use auth_core::{Access, After, AuthContext, Exchange};
use axum::response::Response;
use http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, AUTHORIZATION, COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;

/// The header that tells a session, as Better Auth names it.
pub(crate) const TOLD: &str = "set-auth-token";

/// Tells a session that was just issued or extended.
pub(crate) struct Reveal {
    pub(crate) cx: AuthContext,
    /// Whether pages in browsers are told too.
    pub(crate) browsers: bool,
}

#[async_trait]
impl After for Reveal {
    async fn after(&self, exchange: &Exchange<'_>, mut response: Response) -> Response {
        if exchange.access == Access::Public || !(self.browsers || is_program(exchange.headers)) {
            return response;
        }
        let headers = response.headers_mut();
        let name = self.cx.config().cookie_name(SESSION_COOKIE);
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
        percent_decode_str(value).decode_utf8().is_ok_and(|signed| self.cx.keys().verify(&signed).is_some())
    }
}

/// Whether a program asks that keeps no cookies: browsers send some, or say where they come from.
fn is_program(headers: &HeaderMap) -> bool {
    !["origin", "sec-fetch-site", "sec-fetch-mode"].iter().any(|name| headers.contains_key(*name))
        && (headers.contains_key(AUTHORIZATION) || !headers.contains_key(COOKIE))
}

/// The value of a cookie that is set under this name, percent-encoded as it stands.
fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split(';').next()?.trim().strip_prefix(name)?.strip_prefix('=')
}
