//! What an app or another plugin tells besides: claims of its own. OpenID Connect Core §5.1.2, RFC 9068 §2.2.2.

use std::fmt;

use async_trait::async_trait;
use auth_core::Unexpected;
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use serde_json::{Map, Value};

use crate::provider::Provider;

/// Claims that an app or a plugin adds to ID tokens, userinfo and JWT access tokens.
///
/// None of them takes the place of what the provider tells itself: a name of the protocol, and one that two
/// extensions declare, are refused when the app is built.
#[async_trait]
pub trait ExtensionClaims: fmt::Debug + Send + Sync + 'static {
    /// The claims it may add. Whatever else it tells is left out.
    fn claims(&self) -> Vec<CustomClaim>;

    /// What to tell now; a claim that is missing or null is not told.
    ///
    /// It is asked again each time something is told, so that a refresh brings what is true then.
    ///
    /// # Errors
    /// [`Unexpected`] where that cannot be said: then nothing is issued, and nothing used up.
    async fn tell(&self, request: ClaimsFor<'_>) -> Result<Map<String, Value>, Unexpected>;
}

/// A claim that an extension may add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomClaim {
    pub(crate) name: String,
    pub(crate) scope: Option<String>,
}

impl CustomClaim {
    /// A claim that every client is told: `tenant`. A URL of your own, `https://example.com/tenant`, meets
    /// nobody else's.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), scope: None }
    }

    /// Tells it only to clients that were granted this scope. A client that asks for the claim by itself
    /// asks for the scope (OpenID Connect Core §5.5), and people see it where they consent.
    #[must_use]
    pub fn of_scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Whether a scope opens it.
    pub(crate) fn is_opened_by(&self, scope: &Scope) -> bool {
        self.scope.as_deref().is_none_or(|needed| scope.contains(needed))
    }
}

/// For whom claims are told, and where they will stand.
#[derive(Clone, Copy, Debug)]
pub struct ClaimsFor<'a> {
    /// The provider that tells them.
    pub provider: &'a Provider,
    /// The client.
    pub client_id: &'a str,
    /// The person; none where the client acts for itself. A pairwise client does not know this id, and must
    /// not be told it.
    pub user_id: Option<&'a str>,
    /// What the client may do.
    pub scope: &'a Scope,
    /// Where they will stand.
    pub place: ClaimsPlace<'a>,
}

/// Where claims stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimsPlace<'a> {
    /// In an ID token, for the client.
    IdToken,
    /// In the answer of userinfo, for the client.
    UserInfo,
    /// In an access token that is a JWT, for these resources; the client can read it too.
    AccessToken(&'a [Resource]),
}
