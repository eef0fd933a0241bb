//! Shapes of bodies for the API description; the wire types themselves live in `auth-protocol`.

#![expect(dead_code, reason = "these types are read by the description only")]
#![expect(clippy::struct_field_names, reason = "the fields have the names of the wire")]

use utoipa::{IntoParams, ToSchema};

/// An authorization request (RFC 6749 §4.1.1, RFC 7636, RFC 8707, OpenID Connect Core §3.1.2.1).
#[derive(IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[schema(as = oidc::AuthorizationRequest)]
pub(crate) struct AuthorizationRequest {
    /// The client.
    client_id: Option<String>,
    /// Where the answer goes; one of the registered URIs.
    redirect_uri: Option<String>,
    /// Always `code`.
    #[param(example = "code")]
    response_type: Option<String>,
    /// What is asked for, separated by blanks; absent means the default.
    scope: Option<String>,
    /// Comes back with the answer.
    state: Option<String>,
    /// The PKCE challenge; required.
    code_challenge: Option<String>,
    /// Always `S256`.
    #[param(example = "S256")]
    code_challenge_method: Option<String>,
    /// What the token is to be good for; may repeat.
    resource: Option<String>,
    /// Comes back in the ID token.
    nonce: Option<String>,
    /// `none`, `login`, `consent`, `select_account`.
    prompt: Option<String>,
    /// The most seconds since the person signed in.
    max_age: Option<u32>,
    /// Goes on with a request that waited.
    interaction: Option<String>,
}

/// A token request.
#[derive(ToSchema)]
#[schema(as = oidc::TokenRequest)]
pub(crate) struct TokenRequest {
    /// `authorization_code` or `refresh_token`.
    #[schema(example = "authorization_code")]
    grant_type: String,
    /// The code.
    code: Option<String>,
    /// The redirect URI of the authorization request.
    redirect_uri: Option<String>,
    /// The PKCE verifier.
    code_verifier: Option<String>,
    /// The refresh token.
    refresh_token: Option<String>,
    /// Less than was granted.
    scope: Option<String>,
    /// What the token is to be good for; may repeat.
    resource: Option<String>,
    /// The client, unless it authenticates with Basic.
    client_id: Option<String>,
    /// The secret of a client that registered `client_secret_post`.
    client_secret: Option<String>,
}

/// Tokens (RFC 6749 §5.1).
#[derive(ToSchema)]
#[schema(as = oidc::TokenResponse)]
pub(crate) struct TokenResponse {
    /// The access token.
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: String,
    /// Seconds until the access token ends.
    expires_in: i64,
    /// The next refresh token.
    refresh_token: Option<String>,
    /// What was granted.
    scope: Option<String>,
    /// Who signed in, with the scope `openid`.
    id_token: Option<String>,
}

/// Client metadata (RFC 7591 §2). Unknown members are ignored.
#[derive(ToSchema)]
#[schema(as = oidc::ClientMetadata)]
pub(crate) struct ClientMetadata {
    /// Where answers may be sent: https, or http on this machine.
    redirect_uris: Vec<String>,
    /// The name people see.
    client_name: Option<String>,
    /// `none`, `client_secret_basic` or `client_secret_post`.
    #[schema(example = "none")]
    token_endpoint_auth_method: Option<String>,
    /// `authorization_code`, `refresh_token`.
    grant_types: Option<Vec<String>>,
    /// `code`.
    response_types: Option<Vec<String>>,
    /// What the client means to ask for.
    scope: Option<String>,
    /// `web` or `native`.
    application_type: Option<String>,
    /// `ES256`, `RS256` or `EdDSA`.
    id_token_signed_response_alg: Option<String>,
    /// Where people may be sent after signing out.
    post_logout_redirect_uris: Option<Vec<String>>,
    /// The client's home page.
    client_uri: Option<String>,
    /// The client's logo; never loaded.
    logo_uri: Option<String>,
}

/// A registered client: what was stored.
#[derive(ToSchema)]
#[schema(as = oidc::Client)]
pub(crate) struct Client {
    /// The client's public name in the protocol.
    client_id: String,
    /// When it was registered, in seconds.
    client_id_issued_at: i64,
    /// The secret, of a confidential client; shown once.
    client_secret: Option<String>,
    /// 0: the secret does not expire.
    client_secret_expires_at: Option<i64>,
    /// The metadata as stored.
    #[schema(inline)]
    redirect_uris: Vec<String>,
    /// How the client authenticates.
    token_endpoint_auth_method: String,
    /// The grants it may use.
    grant_types: Vec<String>,
    /// Always `code`.
    response_types: Vec<String>,
    /// The name people see.
    client_name: String,
}

/// A token to revoke or to introspect.
#[derive(ToSchema)]
#[schema(as = oidc::TokenToLookAt)]
pub(crate) struct TokenToLookAt {
    /// The token.
    token: String,
    /// `access_token` or `refresh_token`.
    token_type_hint: Option<String>,
    /// The client, unless it authenticates with Basic.
    client_id: Option<String>,
    /// The secret of a client that registered `client_secret_post`.
    client_secret: Option<String>,
}

/// What a token is worth (RFC 7662 §2.2).
#[derive(ToSchema)]
#[schema(as = oidc::Introspection)]
pub(crate) struct Introspection {
    /// Whether it works now. Nothing else is told about one that does not.
    active: bool,
    /// What it allows.
    scope: Option<String>,
    /// The client.
    client_id: Option<String>,
    /// The person.
    sub: Option<String>,
    /// When it ends, in seconds.
    exp: Option<i64>,
    /// When it was issued, in seconds.
    iat: Option<i64>,
    /// The issuer.
    iss: Option<String>,
}

/// The person behind a token (OpenID Connect Core §5.1).
#[derive(ToSchema)]
#[schema(as = oidc::UserInfo)]
pub(crate) struct UserInfo {
    /// The person's id.
    sub: String,
    /// With the scope `profile`.
    name: Option<String>,
    /// With the scope `profile`.
    picture: Option<String>,
    /// With the scope `profile`, in seconds.
    updated_at: Option<i64>,
    /// With the scope `email`.
    email: Option<String>,
    /// With the scope `email`.
    email_verified: Option<bool>,
}

/// A request to sign out (RP-Initiated Logout §2).
#[derive(IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[schema(as = oidc::EndSessionRequest)]
pub(crate) struct EndSessionRequest {
    /// An ID token of the session to end.
    id_token_hint: Option<String>,
    /// The client.
    client_id: Option<String>,
    /// Where to go afterwards; registered with the client.
    post_logout_redirect_uri: Option<String>,
    /// Comes back with the redirect.
    state: Option<String>,
}
