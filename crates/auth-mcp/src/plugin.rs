//! MCP as a plugin: the provider with MCP defaults, metadata and a guard.

use std::fmt;

use auth_core::{Access, AuthContext, Contributions, Mount, Plugin, PluginId, RateLimit, route_at};
use auth_oidc_provider::{Document, OidcProvider, Provider, ResourceOption};
use auth_protocol::dpop::PROOF_ALGORITHMS;
use auth_protocol::metadata::{ProtectedResourceMetadata, WellKnown, well_known_path};
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use auth_resource_server::{HostRule, OriginRule};
use url::{Host, Url};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::config::Mcp;
use crate::guard::{McpGuard, Rules};
use crate::http;
use crate::verify::InProcess;

/// The name of the plugin.
pub const MCP: PluginId = "mcp";

impl Mcp {
    /// The provider with the MCP endpoint among its resources.
    fn inner(&self) -> OidcProvider {
        let endpoint = ResourceOption::new(self.resource.clone()).base_scope(self.base_scope.clone());
        self.provider.clone().protected_resource(endpoint.require_dpop(self.require_dpop))
    }
}

impl Mcp {
    /// Whether a guard can be made of the options, and with it the routes that need one. What is wrong
    /// with them otherwise is the provider's to say, once.
    fn has_guard(&self) -> bool {
        let below = |path: &str| format!("http://localhost{path}");
        let resource = if self.resource.starts_with('/') { below(&self.resource) } else { self.resource.clone() };
        Resource::parse(&resource).is_ok() && Scope::from_tokens(self.base_scope.iter().map(String::as_str)).is_ok()
    }
}

impl Plugin for Mcp {
    fn id(&self) -> PluginId {
        MCP
    }

    fn contribute(&self, to: &mut Contributions) {
        to.include(&self.inner());
        to.about("The MCP endpoint as a protected resource, and the session behind an access token.");
        if self.has_guard() {
            to.access("/mcp/get-session", Access::Public);
            to.rate_limit(RateLimit::new("/mcp/get-session", 60, 1200));
        }
        for host in &self.allowed_hosts {
            if Host::parse(host).is_err() {
                let right = "use a host such as \"mcp.example.com\", without port";
                to.refuse("allowed_host", format_args!("{host:?}"), right);
            }
        }
        if let Some(scope) = self.hierarchy.cycle() {
            let right = "let a scope imply narrower ones only, and none of them itself";
            to.refuse("scope_implies", format_args!("{scope:?}"), right);
        }
        if self.base_scope.is_empty() {
            tracing::debug!("no base scope: any token for the MCP endpoint is let in");
        }
    }

    fn mount(&self, cx: &AuthContext) -> Mount {
        let inner = self.inner();
        let provider = inner.open(cx);
        let mount = Mount::of(self.id()).include(inner.mount_as(&provider));
        let mut unknown = self.hierarchy.names().filter(|scope| !provider.scopes().contains(scope));
        if let Some(scope) = unknown.next() {
            let right = "name scopes that the provider offers";
            return mount.refuse("scope_implies", format!("{scope:?}"), right);
        }
        match self.parts(cx, &provider) {
            Ok((document, guard, path)) => routes(mount, document, guard, &path),
            // The provider has said what is wrong with the resource or its scope.
            Err(Trouble::Told) => mount,
            Err(Trouble::Other(message)) => mount.complain(message),
        }
    }
}

/// Why the guard cannot be made.
enum Trouble {
    Told,
    Other(String),
}

impl<E: fmt::Display> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Other(error.to_string())
    }
}

impl Mcp {
    /// The metadata document, the guard, and the path under which the document is found.
    fn parts(&self, cx: &AuthContext, provider: &Provider) -> Result<(Document, McpGuard, String), Trouble> {
        let Some(resource) = provider.resource(&self.resource).cloned() else { return Err(Trouble::Told) };
        let url = Url::parse(resource.as_str())?;
        let path = well_known_path(WellKnown::OAuthProtectedResource, url.path());
        let metadata_url = url.join(&path)?;
        let Ok(base_scope) = Scope::from_tokens(self.base_scope.iter().map(String::as_str)) else {
            return Err(Trouble::Told);
        };
        let metadata = ProtectedResourceMetadata {
            dpop_signing_alg_values_supported: PROOF_ALGORITHMS.map(str::to_owned).to_vec(),
            dpop_bound_access_tokens_required: self.require_dpop,
            ..ProtectedResourceMetadata::new(resource.clone(), provider.issuer(), &base_scope)
        };
        let document = Document::of(&metadata)?;
        let hosts = self
            .allowed_hosts
            .iter()
            .filter_map(|host| Host::parse(host).ok())
            .fold(HostRule::for_base(cx.config().base_url()), HostRule::allow);
        let hosts = match url.host() {
            Some(host) => hosts.allow(host.to_owned()),
            None => hosts,
        };
        let origins = match &self.allowed_origins {
            Some(origins) => OriginRule::Listed(origins.clone()),
            None => OriginRule::for_base(cx.config().base_url()),
        };
        let verifier = InProcess { provider: provider.clone(), resource, require_dpop: self.require_dpop };
        let rules = Rules { scope: base_scope, hierarchy: self.hierarchy.clone(), hosts, origins, tools: None };
        let guard = McpGuard::new(verifier, metadata_url, rules)?;
        Ok((document, guard, path))
    }
}

/// The document answers where the challenge points, at the root, and below the base path.
fn routes(mount: Mount, document: Document, guard: McpGuard, path: &str) -> Mount {
    let root = WellKnown::OAuthProtectedResource.root_path();
    let origin = OpenApiRouter::new().routes(routes!(http::resource_metadata));
    let origin = if path == root { origin } else { origin.routes(route_at(path, routes!(http::resource_metadata))) };
    let below = OpenApiRouter::new().routes(routes!(http::resource_metadata)).with_state(document.clone());
    let session = OpenApiRouter::new().routes(routes!(http::get_session)).with_state(guard.clone());
    mount.origin(origin.with_state(document)).base(below).base(session).expose(guard)
}
