//! What operators send and are told.

use utoipa::ToSchema;

use super::{Client, ClientMetadata};

/// What a client is to be: its metadata as at registration, and what only an operator gives. Unknown members are
/// ignored.
#[derive(ToSchema)]
#[schema(as = oidc::WantedClient)]
pub(crate) struct WantedClient {
    #[serde(flatten)]
    metadata: ClientMetadata,
    /// What it may do for itself, separated by blanks (RFC 6749 §4.4).
    #[schema(example = "notes:write")]
    own_scope: Option<String>,
    /// The resources it serves: about access tokens for these it may ask (RFC 7662).
    #[schema(example = json!(["https://files.example.com"]))]
    introspects: Option<Vec<String>>,
    /// Whether nobody is asked for consent.
    skip_consent: Option<bool>,
    /// Whether it can do nothing, and its tokens are worth nothing.
    disabled: Option<bool>,
    /// Its owner.
    #[schema(example = "0192f0c1-7a4e-7cc3-9c2b-5d1c0e6f8a21")]
    user_id: Option<String>,
}

/// A client as those who manage it see it.
#[derive(ToSchema)]
#[schema(as = oidc::ManagedClient)]
pub(crate) struct ManagedClient {
    #[serde(flatten)]
    client: Client,
    /// What it may do for itself.
    #[schema(example = "notes:write")]
    own_scope: Option<String>,
    /// The resources it serves.
    #[schema(example = json!(["https://files.example.com"]))]
    introspects: Option<Vec<String>>,
    /// Whether nobody is asked for consent.
    skip_consent: bool,
    /// Whether it can do nothing.
    disabled: bool,
    /// Whether it is declared in code.
    declared: bool,
    /// Its owner.
    #[schema(example = "0192f0c1-7a4e-7cc3-9c2b-5d1c0e6f8a21")]
    user_id: Option<String>,
    /// When it last changed, in seconds since the Unix epoch.
    #[schema(example = 1_768_478_400)]
    updated_at: i64,
}

/// What a resource is to be.
#[derive(ToSchema)]
#[schema(as = oidc::WantedResource)]
pub(crate) struct WantedResource {
    /// The scope a client needs to do anything there, separated by blanks.
    #[schema(example = "files:read")]
    base_scope: Option<String>,
    /// The only scopes of a token for it, besides its base scope and those about the person.
    #[schema(example = "files:write")]
    allowed_scopes: Option<String>,
    /// `opaque` or `jwt`.
    #[schema(example = "jwt")]
    access_token_format: Option<String>,
    /// Seconds its access tokens live: 1 to 86 400.
    #[schema(example = 600)]
    access_token_expires_in: Option<u64>,
    /// Claims that stand in each of its access tokens that is a JWT: an object.
    claims: Option<serde_json::Value>,
    /// Whether its access tokens have to be bound to a key (RFC 9449).
    dpop_bound_access_tokens_required: Option<bool>,
    /// Whether no token is issued for it.
    disabled: Option<bool>,
}

/// A resource that is to be made.
#[derive(ToSchema)]
#[schema(as = oidc::NewResource)]
pub(crate) struct NewResource {
    /// What clients call it: an http or https URL without fragment.
    #[schema(example = "https://files.example.com")]
    identifier: String,
    #[serde(flatten)]
    wanted: WantedResource,
}
