//! Whoever signs in and allows.

use async_trait::async_trait;
use serde_json::Value;
use url::Url;

/// A person with a browser, or what stands for one.
#[async_trait]
pub trait Person: Send + Sync {
    /// Opens an authorization request, signs in, allows everything, and returns the URL that the browser is sent to,
    /// which begins with `redirect_uri`.
    ///
    /// # Errors
    /// What went wrong, as the end of a sentence that begins with the request.
    async fn allows(&self, request: &Url, redirect_uri: &str) -> Result<Url, String>;
}

/// Two tools of the server, to be called.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// One that needs no scope but that of every request, and its arguments.
    pub open: (String, Value),
    /// One that needs a scope which no client is given at first, and its arguments.
    pub scoped: (String, Value),
}
