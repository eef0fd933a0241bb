//! MCP as a plugin: the provider with MCP defaults, metadata and a guard.

use std::fmt;

use auth_core::{Access, AuthContext, Contributions, Mount, Plugin, PluginId, RateLimit, route_at};
use auth_oidc_provider::{Document, OidcProvider, Provider};
use auth_protocol::dpop::PROOF_ALGORITHMS;
use auth_protocol::metadata::{ProtectedResourceMetadata, WellKnown, appended_well_known_path, well_known_path};
use auth_protocol::scope::Scope;
use auth_resource_server::{HostRule, OriginRule};
use url::{Host, Url};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::config::Mcp;
use crate::guard::{Guarding, McpGuard, Rules};
use crate::http;
use crate::mcp_resource::McpResource;
use crate::verify::InProcess;

/// The name of the plugin.
pub const MCP: PluginId = "mcp";
/// The document of a resource.
const KIND: WellKnown = WellKnown::OAuthProtectedResource;

impl Mcp {
    /// The provider with the MCP endpoints among its resources.
    fn inner(&self) -> OidcProvider {
        self.resources().fold(self.provider.clone(), |provider, resource| {
            let option = resource.option();
            provider.protected_resource(match self.bounds_of(resource) {
                Some(names) => option.allowed_scopes(names),
                None => option,
            })
        })
    }

    fn resources(&self) -> impl Iterator<Item = &McpResource> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The only scopes that tokens for an endpoint can have; none means all. With several endpoints, no token has a
    /// scope that is another's alone.
    fn bounds_of<'a>(&'a self, resource: &'a McpResource) -> Option<Vec<&'a str>> {
        if self.others.is_empty() {
            return None;
        }
        if !std::ptr::eq(resource, &raw const self.first) {
            return Some(resource.names().collect());
        }
        let is_others = |name: &str| self.others.iter().any(|other| other.names().any(|theirs| theirs == name));
        let is_own = |name: &str| resource.names().any(|own| own == name) || !is_others(name);
        Some(self.provider.scope_names().filter(|name| is_own(name)).collect())
    }

