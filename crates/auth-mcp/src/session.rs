//! Who calls an MCP tool.

use std::convert::Infallible;

use auth_core::{ApiError, Unexpected};
use auth_protocol::scope::Scope;
use auth_protocol::scope_hierarchy::ScopeHierarchy;
use auth_resource_server::VerifiedToken;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use serde_json::Value;

use crate::verify::SUBJECT;

/// Who is behind a guarded request: a client, and the person it acts for. It never holds a token.
#[derive(Clone, Debug, PartialEq)]
pub struct McpSession {
    /// The person's id; none where the client acts for itself (RFC 6749 §4.4).
    pub user_id: Option<String>,
    /// What the client knows the person by, and may be told: their id, or a name of its sector (OpenID
    /// Connect Core §8).
    pub subject: Option<String>,
    /// The client.
    pub client_id: String,
    /// What the client may do.
    pub scopes: Scope,
    /// The MCP endpoint the token is good for.
    pub resource: String,
    /// When the token ends, in seconds since the Unix epoch.
    pub expires_at: i64,
    /// What those scopes allow, with what they imply.
    allowed: Scope,
}

impl McpSession {
    /// The session of a guarded request; in an rmcp tool the request's parts are an extension.
    pub fn of(parts: &Parts) -> Option<&Self> {
        parts.extensions.get()
    }

    /// Says whether the client may do what a scope allows: it was granted that, or a broader one.
    pub fn has(&self, scope: &str) -> bool {
        self.allowed.contains(scope)
    }

    /// The same for several scopes.
    pub(crate) fn has_all(&self, scope: &Scope) -> bool {
        scope.is_subset_of(&self.allowed)
    }

    pub(crate) fn new(token: VerifiedToken, resource: &str, hierarchy: &ScopeHierarchy) -> Self {
        let client_id = token.client_id.unwrap_or_default();
        let known_as = token.claims.get(SUBJECT).and_then(Value::as_str).unwrap_or(&token.subject).to_owned();
        Self {
            subject: (token.subject != client_id).then_some(known_as),
            // RFC 9068 §2.2: a client that acts for itself is its own subject.
            user_id: (token.subject != client_id).then_some(token.subject),
            client_id,
            allowed: hierarchy.expanded(&token.scope),
            scopes: token.scope,
            resource: resource.to_owned(),
            expires_at: token.expires_at.unwrap_or_default(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for McpSession {
    /// 500: the route has no guard, which is the app's mistake and not the caller's.
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let missing = || Unexpected::new("a handler asks for an McpSession on a route that has no McpGuard");
        Ok(parts.extensions.get().cloned().ok_or_else(missing)?)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for McpSession {
    type Rejection = Infallible;

    /// None for a caller without a token, whom a guard lets in where tools are anonymous.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned())
    }
}
