//! What another plugin adds to the provider: a way in which clients prove who they are. RFC 6749 §2.3.2.

use std::fmt;

use async_trait::async_trait;
use auth_core::Unexpected;
use auth_protocol::error::OAuthError;
use auth_protocol::params::Params;
use http::HeaderMap;

use crate::entity::client;
use crate::provider::Provider;

/// A method of client authentication that a plugin adds: `tls_client_auth`, `attest_jwt_client_auth`.
///
/// The provider sees that a request uses one method only, that its client registered this one and is not
/// disabled, and counts requests; the extension judges the proof.
#[async_trait]
pub trait ExtensionClientAuth: fmt::Debug + Send + Sync + 'static {
    /// The value of `token_endpoint_auth_method`.
    fn method(&self) -> &'static str;

    /// The client a request says it is from, where it uses this method; none where it does not. Nothing is
    /// judged yet, and nothing looked up.
    ///
    /// # Errors
    /// `invalid_client` where it uses this method, and cannot be read.
    fn claimed(&self, request: ClientAuthRequest<'_>) -> Result<Option<String>, OAuthError>;

    /// Judges whether the request is from this client.
    ///
    /// # Errors
    /// [`ClientAuthRefusal`] where it is not, or cannot be judged.
    async fn prove(&self, request: ClientAuthRequest<'_>, client: &client::Model) -> Result<(), ClientAuthRefusal>;
}

/// A request whose client has to prove who it is.
#[derive(Clone, Copy)]
pub struct ClientAuthRequest<'a> {
    /// The provider it came to.
    pub provider: &'a Provider,
    /// The headers: those of a proxy count only where nobody else can set them.
    pub headers: &'a HeaderMap,
    /// The form.
    pub params: &'a Params,
}

impl fmt::Debug for ClientAuthRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientAuthRequest(..)")
    }
}

/// Why an extension does not take a client for the one it says it is.
#[derive(Debug, thiserror::Error)]
pub enum ClientAuthRefusal {
    /// It has not proved it: the client is told `invalid_client`, with this description.
    #[error("{0}")]
    NotProven(&'static str),
    /// Something failed that should not.
    #[error("the client could not be authenticated")]
    Failed(Unexpected),
}

impl From<Unexpected> for ClientAuthRefusal {
    fn from(failure: Unexpected) -> Self {
        Self::Failed(failure)
    }
}
