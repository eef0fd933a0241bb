//! Hooks around requests, bound to a path pattern given as data.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use axum::response::Response;
use http::request::Parts;

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

/// Runs before a request is handled, and may answer it.
#[async_trait]
pub trait Before: Send + Sync + 'static {
    /// Lets the request through, perhaps changed, or answers it.
    async fn before(&self, request: &mut Parts) -> Result<(), Response>;
}

/// Runs over every answer, also over one a [`Before`] gave.
#[async_trait]
pub trait After: Send + Sync + 'static {
    /// Returns the answer, perhaps changed.
    async fn after(&self, path: &str, response: Response) -> Response;
}

/// All request hooks of an app, in the order of its plugins.
#[derive(Clone, Default)]
pub struct RequestHooks {
    pub(crate) before: Vec<(&'static str, PathPattern, Arc<dyn Before>)>,
    pub(crate) after: Vec<(&'static str, PathPattern, Arc<dyn After>)>,
}

impl fmt::Debug for RequestHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.describe()).finish()
    }
}

impl RequestHooks {
    /// One line for each hook: when, pattern, plugin.
    pub fn describe(&self) -> Vec<String> {
        let before = self.before.iter().map(|(by, path, _)| format!("before {path} ({by})"));
        let after = self.after.iter().map(|(by, path, _)| format!("after {path} ({by})"));
        before.chain(after).collect()
    }
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
