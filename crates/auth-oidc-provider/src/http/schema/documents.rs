//! The documents everybody may read.

use utoipa::ToSchema;

/// What the server offers (RFC 8414 §2, OpenID Connect Discovery §3). One document at all places.
#[derive(ToSchema)]
#[schema(as = oidc::ServerMetadata)]
#[expect(clippy::struct_excessive_bools, reason = "the document has one for each")]
pub(crate) struct ServerMetadata {
    /// The issuer, character for character as in `iss`.
    #[schema(example = "https://auth.example.com")]
    issuer: String,
    /// The authorization endpoint.
    #[schema(example = "https://auth.example.com/api/auth/oauth2/authorize")]
    authorization_endpoint: String,
    /// The token endpoint.
    #[schema(example = "https://auth.example.com/api/auth/oauth2/token")]
    token_endpoint: String,
    /// The keys everything here is signed with.
    #[schema(example = "https://auth.example.com/api/auth/jwks")]
    jwks_uri: String,
    /// The registration endpoint; absent while registration is off.
    #[schema(example = "https://auth.example.com/api/auth/oauth2/register")]
    registration_endpoint: Option<String>,
    /// The userinfo endpoint.
    #[schema(example = "https://auth.example.com/api/auth/oauth2/userinfo")]
    userinfo_endpoint: String,
    /// The revocation endpoint.
    #[schema(example = "https://auth.example.com/api/auth/oauth2/revoke")]
    revocation_endpoint: String,
    /// The introspection endpoint.
    #[schema(example = "https://auth.example.com/api/auth/oauth2/introspect")]
    introspection_endpoint: String,
    /// The endpoint to sign out.
    #[schema(example = "https://auth.example.com/api/auth/oauth2/end-session")]
    end_session_endpoint: String,
    /// The endpoint for pushed requests (RFC 9126).
    #[schema(example = "https://auth.example.com/api/auth/oauth2/par")]
    pushed_authorization_request_endpoint: String,
    /// Whether every request has to come through it.
    require_pushed_authorization_requests: Option<bool>,
    /// The algorithms of proofs of possession (RFC 9449).
    #[schema(example = json!(["ES256", "EdDSA"]))]
    dpop_signing_alg_values_supported: Vec<String>,
    /// The scopes a client may ask for.
    #[schema(example = json!(["openid", "profile", "email", "offline_access"]))]
    scopes_supported: Vec<String>,
    /// The response types.
    #[schema(example = json!(["code"]))]
    response_types_supported: Vec<String>,
    /// The response modes.
    #[schema(example = json!(["query"]))]
    response_modes_supported: Vec<String>,
    /// The grant types.
    #[schema(example = json!(["authorization_code", "refresh_token"]))]
    grant_types_supported: Vec<String>,
    /// How clients authenticate at the token endpoint.
    #[schema(example = json!(["none", "client_secret_basic", "client_secret_post"]))]
    token_endpoint_auth_methods_supported: Vec<String>,
    /// How clients authenticate at the revocation endpoint.
    #[schema(example = json!(["none", "client_secret_basic", "client_secret_post"]))]
    revocation_endpoint_auth_methods_supported: Vec<String>,
    /// How clients authenticate at the introspection endpoint.
    #[schema(example = json!(["client_secret_basic", "client_secret_post"]))]
    introspection_endpoint_auth_methods_supported: Vec<String>,
    /// The algorithms of client assertions at the token endpoint.
    #[schema(example = json!(["ES256", "EdDSA"]))]
    token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Those at the revocation endpoint.
    #[schema(example = json!(["ES256", "EdDSA"]))]
    revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Those at the introspection endpoint.
    #[schema(example = json!(["ES256", "EdDSA"]))]
    introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// The PKCE methods.
    #[schema(example = json!(["S256"]))]
    code_challenge_methods_supported: Vec<String>,
    /// Whether every authorization response carries `iss` (RFC 9207).
    #[schema(example = true)]
    authorization_response_iss_parameter_supported: bool,
    /// Whether a client id may be the URL of a metadata document.
    #[schema(example = false)]
    client_id_metadata_document_supported: bool,
    /// The protected resources of this server (RFC 9728 §4).
    #[schema(example = json!(["https://auth.example.com/mcp"]))]
    protected_resources: Option<Vec<String>>,
    /// The kinds of `sub`.
    #[schema(example = json!(["public", "pairwise"]))]
    subject_types_supported: Vec<String>,
    /// The algorithms of ID tokens.
    #[schema(example = json!(["ES256", "RS256", "EdDSA"]))]
    id_token_signing_alg_values_supported: Vec<String>,
    /// The algorithms of userinfo that is signed.
    #[schema(example = json!(["ES256", "RS256", "EdDSA"]))]
    userinfo_signing_alg_values_supported: Vec<String>,
    /// The algorithms of introspection answers that are signed (RFC 9701).
    #[schema(example = json!(["ES256", "RS256", "EdDSA"]))]
    introspection_signing_alg_values_supported: Vec<String>,
    /// The authentication contexts a client may ask for.
    acr_values_supported: Option<Vec<String>>,
    /// Whether `claims` works.
    #[schema(example = true)]
    claims_parameter_supported: bool,
    /// The claims about a person.
    #[schema(example = json!(["sub", "name", "email"]))]
    claims_supported: Vec<String>,
    /// The values of `prompt`.
    #[schema(example = json!(["none", "login", "consent", "select_account"]))]
    prompt_values_supported: Vec<String>,
    /// Whether `request` works.
    #[schema(example = false)]
    request_parameter_supported: bool,
    /// Whether `request_uri` works.
    #[schema(example = false)]
    request_uri_parameter_supported: bool,
}

/// The public keys of what is signed here (RFC 7517 §5).
#[derive(ToSchema)]
#[schema(as = oidc::JwkSet)]
pub(crate) struct JwkSet {
    /// One key for each algorithm, and those that were replaced a short while ago.
    keys: Vec<PublicJwk>,
}

/// A public key (RFC 7517 §4). Which of the members it has depends on its type.
#[derive(ToSchema)]
#[schema(as = oidc::Jwk)]
pub(crate) struct PublicJwk {
    /// The type: `EC`, `RSA` or `OKP`.
    #[schema(example = "EC")]
    kty: String,
    /// Its name, as in the header of a token.
    #[schema(example = "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U")]
    kid: String,
    /// Always `sig`.
    #[schema(rename = "use", example = "sig")]
    public_key_use: String,
    /// The algorithm.
    #[schema(example = "ES256")]
    alg: Option<String>,
    /// The curve.
    #[schema(example = "P-256")]
    crv: Option<String>,
    /// A coordinate, or the whole key of Ed25519.
    #[schema(example = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")]
    x: Option<String>,
    /// A coordinate.
    #[schema(example = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")]
    y: Option<String>,
    /// The modulus of an RSA key.
    n: Option<String>,
    /// The exponent of an RSA key.
    e: Option<String>,
}
