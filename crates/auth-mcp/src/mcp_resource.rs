//! One MCP endpoint of an app: what it is called, and which scopes are its own.

use auth_core::is_plain_path;
use auth_oidc_provider::ResourceOption;
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use url::Url;

/// An MCP endpoint beside the first, with a guard and scopes of its own: see [`Mcp::resource_at`](crate::Mcp).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct McpResource {
    pub(crate) identifier: String,
    pub(crate) base_scope: Vec<String>,
    pub(crate) require_dpop: bool,
    /// All of its own, the base scope too, with what people read.
    scopes: Vec<(String, String)>,
}

impl McpResource {
    pub(crate) fn new(identifier: impl Into<String>) -> Self {
        Self { identifier: identifier.into(), base_scope: Vec::new(), require_dpop: false, scopes: Vec::new() }
    }

    /// Adds a scope every request to this endpoint needs; part of its default scope and of each of its challenges.
    /// Default none: any token for this endpoint is let in.
    #[must_use]
    pub fn base_scope(mut self, name: impl Into<String>, description: impl Into<String>) -> Self {
        let name = name.into();
        self.base_scope.push(name.clone());
        self.scope(name, description)
    }

    /// Adds a scope that tokens for this endpoint can have, with the words a person reads on the consent page.
    /// Default none but the base scope and those about the person.
    #[must_use]
    pub fn scope(mut self, name: impl Into<String>, description: impl Into<String>) -> Self {
        self.scopes.push((name.into(), description.into()));
        self
    }

    /// Whether this endpoint takes only tokens that are bound to a key of their client (RFC 9449). Default no.
    #[must_use]
    pub fn require_dpop(mut self, on: bool) -> Self {
        self.require_dpop = on;
        self
    }

    pub(crate) fn described_scopes(&self) -> impl Iterator<Item = (String, String)> + use<> {
        self.scopes.clone().into_iter()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn option(&self) -> ResourceOption {
        ResourceOption::new(self.identifier.clone()).base_scope(self.base_scope.clone()).require_dpop(self.require_dpop)
    }

    /// The scope every request needs; none where one is malformed, which is the provider's to say.
    pub(crate) fn needed(&self) -> Option<Scope> {
        Scope::from_tokens(self.base_scope.iter().map(String::as_str)).ok()
    }

    /// Whether a guard can be made of it. What is wrong otherwise is the provider's to say, once.
    pub(crate) fn is_sound(&self) -> bool {
        let below = |path: &str| format!("http://localhost{path}");
        let whole = if self.identifier.starts_with('/') { below(&self.identifier) } else { self.identifier.clone() };
        Resource::parse(&whole).is_ok() && self.needed().is_some()
    }

    /// Its path, where that is plain. One of another origin counts too: behind a proxy they may be one.
    pub(crate) fn plain_path(&self) -> Option<String> {
        let path = match Url::parse(&self.identifier) {
            Ok(url) => url.path().trim_end_matches('/').to_owned(),
            Err(_) => self.identifier.trim_end_matches('/').to_owned(),
        };
        is_plain_path(&path).then_some(path)
    }
}
