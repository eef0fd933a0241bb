//! Where a person goes after signing in.

use async_trait::async_trait;
use http::HeaderMap;

use crate::error::Unexpected;
use crate::session::SignedIn;

/// What a continuation is told about the request that signed somebody in.
#[derive(Clone, Copy, Debug)]
pub struct Resume<'a> {
    /// The interaction handle the request carried, if any.
    pub interaction: Option<&'a str>,
    /// The request's headers, for the browser's cookies.
    pub headers: &'a HeaderMap,
}

/// Decides where a person goes after a session was issued.
///
/// An event hook cannot change an answer; a continuation can.
#[async_trait]
pub trait Continuation: Send + Sync + 'static {
    /// Returns the URL that continues what was interrupted, or nothing.
    async fn next(&self, resume: Resume<'_>, signed_in: &SignedIn) -> Result<Option<String>, Unexpected>;

    /// Returns the name of the client an interaction belongs to, for the sign-in page.
    async fn client_name(&self, resume: Resume<'_>) -> Result<Option<String>, Unexpected>;

    /// Returns whom the interrupted request expects to sign in, by the word of its client: only to the
    /// browser it began in. Default nobody.
    async fn login_hint(&self, _resume: Resume<'_>) -> Result<Option<String>, Unexpected> {
        Ok(None)
    }

    /// Returns the origin or `scheme:` the interrupted request may at once lead to after signing
    /// in, for the `form-action` of the sign-in page. Default none.
    ///
    /// Chromium applies `form-action` to every redirect that follows a form post: where consent
    /// is remembered, that chain ends at the client.
    async fn form_target(&self, _resume: Resume<'_>) -> Result<Option<String>, Unexpected> {
        Ok(None)
    }
}
