//! The grant type. RFC 7523 §2.1.

use async_trait::async_trait;
use auth_oidc_provider::{ExtensionGrant, GrantRefusal, GrantRequest, Granted};
use auth_protocol::identity_assertion::JWT_BEARER;

use crate::flow::exchange;
use crate::identity_provider::IdentityProvider;
use crate::keys::Keys;
use crate::plugin::ENTERPRISE;

/// An assertion of an identity provider, for an access token.
#[derive(Debug)]
pub(crate) struct IdentityAssertionGrant {
    trusted: Vec<IdentityProvider>,
    keys: Keys,
}

impl IdentityAssertionGrant {
    pub(crate) fn new(trusted: Vec<IdentityProvider>) -> Self {
        Self { trusted, keys: Keys::default() }
    }

    /// The identity provider with this issuer, if it is trusted.
    pub(crate) fn trusted(&self, issuer: &str) -> Option<&IdentityProvider> {
        self.trusted.iter().find(|trusted| trusted.issuer == issuer)
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }
}

#[async_trait]
impl ExtensionGrant for IdentityAssertionGrant {
    fn grant_type(&self) -> &'static str {
        JWT_BEARER
    }

    fn needs(&self) -> Option<&'static str> {
        Some(ENTERPRISE)
    }

    async fn judge(&self, request: GrantRequest<'_>) -> Result<Granted, GrantRefusal> {
        exchange::judge(self, request).await
    }
}
