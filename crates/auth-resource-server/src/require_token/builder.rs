//! How a guard is made.

use std::fmt;
use std::sync::Arc;

use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use auth_protocol::scope_hierarchy::ScopeHierarchy;
use auth_protocol::token::TokenType;
use http::StatusCode;
use url::Url;

use super::{Inner, Possession, RequireToken};
use crate::challenge::{Challenges, InvalidChallenge};
use crate::dpop::Proofs;
use crate::token::Verifier;

/// A guard cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum InvalidGuard {
    /// A challenge does not fit into a header.
    #[error(transparent)]
    Challenge(#[from] InvalidChallenge),
    /// A scope implies itself by way of others, which would make all of them the same.
    #[error("the scope {0:?} implies itself by way of others")]
    HierarchyCycle(String),
}

/// Makes a [`RequireToken`].
pub struct RequireTokenBuilder {
    verifier: Box<dyn Verifier>,
    scope: Scope,
    hierarchy: ScopeHierarchy,
    challenges: Challenges,
    possession: Option<Possession>,
    require_dpop: bool,
    repeats_granted: bool,
}

impl RequireTokenBuilder {
    pub(super) fn new(verifier: impl Verifier, resource_metadata: Url) -> Self {
        Self {
            verifier: Box::new(verifier),
            scope: Scope::default(),
            hierarchy: ScopeHierarchy::default(),
            challenges: Challenges::new(resource_metadata),
            possession: None,
            require_dpop: false,
            repeats_granted: false,
        }
    }

    /// Sets the scope every request needs. Default none: any valid token is enough.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Sets which scopes allow what others do. Default none does; one that implies itself by way of others is
    /// refused by [`RequireTokenBuilder::build`].
    #[must_use]
    pub fn hierarchy(mut self, hierarchy: ScopeHierarchy) -> Self {
        self.hierarchy = hierarchy;
        self
    }

    /// Takes tokens that are bound to a key, along with a proof of it. Default no: such a token is
    /// refused, since nobody here could tell whether the client holds the key. RFC 9449 §7.1.
    #[must_use]
    pub fn dpop(mut self, proofs: impl Proofs, resource: &Resource) -> Self {
        self.possession = Some(Possession { proofs: Box::new(proofs), resource: resource.clone() });
        self
    }

    /// Takes such tokens only. Default no. Needs [`RequireTokenBuilder::dpop`]: without it no token
    /// would do.
    #[must_use]
    pub fn require_dpop(mut self, on: bool) -> Self {
        self.require_dpop = on;
        self
    }

    /// Whether the challenge to a token that lacks scope repeats what it has, for clients of MCP 2025-11-25 that ask
    /// for just what a challenge names. Default no: newer ones add it by themselves.
    #[must_use]
    pub fn challenge_repeats_granted(mut self, on: bool) -> Self {
        self.repeats_granted = on;
        self
    }

    /// Makes the guard and the challenges it answers with.
    ///
    /// # Errors
    ///
    /// [`InvalidGuard`], if a challenge does not fit into a header, or a scope implies itself.
    pub fn build(self) -> Result<RequireToken, InvalidGuard> {
        if let Some(scope) = self.hierarchy.cycle() {
            return Err(InvalidGuard::HierarchyCycle(scope.to_owned()));
        }
        let token_type = if self.require_dpop { TokenType::DPoP } else { TokenType::Bearer };
        let challenges = self.challenges.naming(&self.scope).by(token_type);
        Ok(RequireToken(Arc::new(Inner {
            no_token: challenges.refusal(StatusCode::UNAUTHORIZED, None)?,
            insufficient_scope: challenges.insufficient_scope()?,
            verifier: self.verifier,
            scope: self.scope,
            hierarchy: self.hierarchy,
            challenges,
            possession: self.possession,
            is_bound_only: self.require_dpop,
            repeats_granted: self.repeats_granted,
        })))
    }
}

impl fmt::Debug for RequireTokenBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireTokenBuilder").field("scope", &self.scope).finish_non_exhaustive()
    }
}