    /// Whether guards can be made of the options, and with them the routes that need one.
    fn has_guard(&self) -> bool {
        self.resources().all(McpResource::is_sound)
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
            for path in self.resources().filter_map(McpResource::plain_path) {
                to.alias(appended_well_known_path(KIND, &path), KIND.root_path());
            }
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
        for resource in self.resources().filter(|resource| resource.base_scope.is_empty()) {
            tracing::debug!(resource = resource.identifier, "no base scope: any token for this endpoint is let in");
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
        let mut described: Vec<Described> = Vec::new();
        let mut guarding = Vec::new();
        for resource in self.resources() {
            match self.parts(resource, cx, &provider) {
                Ok((it, _)) if described.iter().any(|other| other.shares_a_place(&it)) => {
                    let right = "give each endpoint a path of its own; the one at the root comes first";
                    return mount.refuse("resource_at", format!("{:?}", resource.identifier), right);
                }
                Ok((it, guard)) => {
                    described.push(if described.is_empty() { it.at_the_root_too() } else { it });
                    guarding.push(guard);
                }
                // The provider has said what is wrong with the resource or its scope.
                Err(Trouble::Told) => return mount,
                Err(Trouble::Other(message)) => return mount.complain(message),
            }
        }
        match McpGuard::of_all(guarding) {
            Some(guard) => routes(mount, described, guard),
            None => mount,
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

/// The document of an endpoint, and the paths at the origin under which it is found.
struct Described {
    document: Document,
    places: Vec<String>,
}

impl Described {
    fn shares_a_place(&self, other: &Self) -> bool {
        self.places.iter().any(|place| other.places.contains(place))
    }

    /// The root is that of the first endpoint: there nobody could say which one is meant.
    fn at_the_root_too(mut self) -> Self {
        let root = KIND.root_path().to_owned();
        if !self.places.contains(&root) {
            self.places.push(root);
        }
        self
    }
}

impl Mcp {
    /// The document of an endpoint with its places, and what its guard is made of.
    fn parts(
        &self,
        resource: &McpResource,
        cx: &AuthContext,
        provider: &Provider,
    ) -> Result<(Described, Guarding), Trouble> {
        let Some(needed) = resource.needed() else { return Err(Trouble::Told) };
        let Some(known) = provider.resource(&resource.identifier).cloned() else { return Err(Trouble::Told) };
        let url = Url::parse(known.as_str())?;
        let inserted = well_known_path(KIND, url.path());
        let resource_metadata = url.join(&inserted)?;
        let metadata = ProtectedResourceMetadata {
            dpop_signing_alg_values_supported: PROOF_ALGORITHMS.map(str::to_owned).to_vec(),
            dpop_bound_access_tokens_required: resource.require_dpop,
            ..ProtectedResourceMetadata::new(known.clone(), provider.issuer(), &needed)
        };
        let document = Document::of(&metadata)?;
        // Below the base path it is there anyway.
        let below = appended_well_known_path(KIND, cx.config().base_path());
        let appended = resource.plain_path().map(|path| appended_well_known_path(KIND, &path));
        let places = std::iter::once(inserted).chain(appended.filter(|place| *place != below)).collect();
        let verifier = InProcess { provider: provider.clone(), resource: known, require_dpop: resource.require_dpop };
        let rules = Rules {
            scope: needed,
            offered: match self.bounds_of(resource) {
                Some(names) => Scope::from_tokens(names).unwrap_or_default(),
                None => provider.scopes().clone(),
            },
            hierarchy: self.hierarchy.clone(),
            repeats_granted: self.challenge_repeats_granted,
            hosts: self.hosts(cx, &url),
            origins: self.origins(cx),
            anonymous_origins: self.origins_without_a_token(cx, &url),
            tools: None,
        };
        Ok((Described { document, places }, Guarding::new(verifier, resource_metadata, rules)?))
    }

    fn hosts(&self, cx: &AuthContext, resource: &Url) -> HostRule {
        let listed = self.allowed_hosts.iter().filter_map(|host| Host::parse(host).ok());
        let own = resource.host().map(|host| host.to_owned());
        listed.chain(own).fold(HostRule::for_base(cx.config().base_url()), HostRule::allow)
    }

    fn origins(&self, cx: &AuthContext) -> OriginRule {
        match &self.allowed_origins {
            Some(origins) => OriginRule::Listed(origins.clone()),
            None => OriginRule::for_base(cx.config().base_url()),
        }
    }

    /// A bearer token has to be held by the page itself; without one, whoever's network lets the browser in would
    /// be enough.
    fn origins_without_a_token(&self, cx: &AuthContext, resource: &Url) -> OriginRule {
        let listed = match self.origins(cx) {
            OriginRule::Loopback => return OriginRule::Loopback,
            OriginRule::Any => Vec::new(),
            OriginRule::Listed(origins) => origins,
        };
        let own = [cx.config().origin(), resource.origin().ascii_serialization()];
        OriginRule::Listed([&own[..], &listed, &self.anonymous_origins].concat())
    }
}

/// Each document answers where its challenge points and below its endpoint; that of the first at the root and below
/// the base path too.
fn routes(mount: Mount, described: Vec<Described>, guard: McpGuard) -> Mount {
    let first = described.first().map(|first| first.document.clone());
    let mount = described.into_iter().fold(mount, |mount, Described { document, places }| {
        let router = places.iter().fold(OpenApiRouter::new(), |router, place| {
            router.routes(route_at(place, routes!(http::resource_metadata)))
        });
        mount.origin(router.with_state(document))
    });
    let mount = first.into_iter().fold(mount, |mount, document| {
        mount.base(OpenApiRouter::new().routes(routes!(http::resource_metadata)).with_state(document))
    });
    let session = OpenApiRouter::new().routes(routes!(http::get_session)).with_state(guard.clone());
    mount.base(session).expose(guard)
}
