//! The guard of an MCP route: host, origin, token, scope, and CORS around all of it.

use std::sync::Arc;

use async_trait::async_trait;
use auth_oidc_provider::Provider;
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use auth_resource_server::{
    Denial, Gate, Guarded, HostRule, InvalidChallenge, OriginRule, RequireToken, VerifiedToken, cors,
};
use axum::response::Response;
use http::request::Parts;
use tower::Layer;
use tower_http::cors::Cors;
use url::Url;

use crate::session::McpSession;
use crate::verify::InProcess;

/// Lets MCP requests through that carry a token for this resource, and puts an [`McpSession`] into
/// their extensions. A tower layer: `.route_layer(auth.handle::<McpGuard>()?)`.
#[derive(Clone, Debug)]
pub struct McpGuard(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    verifier: InProcess,
    resource_metadata: Url,
    scope: Scope,
    token: RequireToken,
    hosts: HostRule,
    origins: OriginRule,
}

/// A guard cannot be made for a scope.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// The scope is malformed.
    #[error("the scope {0:?} is malformed")]
    Scope(String),
    /// The challenge does not fit into a header.
    #[error(transparent)]
    Challenge(#[from] InvalidChallenge),
}

impl McpGuard {
    pub(crate) fn new(
        verifier: InProcess,
        resource_metadata: Url,
        scope: Scope,
        hosts: HostRule,
        origins: OriginRule,
    ) -> Result<Self, InvalidChallenge> {
        let token = RequireToken::builder(verifier.clone(), resource_metadata.clone())
            .scope(scope.clone())
            .dpop(verifier.provider.clone(), &verifier.resource)
            .require_dpop(verifier.require_dpop)
            .build()?;
        Ok(Self(Arc::new(Inner { verifier, resource_metadata, scope, token, hosts, origins })))
    }

    /// A guard of the same resource that needs more scope: for a second endpoint.
    ///
    /// # Errors
    /// [`GuardError`] when the scope is malformed.
    pub fn requiring(&self, scope: &str) -> Result<Self, GuardError> {
        let more = Scope::parse(scope).map_err(|_| GuardError::Scope(scope.to_owned()))?;
        let inner = &self.0;
        Ok(Self::new(
            inner.verifier.clone(),
            inner.resource_metadata.clone(),
            inner.scope.union(&more),
            inner.hosts.clone(),
            inner.origins.clone(),
        )?)
    }

    /// The session of a request that is not behind the guard; none without a valid token for this
    /// resource. The caller must answer 401 then.
    ///
    /// # Errors
    /// [`Denial::Unavailable`] when nobody can say.
    #[tracing::instrument(skip_all, fields(client.id, grant.id, user.id))]
    pub async fn session(&self, request: &Parts) -> Result<Option<McpSession>, Denial> {
        match self.0.token.verify(request).await {
            Ok(token) => Ok(Some(McpSession::new(token, self.resource().as_str()))),
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
        self.0.hosts.admit(request).await?;
        self.0.origins.admit(request).await?;
        self.0.token.admit(request).await?;
        if let Some(token) = request.extensions.get::<VerifiedToken>().cloned() {
            request.extensions.insert(McpSession::new(token, self.resource().as_str()));
        }
        Ok(())
    }
}

impl<S> Layer<S> for McpGuard {
    type Service = Cors<Guarded<S>>;

    fn layer(&self, inner: S) -> Self::Service {
        cors().layer(Guarded::new(Arc::new(self.clone()), inner))
    }
}
