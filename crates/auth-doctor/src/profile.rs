//! What one client sends. The shape is documented in `interop/clients/README.md`.

use serde::Deserialize;
use serde_json::{Map, Value};

/// One real client, as its sources describe it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The client, as people call it.
    pub name: String,
    /// The day until which sources were read, `YYYY-MM-DD`.
    pub as_of: String,
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
