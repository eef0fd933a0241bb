//! What one client sends. The shape is documented in `interop/clients/README.md`.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The name of the client that the specification describes.
const SPECIFICATION: &str = "The specification";

/// One real client, as its sources describe it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The client, as people call it.
    pub name: String,
    /// The day until which sources were read, `YYYY-MM-DD`.
    pub as_of: String,
    /// Where it looks for documents; absent where it does as the specification says.
    pub discovery: Option<Fact<Discovery>>,
    /// Where it runs, as follows from where it comes back to.
    pub runs_as: Fact<RunsAs>,
    /// Ways of getting a `client_id`, the preferred first.
    pub registration: Fact<Vec<Registration>>,
    /// The URL that is its `client_id`; `{server_hash}` differs for each server.
    pub metadata_document: Option<Fact<String>>,
    /// Members of its dynamic registration that are known, without `redirect_uris`. RFC 7591 §2.
    pub registration_body: Option<Fact<Map<String, Value>>>,
    /// All it is known to use; `{port}` is any free port, `{id}` differs for each connection.
    pub redirect_uris: Fact<Vec<String>>,
    /// Methods of `token_endpoint_auth_method`, the preferred first.
    pub token_endpoint_auth: Option<Fact<Vec<String>>>,
    /// What it asks for.
    pub scope: Option<Fact<ScopeUse>>,
    /// That it sends `resource`, and which. RFC 8707 §2.
    pub resource: Option<Fact<ResourceUse>>,
    /// What it does with refresh tokens.
    pub refresh: Option<Fact<Vec<RefreshHabit>>>,
    /// What it refuses a server for.
    pub checks: Option<Fact<Vec<Check>>>,
    /// What has no member, one sentence each.
    #[serde(default)]
    pub notes: Vec<Fact<String>>,
}

impl Profile {
    /// The client that MCP 2026-07-28 describes: it makes every check, and knows every way to register.
    pub fn specification() -> Self {
        let sources = || vec!["MCP 2026-07-28, authorization".to_owned()];
        Self {
            name: SPECIFICATION.to_owned(),
            as_of: "2026-07-28".to_owned(),
            discovery: None,
            runs_as: Fact { value: RunsAs::Browser, evidence: Evidence::Primary, sources: sources() },
            registration: Fact { value: vec![Registration::Dynamic], evidence: Evidence::Primary, sources: sources() },
            metadata_document: None,
            registration_body: None,
            redirect_uris: Fact {
                value: vec!["http://127.0.0.1:{port}/callback".to_owned()],
                evidence: Evidence::Primary,
                sources: sources(),
            },
            token_endpoint_auth: None,
            scope: None,
            resource: None,
            refresh: None,
            checks: None,
            notes: Vec::new(),
        }
    }

    /// Whether it is the client that the specification describes.
    pub(crate) fn is_strict(&self) -> bool {
        self.name == SPECIFICATION
    }

    /// Whether it runs as a page of a browser.
    pub(crate) fn is_page(&self) -> bool {
        self.runs_as.value == RunsAs::Browser
    }

    /// Whether it is known to refuse a server for this.
    pub(crate) fn makes(&self, check: Check) -> bool {
        self.is_strict() || self.checks.as_ref().is_some_and(|checks| checks.value.contains(&check))
    }

    /// Whether it is known to do this with refresh tokens.
    pub(crate) fn has_habit(&self, habit: RefreshHabit) -> bool {
        self.refresh.as_ref().is_some_and(|refresh| refresh.value.contains(&habit))
    }

    /// Where it looks for the metadata of a resource. MCP authorization, discovery.
    pub(crate) fn resource_places(&self) -> Vec<ResourcePlace> {
        let known = self.discovery.as_ref().map(|fact| fact.value.resource_metadata.clone());
        known
            .filter(|places| !places.is_empty())
            .unwrap_or_else(|| vec![ResourcePlace::Challenge, ResourcePlace::Inserted, ResourcePlace::Root])
    }

    /// Where it looks for the metadata of an authorization server. MCP authorization, discovery.
    pub(crate) fn server_places(&self) -> Vec<ServerPlace> {
        let known = self.discovery.as_ref().map(|fact| fact.value.server_metadata.clone());
        known.filter(|places| !places.is_empty()).unwrap_or_else(|| {
            vec![ServerPlace::OauthInserted, ServerPlace::OpenidInserted, ServerPlace::OpenidAppended]
        })
    }
}

