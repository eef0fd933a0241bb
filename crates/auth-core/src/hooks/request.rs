//! Hooks around requests, bound to a path pattern given as data.

use std::fmt;

use async_trait::async_trait;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, Method, Uri};
use sea_orm::DbErr;

use crate::access::Access;
use crate::error::{ErrorCode, Unexpected};

/// Which routes a hook, a limit or an access rule is for.
///
/// A pattern is a route template (`/oauth2/register/{client_id}`), or a prefix and `*`
/// (`/sign-in/*`). Paths below the base path are written without it; a pattern that starts with
/// the full path of a route at the origin (`/.well-known/*`) fits that one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PathPattern(String);

impl PathPattern {
    /// Makes a pattern.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    /// Says whether a route template, base path cut off, is meant.
    pub fn fits(&self, template: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(prefix) => template.starts_with(prefix),
            None => self.0 == template,
        }
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a request goes no further than a [`Before`] hook.
#[derive(Debug)]
pub enum Stop {
    /// The hook has answered it.
    Answered(Response),
    /// It is refused with a declared code, told in the shape of its route.
    Refused(ErrorCode),
    /// The hook failed: 500 in the shape of the route, and nothing was let through.
    Failed(Unexpected),
}

impl From<Response> for Stop {
    fn from(response: Response) -> Self {
        Self::Answered(response)
    }
}

impl From<ErrorCode> for Stop {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(code)
    }
}

impl From<Unexpected> for Stop {
    fn from(failure: Unexpected) -> Self {
        failure.refusal().map_or(Self::Failed(failure), Self::Refused)
    }
}

impl From<DbErr> for Stop {
    fn from(failure: DbErr) -> Self {
        Self::Failed(failure.into())
    }
}

/// Runs before a request is handled, and may stop it.
///
/// Hooks run in the order of their plugins, after the origin check and the rate limits. The first
/// that stops the request is the last that runs. One that panics lets nothing through. A preflight
/// (`OPTIONS`) reaches neither hooks nor handler.
#[async_trait]
pub trait Before: Send + Sync + 'static {
    /// Lets the request through, perhaps changed, or stops it.
    async fn before(&self, request: &mut Parts) -> Result<(), Stop>;
}

/// The request an [`After`] hook sees the answer to, as the handler saw it.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The method.
    pub method: &'a Method,
    /// The template of the route, base path cut off; of an alias, the template it stands for.
    pub path: &'a str,
    /// How the route treats browsers; a [`Before`] hook finds it in the request's extensions.
    pub access: Access,
    /// The path and query that were asked for.
    pub uri: &'a Uri,
    /// The headers, with what [`Before`] hooks changed. They hold credentials: never log them.
    pub headers: &'a HeaderMap,
}

/// Runs over every answer, also over a refusal and over one a [`Before`] gave; only a preflight and a
/// request that ran out of time are answered without it.
///
/// It sees what was decided and cannot take it back: a handler that was not reached is not reached.
#[async_trait]
pub trait After: Send + Sync + 'static {
    /// Returns the answer, perhaps changed.
    async fn after(&self, exchange: &Exchange<'_>, response: Response) -> Response;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_its_template_or_everything_below_its_prefix() {
        assert!(PathPattern::new("/sign-in/*").fits("/sign-in/email"));
        assert!(!PathPattern::new("/sign-in/*").fits("/sign-in"));
        assert!(PathPattern::new("/oauth2/client/{id}").fits("/oauth2/client/{id}"));
        assert!(!PathPattern::new("/oauth2").fits("/oauth2/token"));
    }
}
