//! The small options of the provider, and what all of them name.

use crate::config::OidcProvider;
use crate::extension::ExtensionGrant;
use crate::extension_claims::CustomClaim;
use crate::extension_client_auth::ExtensionClientAuth;
use crate::resource_server::ResourceOption;

/// When a client gets a refresh token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefreshPolicy {
    /// When `offline_access` is granted (OpenID Connect Core §11).
    #[default]
    OfflineAccess,
    /// Whenever the client registered the `refresh_token` grant.
    RegisteredGrant,
}

/// A scope a client can ask for, in plain words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeOption {
    /// The scope: `notes:write`.
    pub name: String,
    /// What it allows, as a person reads it on the consent page.
    pub description: String,
}

impl OidcProvider {
    /// The names of the scopes that are described, for a plugin that wraps the provider.
    pub fn scope_names(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(|option| option.name.as_str())
    }

    /// Whether there may be a client that acts for itself.
    pub(crate) fn has_machines(&self) -> bool {
        self.managed_by.operators.is_some() || self.clients.iter().any(|client| !client.own_scope.is_empty())
    }

    /// The extension of a grant type.
    pub(crate) fn grant_of(&self, grant_type: &str) -> Option<&dyn ExtensionGrant> {
        self.grants.iter().find(|grant| grant.grant_type() == grant_type).map(|grant| &**grant)
    }

    /// The extension of a method of client authentication.
    pub(crate) fn extension_auth(&self, method: &str) -> Option<&dyn ExtensionClientAuth> {
        self.auth_methods.iter().find(|extension| extension.method() == method).map(|extension| &**extension)
    }

    /// The claims of extensions.
    pub(crate) fn custom_claims(&self) -> impl Iterator<Item = CustomClaim> {
        self.claims.iter().flat_map(|extension| extension.claims())
    }

    /// Whether clients can ask for a scope.
    pub(crate) fn offers(&self, name: &str) -> bool {
        let of_resources = self.resources.iter().flat_map(ResourceOption::named_scopes);
        self.scopes.iter().map(|option| &option.name).chain(of_resources).any(|known| known == name)
    }
}
