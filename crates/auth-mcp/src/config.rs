//! The options of the MCP plugin.

use auth_oidc_provider::{OidcProvider, RefreshPolicy};
use auth_protocol::scope_hierarchy::ScopeHierarchy;

use crate::client_registration::ClientRegistration;
use crate::mcp_resource::McpResource;

/// The second names the routes of the first MCP plugin had.
const ALIASES: [(&str, &str); 5] = [
    ("/mcp/authorize", "/oauth2/authorize"),
    ("/mcp/token", "/oauth2/token"),
    ("/mcp/register", "/oauth2/register"),
    ("/mcp/userinfo", "/oauth2/userinfo"),
    ("/mcp/jwks", "/jwks"),
];

/// Makes an app an OAuth provider for MCP clients, and guards its MCP route.
#[derive(Clone, Debug)]
pub struct Mcp {
    pub(crate) provider: OidcProvider,
    pub(crate) first: McpResource,
    pub(crate) others: Vec<McpResource>,
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) allowed_origins: Option<Vec<String>>,
    pub(crate) anonymous_origins: Vec<String>,
    pub(crate) challenge_repeats_granted: bool,
    pub(crate) hierarchy: ScopeHierarchy,
}

impl Default for Mcp {
    fn default() -> Self {
        Self::new()
    }
}

impl Mcp {
    /// The defaults for MCP: clients are known by their metadata documents or register themselves, every client that registered for refresh
    /// tokens gets one, and a refresh repeated within 30 seconds gets the same answer.
    pub fn new() -> Self {
        let provider = OidcProvider::new("/sign-in").refresh_policy(RefreshPolicy::RegisteredGrant).replay_window(30);
        let provider = ALIASES.iter().fold(provider, |provider, (alias, of)| provider.alias(alias, of));
        let mcp = Self {
            provider,
            first: McpResource::new("/mcp"),
            others: Vec::new(),
            allowed_hosts: Vec::new(),
            allowed_origins: None,
            anonymous_origins: Vec::new(),
            challenge_repeats_granted: false,
            hierarchy: ScopeHierarchy::default(),
        };
        mcp.client_registration(ClientRegistration::default())
    }

    /// The page where people sign in. Default `/sign-in`.
    #[must_use]
    pub fn login_page(mut self, path: impl Into<String>) -> Self {
        self.provider = self.provider.login_page(path);
        self
    }

    /// The page where people consent. Default `/consent`, the built-in one.
    #[must_use]
    pub fn consent_page(mut self, path: impl Into<String>) -> Self {
        self.provider = self.provider.consent_page(path);
        self
    }

    /// The MCP endpoint: a path below the origin, or the whole URL clients connect to. Default `/mcp`.
    #[must_use]
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.first.identifier = resource.into();
        self
    }

    /// Adds another MCP endpoint, with a guard, a description and scopes of its own:
    /// `resource_at("/admin/mcp", |admin| admin.base_scope("admin:tools", "Administer this server"))`. Default none.
    ///
    /// A token for one is refused at the others. With several, a client that names no resource gets a token for none
    /// of them. Its guard is `guard.of("/admin/mcp")?`.
    #[must_use]
    pub fn resource_at(
        mut self,
        resource: impl Into<String>,
        options: impl FnOnce(McpResource) -> McpResource,
    ) -> Self {
        let resource = options(McpResource::new(resource));
        let scopes = resource.described_scopes();
        self.provider = scopes.fold(self.provider, |provider, (name, words)| provider.scope(name, words));
        self.others.push(resource);
        self
    }

    /// Adds a scope every request to the MCP endpoint needs; part of the default scope and of every
    /// challenge. Default none: any token for the endpoint is let in.
    #[must_use]
    pub fn base_scope(mut self, name: impl Into<String>, description: impl Into<String>) -> Self {
        let (name, description) = (name.into(), description.into());
        self.provider = self.provider.scope(name.clone(), description.clone());
        self.first = self.first.base_scope(name, description);
        self
    }

    /// Adds a scope clients can ask for, with the words a person reads on the consent page. Default
    /// the provider's `openid`, `profile`, `email` and `offline_access`.
    #[must_use]
    pub fn scope(mut self, name: impl Into<String>, description: impl Into<String>) -> Self {
        let (name, description) = (name.into(), description.into());
        self.provider = self.provider.scope(name.clone(), description.clone());
        self.first = self.first.scope(name, description);
        self
    }

    /// Says that a scope allows what others do, so that a token with the broader one is let in where a narrower one
    /// is needed: `scope_implies("notes:write", ["notes:read"])`. Default none does.
    #[must_use]
    pub fn scope_implies<S: Into<String>>(
        mut self,
        broader: impl Into<String>,
        narrower: impl IntoIterator<Item = S>,
    ) -> Self {
        self.hierarchy = self.hierarchy.implies(broader, narrower);
        self
    }

    /// Sets options of the provider: `.provider(|p| p.code_expires_in(90))`.
    #[must_use]
    pub fn provider(mut self, options: impl FnOnce(OidcProvider) -> OidcProvider) -> Self {
        self.provider = options(self.provider);
        self
    }

    /// Whether the MCP endpoint takes only tokens that are bound to a key of their client, so that a
    /// stolen one is worth nothing (RFC 9449). Default no: clients that can, bind them.
    #[must_use]
    pub fn require_dpop(mut self, on: bool) -> Self {
        self.first = self.first.require_dpop(on);
        self
    }

    /// Whether the challenge to a token that lacks scope repeats what it has, for clients of MCP 2025-11-25 that ask
    /// for just what a challenge names. Default no: newer ones add it by themselves.
    #[must_use]
    pub fn challenge_repeats_granted(mut self, on: bool) -> Self {
        self.challenge_repeats_granted = on;
        self
    }

    /// Another host the MCP route answers to, without port. Default only the one of the base URL, and
    /// on this machine its other names.
    #[must_use]
    pub fn allowed_host(mut self, host: impl Into<String>) -> Self {
        self.allowed_hosts.push(host.into());
        self
    }

    /// The only origins whose browser pages may call the MCP route. Default: on this machine pages
    /// of this machine, elsewhere all, since only a bearer token counts there.
    #[must_use]
    pub fn allowed_origins<S: Into<String>>(mut self, origins: impl IntoIterator<Item = S>) -> Self {
        self.allowed_origins = Some(origins.into_iter().map(Into::into).collect());
        self
    }

    /// Further origins whose browser pages may call tools without a token, where some are anonymous. Default: on this
    /// machine pages of this machine, elsewhere those of the base URL, the endpoint and [`Mcp::allowed_origins`]. Any
    /// other page could make a browser call them that is let in by its network.
    #[must_use]
    pub fn anonymous_origins<S: Into<String>>(mut self, origins: impl IntoIterator<Item = S>) -> Self {
        self.anonymous_origins = origins.into_iter().map(Into::into).collect();
        self
    }
}