/// Something known, with how well and from where.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact<T> {
    /// What is known.
    pub value: T,
    /// How well.
    pub evidence: Evidence,
    /// Pages, notes, and threads as `owner/repository#number`.
    pub sources: Vec<String>,
}

/// How well a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Source text or the vendor's page, read.
    Primary,
    /// Somebody who quotes it, or a document fetched by somebody.
    Quoted,
    /// An access log or a maintainer's answer.
    Log,
    /// One report, not confirmed.
    Report,
    /// A source that carries no grade.
    Ungraded,
}

/// Where a client runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunsAs {
    /// On the person's machine.
    Native,
    /// On servers of its vendor.
    Hosted,
    /// As a page, which needs CORS.
    Browser,
}

/// Where a client looks for documents, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discovery {
    /// Places of the resource's metadata; empty where it does as the specification says.
    #[serde(default)]
    pub resource_metadata: Vec<ResourcePlace>,
    /// Places of the authorization server's metadata; empty where it does as the specification says.
    #[serde(default)]
    pub server_metadata: Vec<ServerPlace>,
}

/// A place of the metadata of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourcePlace {
    /// What the challenge names. RFC 9728 §5.1.
    Challenge,
    /// Before the path of the resource. RFC 9728 §3.1.
    Inserted,
    /// Below the path of the resource.
    Appended,
    /// At the root of the origin.
    Root,
}

/// A place of the metadata of an authorization server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerPlace {
    /// Before the path of the issuer. RFC 8414 §3.1.
    OauthInserted,
    /// The OpenID document, before the path of the issuer.
    OpenidInserted,
    /// The OpenID document, below the path of the issuer. OpenID Connect Discovery §4.
    OpenidAppended,
    /// At the root of the issuer's origin, whatever its path.
    OauthRoot,
    /// Before the path of the resource.
    OauthAtResource,
}

/// A way of getting a `client_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// The URL of a document is the `client_id`.
    MetadataDocument,
    /// RFC 7591.
    Dynamic,
    /// Made beforehand, and typed in.
    Preregistered,
}

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeUse {
    /// Where it takes scopes, the first that has some; empty where that is not known.
    pub from: Vec<ScopeFrom>,
    /// What it asks for besides, where the server has it.
    #[serde(default)]
    pub extra: Vec<String>,
    /// When it asks for `offline_access`; absent where that is not known.
    pub offline_access: Option<OfflineAccess>,
}

/// A place scopes are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeFrom {
    /// `scope` of the challenge. RFC 6750 §3.
    Challenge,
    /// `scopes_supported` of the resource. RFC 9728 §2.
    ResourceMetadata,
    /// `scopes_supported` of the authorization server. RFC 8414 §2.
    ServerMetadata,
    /// What the person configured.
    Configuration,
}

/// When a client asks for `offline_access`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfflineAccess {
    /// It may.
    Sometimes,
    /// Where the server has it among `scopes_supported`.
    WhenAdvertised,
    /// Even where the server does not advertise it.
    Always,
}

/// The form of `resource` that a client sends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceUse {
    /// Where it takes the identifier from; absent where that is not known.
    pub from: Option<ResourceFrom>,
    /// Whether a bare origin gets a `/`; absent where that is not known.
    pub root_slash: Option<bool>,
}

/// Where a client takes `resource` from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceFrom {
    /// `resource` of the metadata. RFC 9728 §2.
    ResourceMetadata,
    /// The URL the person configured.
    ServerUrl,
}

/// What a client does with a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshHabit {
    /// Several processes present it at once.
    Races,
    /// It presents an old one after days.
    ReplaysLate,
    /// It sends the scopes it was granted.
    RepeatsScope,
}

/// What a client refuses a server for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// `iss` of the answer is missing or another. RFC 9207 §2.4.
    Iss,
    /// `issuer` of the metadata is not the one asked for. RFC 8414 §3.3.
    Issuer,
    /// `resource` of the metadata is not the MCP server's. RFC 9728 §3.3.
    Resource,
    /// `S256` is not advertised. RFC 8414 §2, `code_challenge_methods_supported`.
    S256,
    /// The resource metadata is not of the origin of the MCP route.
    SameOrigin,
}
