//! Registration of clients.

use utoipa::ToSchema;

/// Client metadata (RFC 7591 §2). Unknown members are ignored.
#[derive(ToSchema)]
#[schema(as = oidc::ClientMetadata)]
pub(crate) struct ClientMetadata {
    /// Where answers may be sent: https, http on this machine, or an allowed private-use URI.
    #[schema(example = json!(["http://127.0.0.1/callback"]))]
    redirect_uris: Vec<String>,
    /// The name people see.
    #[schema(example = "Notes for the desk")]
    client_name: Option<String>,
    /// `none`, `client_secret_basic`, `client_secret_post` or `private_key_jwt`; absent means `none`.
    #[schema(example = "none")]
    token_endpoint_auth_method: Option<String>,
    /// Whether its authorization requests have to be pushed (RFC 9126 §6).
    require_pushed_authorization_requests: Option<bool>,
    /// Whether all its access tokens have to be bound to a key (RFC 9449 §5.2).
    dpop_bound_access_tokens: Option<bool>,
    /// The client's public keys, with `private_key_jwt`: a JWK set.
    jwks: Option<serde_json::Value>,
    /// Where those keys are instead: an https URL.
    #[schema(example = "https://notes.example.com/jwks.json")]
    jwks_uri: Option<String>,
    /// `authorization_code`, `refresh_token`.
    #[schema(example = json!(["authorization_code", "refresh_token"]))]
    grant_types: Option<Vec<String>>,
    /// `code`.
    #[schema(example = json!(["code"]))]
    response_types: Option<Vec<String>>,
    /// What the client means to ask for.
    #[schema(example = "openid offline_access")]
    scope: Option<String>,
    /// `web` or `native`; absent is inferred from the redirect URIs.
    #[schema(example = "native")]
    application_type: Option<String>,
    /// `ES256`, `RS256` or `EdDSA`.
    #[schema(example = "ES256")]
    id_token_signed_response_alg: Option<String>,
    /// The same, for userinfo; absent means plain JSON.
    #[schema(example = "ES256")]
    userinfo_signed_response_alg: Option<String>,
    /// The same, for introspection answers that are asked for as a JWT (RFC 9701); absent means `ES256`.
    #[schema(example = "ES256")]
    introspection_signed_response_alg: Option<String>,
    /// `public`, or `pairwise`: people have names then that only clients of one sector know (OpenID Connect
    /// Core §8). Absent means `public`.
    #[schema(example = "pairwise")]
    subject_type: Option<String>,
    /// Where the redirect URIs of a sector are listed: an https URL, for a pairwise client with several hosts.
    #[schema(example = "https://notes.example.com/redirects.json")]
    sector_identifier_uri: Option<String>,
    /// Where people may be sent after signing out.
    #[schema(example = json!(["http://127.0.0.1/signed-out"]))]
    post_logout_redirect_uris: Option<Vec<String>>,
    /// The client's home page.
    #[schema(example = "https://notes.example.com")]
    client_uri: Option<String>,
    /// The client's logo; never loaded.
    logo_uri: Option<String>,
    /// The client's terms of service.
    tos_uri: Option<String>,
    /// The client's privacy policy.
    policy_uri: Option<String>,
    /// Who is responsible for the client.
    contacts: Option<Vec<String>>,
    /// The software, whatever its version.
    software_id: Option<String>,
    /// The version of the software.
    software_version: Option<String>,
}

/// A registered client: what was stored.
#[derive(ToSchema)]
#[schema(as = oidc::Client)]
pub(crate) struct Client {
    /// The client's public name in the protocol.
    #[schema(example = "Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e")]
    client_id: String,
    /// When it was registered, in seconds since the Unix epoch.
    #[schema(example = 1_768_478_400)]
    client_id_issued_at: i64,
    /// The secret, of a confidential client; shown once.
    client_secret: Option<String>,
    /// The token by which the client manages its registration; shown once (RFC 7592 §3).
    registration_access_token: Option<String>,
    /// Where it does that.
    #[schema(example = "https://auth.example.com/api/auth/oauth2/register/Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e")]
    registration_client_uri: Option<String>,
    /// 0: the secret does not expire.
    client_secret_expires_at: Option<i64>,
    /// The redirect URIs that were acceptable.
    #[schema(example = json!(["http://127.0.0.1/callback"]))]
    redirect_uris: Vec<String>,
    /// How the client authenticates.
    #[schema(example = "none")]
    token_endpoint_auth_method: String,
    /// Whether its authorization requests have to be pushed.
    require_pushed_authorization_requests: Option<bool>,
    /// Whether all its access tokens have to be bound to a key.
    dpop_bound_access_tokens: Option<bool>,
    /// The client's public keys.
    jwks: Option<serde_json::Value>,
    /// Where those keys are instead.
    jwks_uri: Option<String>,
    /// The grants it may use.
    #[schema(example = json!(["authorization_code", "refresh_token"]))]
    grant_types: Vec<String>,
    /// Always `code`.
    #[schema(example = json!(["code"]))]
    response_types: Vec<String>,
    /// The name people see.
    #[schema(example = "Notes for the desk")]
    client_name: String,
    /// The known scopes it named.
    #[schema(example = "openid offline_access")]
    scope: Option<String>,
    /// `web` or `native`.
    #[schema(example = "native")]
    application_type: Option<String>,
    /// How its ID tokens are signed; absent where it named nothing and has registered scope without `openid`.
    #[schema(example = "ES256")]
    id_token_signed_response_alg: Option<String>,
    /// How its userinfo is signed; absent where it is plain JSON.
    #[schema(example = "ES256")]
    userinfo_signed_response_alg: Option<String>,
    /// How introspection answers are signed that it asks for as a JWT, where it named something.
    #[schema(example = "ES256")]
    introspection_signed_response_alg: Option<String>,
    /// How it knows people: `public` or `pairwise`.
    #[schema(example = "public")]
    subject_type: String,
    /// Where the redirect URIs of its sector are listed.
    sector_identifier_uri: Option<String>,
    /// Where people may be sent after signing out.
    post_logout_redirect_uris: Option<Vec<String>>,
}
