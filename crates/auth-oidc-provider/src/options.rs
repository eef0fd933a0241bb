//! The small options of the provider.

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
