//! Who is trusted to say who somebody is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use auth_oidc_provider::OidcProvider;
use auth_protocol::identity_assertion::GRANT_PROFILE;

use crate::grant::IdentityAssertionGrant;
use crate::identity_provider::IdentityProvider;

/// Takes what identity providers of companies say of their people, for tokens: the plugin `enterprise`.
///
/// List it as a plugin, and hand the provider to [`Enterprise::extend`].
#[derive(Clone, Debug, Default)]
pub struct Enterprise {
    pub(crate) identity_providers: Vec<IdentityProvider>,
    /// Whether a provider was extended: one that is not does not know the grant.
    extended: Arc<AtomicBool>,
}

impl Enterprise {
    /// Trusts nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts an identity provider. Default none, and then nothing is offered.
    #[must_use]
    pub fn trust(mut self, identity_provider: IdentityProvider) -> Self {
        self.identity_providers.push(identity_provider);
        self
    }

    /// Lets the provider take assertions of those who are trusted by then, and tell so in its metadata.
    #[must_use]
    pub fn extend(&self, provider: OidcProvider) -> OidcProvider {
        self.extended.store(true, Ordering::Relaxed);
        if self.identity_providers.is_empty() {
            return provider;
        }
        provider
            .extension_grant(IdentityAssertionGrant::new(self.identity_providers.clone()))
            .extension_metadata("authorization_grant_profiles_supported", vec![GRANT_PROFILE])
    }

    pub(crate) fn is_extended(&self) -> bool {
        self.extended.load(Ordering::Relaxed)
    }
}
