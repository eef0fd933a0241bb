//! The guard of an MCP route: host, origin, token, scope, and CORS around all of it.

use std::sync::Arc;

use async_trait::async_trait;
use auth_oidc_provider::Provider;
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use auth_protocol::scope_hierarchy::ScopeHierarchy;
use auth_resource_server::{
    Denial, Gate, Guarded, HostRule, InvalidGuard, OriginRule, RequireToken, VerifiedToken, cors,
};
use axum::response::Response;
use http::request::Parts;
use tower::Layer;
use tower_http::cors::Cors;
use url::Url;

use crate::session::McpSession;
use crate::tool_scopes::{ToolScopes, Tooled};
use crate::verify::InProcess;

/// Lets MCP requests through that carry a token for this resource, and puts an [`McpSession`] into
/// their extensions. A tower layer: `.route_layer(auth.handle::<McpGuard>()?)`.
#[derive(Clone, Debug)]
pub struct McpGuard(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    verifier: InProcess,
    resource_metadata: Url,
    token: RequireToken,
    rules: Rules,
}

/// Whom a guard lets in.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// The scope every request needs.
    pub(crate) scope: Scope,
    /// Which scopes allow what others do.
    pub(crate) hierarchy: ScopeHierarchy,
    pub(crate) hosts: HostRule,
    pub(crate) origins: OriginRule,
    /// What each tool needs besides, where the app says.
    pub(crate) tools: Option<Arc<ToolScopes>>,
}

/// A guard cannot be made for a scope.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// The scope is malformed.
    #[error("the scope {0:?} is malformed")]
    Scope(String),
    /// The challenge does not fit into a header, or the hierarchy goes round.
    #[error(transparent)]
    Guard(#[from] InvalidGuard),
    /// A tool needs a scope that nobody can be granted.
    #[error("the tool {tool:?} needs the scope {scope:?}, which the provider does not offer")]
    NotOffered {
        /// The tool.
        tool: String,
        /// The scope.
        scope: String,
    },
}

impl McpGuard {
    pub(crate) fn new(verifier: InProcess, resource_metadata: Url, rules: Rules) -> Result<Self, InvalidGuard> {
        let token = RequireToken::builder(verifier.clone(), resource_metadata.clone())
            .scope(rules.scope.clone())
            .hierarchy(rules.hierarchy.clone())
            .dpop(verifier.provider.clone(), &verifier.resource)
            .require_dpop(verifier.require_dpop)
            .build()?;
        Ok(Self(Arc::new(Inner { verifier, resource_metadata, token, rules })))
    }

    fn with(&self, rules: Rules) -> Result<Self, GuardError> {
        Ok(Self::new(self.0.verifier.clone(), self.0.resource_metadata.clone(), rules)?)
    }

    /// A guard of the same resource that needs more scope: for a second endpoint.
    ///
    /// # Errors
    /// [`GuardError`] when the scope is malformed.
    pub fn requiring(&self, scope: &str) -> Result<Self, GuardError> {
        let more = Scope::parse(scope).map_err(|_| GuardError::Scope(scope.to_owned()))?;
        let rules = self.0.rules.clone();
        self.with(Rules { scope: rules.scope.union(&more), ..rules })
    }

    /// A guard of the same resource that also judges which tool is called: a call of one whose scope the token lacks
    /// is answered with a challenge, before it reaches the server, whatever that is made with.
    ///
    /// # Errors
    /// [`GuardError`] when a scope is malformed, or not offered by the provider.
    pub fn tools(&self, tools: ToolScopes) -> Result<Self, GuardError> {
        let tools = tools.offered_by(self.provider().scopes())?;
        self.with(Rules { tools: Some(Arc::new(tools)), ..self.0.rules.clone() })
    }

    /// The rules for tools, where there are some, and the scope that every request needs.
    pub(crate) fn rules(&self) -> &Rules {
        &self.0.rules
    }

    /// The session of a request that is not behind the guard; none without a valid token for this
    /// resource. The caller must answer 401 then.
    ///
    /// # Errors
    /// [`Denial::Unavailable`] when nobody can say.
    #[tracing::instrument(skip_all, fields(client.id, grant.id, user.id))]
    pub async fn session(&self, request: &Parts) -> Result<Option<McpSession>, Denial> {
        match self.0.token.verify(request).await {
            Ok(token) => Ok(Some(self.session_of(token))),
            Err(unavailable @ Denial::Unavailable(_)) => Err(unavailable),
            Err(Denial::NoToken | Denial::Malformed(_) | Denial::Invalid(_) | Denial::Proof(_) | Denial::Scope) => {
                Ok(None)
            }
        }
    }

    /// The identifier of the resource, as clients must name it.
    pub fn resource(&self) -> &Resource {
        &self.0.verifier.resource
    }

    fn session_of(&self, token: VerifiedToken) -> McpSession {
        McpSession::new(token, self.resource().as_str(), &self.0.rules.hierarchy)
    }

    pub(crate) fn provider(&self) -> &Provider {
        &self.0.verifier.provider
    }

    /// Where the resource is described.
    pub(crate) fn resource_metadata(&self) -> &Url {
        &self.0.resource_metadata
    }

    /// The answer to a call that needs more scope than its token has, from inside a route.
    pub fn insufficient_scope(&self, required: &Scope) -> Response {
        self.0.token.insufficient_scope(required)
    }
}

#[async_trait]
impl Gate for McpGuard {
    #[tracing::instrument(skip_all, fields(client.id, grant.id, user.id))]
    async fn admit(&self, request: &mut Parts) -> Result<(), Response> {
        self.0.rules.hosts.admit(request).await?;
        self.0.rules.origins.admit(request).await?;
        self.0.token.admit(request).await?;
        if let Some(token) = request.extensions.get::<VerifiedToken>().cloned() {
            request.extensions.insert(self.session_of(token));
        }
        Ok(())
    }
}

impl<S> Layer<S> for McpGuard {
    type Service = Cors<Guarded<Tooled<S>>>;

    fn layer(&self, inner: S) -> Self::Service {
        cors().layer(Guarded::new(Arc::new(self.clone()), Tooled::new(self.clone(), inner)))
    }
}
