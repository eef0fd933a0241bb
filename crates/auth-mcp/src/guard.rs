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

use crate::anonymous::Door;
use crate::session::McpSession;
use crate::tool_scopes::ToolScopes;
use crate::tooled::Tooled;
use crate::verify::InProcess;

/// Lets MCP requests through that carry a token for this resource, and puts an [`McpSession`] into
/// their extensions. A tower layer: `.route_layer(auth.handle::<McpGuard>()?)`.
#[derive(Clone, Debug)]
pub struct McpGuard {
    own: Arc<Guarding>,
    /// Of every resource of the app, the first one's first.
    all: Arc<[Arc<Guarding>]>,
}

/// What guards one resource.
#[derive(Debug)]
pub(crate) struct Guarding {
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
    /// What tokens for the resource can have.
    pub(crate) offered: Scope,
    /// Which scopes allow what others do.
    pub(crate) hierarchy: ScopeHierarchy,
    /// Whether a challenge names what was granted too.
    pub(crate) repeats_granted: bool,
    pub(crate) hosts: HostRule,
    pub(crate) origins: OriginRule,
    /// Those that count where no token does.
    pub(crate) anonymous_origins: OriginRule,
    /// What each tool needs besides, where the app says.
    pub(crate) tools: Option<Arc<ToolScopes>>,
}

/// A guard cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// The scope is malformed.
    #[error("the scope {0:?} is malformed")]
    Scope(String),
    /// The challenge does not fit into a header.
    #[error(transparent)]
    Guard(#[from] InvalidGuard),
    /// A tool needs a scope that nobody can be granted for this resource.
    #[error("the tool {tool:?} needs the scope {scope:?}, which the provider does not offer for this resource")]
    NotOffered {
        /// The tool.
        tool: String,
        /// The scope.
        scope: String,
    },
    /// There is no such MCP endpoint.
    #[error("{0:?} is none of the MCP endpoints, which `Mcp::resource` and `Mcp::resource_at` name")]
    NoResource(String),
}

impl Guarding {
    pub(crate) fn new(verifier: InProcess, resource_metadata: Url, rules: Rules) -> Result<Self, InvalidGuard> {
        let token = RequireToken::builder(verifier.clone(), resource_metadata.clone())
            .scope(rules.scope.clone())
            .hierarchy(rules.hierarchy.clone())
            .challenge_repeats_granted(rules.repeats_granted)
            .dpop(verifier.provider.clone(), &verifier.resource)
            .require_dpop(verifier.require_dpop)
            .build()?;
        Ok(Self { verifier, resource_metadata, token, rules })
    }
}

impl McpGuard {
    /// The guard of the first of these, which knows the others; none of none.
    pub(crate) fn of_all(all: Vec<Guarding>) -> Option<Self> {
        let all: Arc<[Arc<Guarding>]> = all.into_iter().map(Arc::new).collect();
        Some(Self { own: Arc::clone(all.first()?), all })
    }

    /// Those of every resource, the first one's first.
    pub(crate) fn each(&self) -> impl Iterator<Item = Self> {
        self.all.iter().map(|own| Self { own: Arc::clone(own), all: Arc::clone(&self.all) })
    }

    fn with(&self, rules: Rules) -> Result<Self, GuardError> {
        let own = Guarding::new(self.own.verifier.clone(), self.own.resource_metadata.clone(), rules)?;
        Ok(Self { own: Arc::new(own), all: Arc::clone(&self.all) })
    }

    /// The guard of another MCP endpoint of the app, as [`Mcp::resource_at`](crate::Mcp::resource_at) names it.
    ///
    /// # Errors
    /// [`GuardError::NoResource`] when there is no such endpoint.
    pub fn of(&self, resource: &str) -> Result<Self, GuardError> {
        let wanted = self.provider().resource(resource);
        let found = self.each().find(|guard| Some(guard.resource()) == wanted);
        found.ok_or_else(|| GuardError::NoResource(resource.to_owned()))
    }

    /// A guard of the same resource that needs more scope: for a second endpoint. No tool is for everybody there.
    ///
    /// # Errors
    /// [`GuardError`] when the scope is malformed.
    pub fn requiring(&self, scope: &str) -> Result<Self, GuardError> {
        let more = Scope::parse(scope).map_err(|_| GuardError::Scope(scope.to_owned()))?;
        let rules = self.rules().clone();
        let tools = rules.tools.map(|tools| Arc::new(tools.for_nobody_without_a_token()));
        self.with(Rules { scope: rules.scope.union(&more), tools, ..rules })
    }

    /// A guard of the same resource that also judges which tool is called: a call of one whose scope the token lacks
    /// is answered with a challenge, before it reaches the server, whatever that is made with.
    ///
    /// # Errors
    /// [`GuardError`] when a scope is malformed, or not offered for this resource.
    pub fn tools(&self, tools: ToolScopes) -> Result<Self, GuardError> {
        let tools = tools.offered_by(&self.rules().offered)?;
        self.with(Rules { tools: Some(Arc::new(tools)), ..self.rules().clone() })
    }

    /// The rules for tools, where there are some, and the scope that every request needs.
    pub(crate) fn rules(&self) -> &Rules {
        &self.own.rules
    }

    /// The session of a request that is not behind the guard; none without a valid token for this
    /// resource. The caller must answer 401 then.
    ///
    /// # Errors
    /// [`Denial::Unavailable`] when nobody can say.
    #[tracing::instrument(skip_all, fields(client.id, grant.id, user.id))]
    pub async fn session(&self, request: &Parts) -> Result<Option<McpSession>, Denial> {
        match self.own.token.verify(request).await {
            Ok(token) => Ok(Some(self.session_of(token))),
            Err(unavailable @ Denial::Unavailable(_)) => Err(unavailable),
            Err(Denial::NoToken | Denial::Malformed(_) | Denial::Invalid(_) | Denial::Proof(_) | Denial::Scope) => {
                Ok(None)
            }
        }
    }

    /// The identifier of the resource, as clients must name it.
    pub fn resource(&self) -> &Resource {
        &self.own.verifier.resource
    }

    fn session_of(&self, token: VerifiedToken) -> McpSession {
        McpSession::new(token, self.resource().as_str(), &self.rules().hierarchy)
    }

    pub(crate) fn provider(&self) -> &Provider {
        &self.own.verifier.provider
    }

    /// Where the resource is described.
    pub(crate) fn resource_metadata(&self) -> &Url {
        &self.own.resource_metadata
    }

    /// The answer to a call that needs more scope than its token has, from inside a route.
    pub fn insufficient_scope(&self, required: &Scope) -> Response {
        self.own.token.insufficient_scope(required)
    }

    /// The same for a caller whose session is at hand: with
    /// [`Mcp::challenge_repeats_granted`](crate::Mcp::challenge_repeats_granted) the challenge names what it has too.
    pub fn insufficient_scope_for(&self, required: &Scope, session: &McpSession) -> Response {
        self.own.token.insufficient_scope_for(required, &session.scopes)
    }

    /// The answer to a call without a token that needs one, from inside a route that lets anonymous callers in.
    pub fn no_token(&self, required: &Scope) -> Response {
        self.own.token.no_token(required)
    }
}

#[async_trait]
impl Gate for McpGuard {
    #[tracing::instrument(skip_all, fields(client.id, grant.id, user.id))]
    async fn admit(&self, request: &mut Parts) -> Result<(), Response> {
        self.rules().hosts.admit(request).await?;
        self.rules().origins.admit(request).await?;
        self.own.token.admit(request).await?;
        if let Some(token) = request.extensions.get::<VerifiedToken>().cloned() {
            request.extensions.insert(self.session_of(token));
        }
        Ok(())
    }
}

impl<S> Layer<S> for McpGuard {
    type Service = Cors<Guarded<Tooled<S>>>;

    fn layer(&self, inner: S) -> Self::Service {
        cors().layer(Guarded::new(Arc::new(Door::of(self.clone())), Tooled::new(self.clone(), inner)))
    }
}
