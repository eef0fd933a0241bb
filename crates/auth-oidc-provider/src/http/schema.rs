//! Shapes of requests and answers for the API description; the wire types live in `auth-protocol`.

#![expect(dead_code, reason = "these types are read by the description only")]
#![expect(clippy::struct_field_names, reason = "the fields have the names of the wire")]

mod administration;
mod documents;
mod registration;

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

pub(crate) use administration::{ManagedClient, NewResource, WantedClient, WantedResource};
pub(crate) use documents::{JwkSet, ServerMetadata};
pub(crate) use registration::{Client, ClientMetadata};

/// An authorization request (RFC 6749 §4.1.1, RFC 7636, RFC 8707, OpenID Connect Core §3.1.2.1).
#[derive(IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[schema(as = oidc::AuthorizationRequest)]
pub(crate) struct AuthorizationRequest {
    /// The client; required, unless the request goes on with `interaction`.
    #[schema(example = "Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e")]
    client_id: Option<String>,
    /// Where the answer goes; one of the registered URIs. May be left out by a client that registered one.
    #[schema(example = "http://127.0.0.1:8976/callback")]
    redirect_uri: Option<String>,
    /// Always `code`.
    #[param(example = "code")]
    #[schema(example = "code")]
    response_type: Option<String>,
    /// What is asked for, separated by blanks; absent means the default.
    #[param(example = "openid offline_access")]
    #[schema(example = "openid offline_access")]
    scope: Option<String>,
    /// Comes back with the answer.
    #[schema(example = "af0ifjsldkj")]
    state: Option<String>,
    /// How the answer comes: `query`, which is the default, or `form_post`.
    #[param(example = "query")]
    #[schema(example = "query")]
    response_mode: Option<String>,
    /// The PKCE challenge; required.
    #[param(example = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    #[schema(example = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    code_challenge: Option<String>,
    /// Always `S256`.
    #[param(example = "S256")]
    #[schema(example = "S256")]
    code_challenge_method: Option<String>,
    /// What the token is to be good for; may repeat.
    #[schema(example = "https://mcp.example.com/mcp")]
    resource: Option<String>,
    /// Comes back in the ID token.
    nonce: Option<String>,
    /// `none`, `login`, `consent`, `select_account`, `create`, separated by blanks.
    #[param(example = "consent")]
    prompt: Option<String>,
    /// The authentication contexts that are of use, separated by blanks.
    acr_values: Option<String>,
    /// Claims asked for one by one: a JSON object (OpenID Connect Core §5.5).
    #[param(example = json!(r#"{"id_token":{"email":null}}"#))]
    claims: Option<String>,
    /// The most seconds since the person signed in; more than can be counted is as good as no limit.
    #[param(format = "seconds")]
    #[schema(format = "seconds")]
    max_age: Option<u64>,
    /// The thumbprint of the key the code is to be bound to (RFC 9449 §10).
    #[schema(example = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")]
    dpop_jkt: Option<String>,
    /// The address to fill in where somebody has to sign in.
    #[schema(example = "alice@example.com")]
    login_hint: Option<String>,
    /// An ID token of ours: only the person it names may answer.
    id_token_hint: Option<String>,
    /// What pushing the request has given (RFC 9126 §4); nothing but the client counts beside it.
    request_uri: Option<String>,
    /// Goes on with a request that waited for its person; nothing else counts then.
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
    #[schema(example = "ac_pV9sT2kLr7Wm4xQz1bNc8yHd5gJf3aSe0uKi6oRtEwY")]
    code: Option<String>,
    /// The redirect URI of the authorization request, if it named one.
    #[schema(example = "http://127.0.0.1:8976/callback")]
    redirect_uri: Option<String>,
    /// The PKCE verifier.
    #[schema(example = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")]
    code_verifier: Option<String>,
    /// The refresh token.
    refresh_token: Option<String>,
    /// Less than was granted.
    scope: Option<String>,
    /// What the token is to be good for; may repeat.
    resource: Option<String>,
    /// The client, unless it authenticates with Basic.
    #[schema(example = "Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e")]
    client_id: Option<String>,
    /// The secret of a client that registered `client_secret_post`.
    client_secret: Option<String>,
    /// Always `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    client_assertion_type: Option<String>,
    /// What a client signs that registered `private_key_jwt` (RFC 7523 §2.2).
    client_assertion: Option<String>,
}

/// Tokens (RFC 6749 §5.1).
#[derive(ToSchema)]
#[schema(as = oidc::TokenResponse)]
pub(crate) struct TokenResponse {
    /// The access token.
    #[schema(example = "at_Jw3fYh8rKq5vXn1mZs6tCb9pLd2gTa7eRu4oIi0kWxE")]
    access_token: String,
    /// `Bearer`, or `DPoP` for one that is bound to a key.
    #[schema(example = "Bearer")]
    token_type: String,
    /// Seconds until the access token ends.
    #[schema(example = 3600)]
    expires_in: i64,
    /// The next refresh token; the one that was used works no more.
    #[schema(example = "rt_Gb6nVt1qMz8xKs4wHc9yLp3dJf7aSe2uRo5iTk0jWxQ")]
    refresh_token: Option<String>,
    /// What was granted, also where it is what was asked for.
    #[schema(example = "openid offline_access")]
    scope: Option<String>,
    /// Who signed in, with the scope `openid`.
    id_token: Option<String>,
}

/// A token to revoke or to introspect.
#[derive(ToSchema)]
#[schema(as = oidc::TokenToLookAt)]
pub(crate) struct TokenToLookAt {
    /// The token.
    #[schema(example = "at_Jw3fYh8rKq5vXn1mZs6tCb9pLd2gTa7eRu4oIi0kWxE")]
    token: String,
    /// `access_token` or `refresh_token`; what it says is not needed.
    #[schema(example = "access_token")]
    token_type_hint: Option<String>,
    /// The client, unless it authenticates with Basic.
    #[schema(example = "Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e")]
    client_id: Option<String>,
    /// The secret of a client that registered `client_secret_post`.
    client_secret: Option<String>,
    /// Always `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    client_assertion_type: Option<String>,
    /// What a client signs that registered `private_key_jwt` (RFC 7523 §2.2).
    client_assertion: Option<String>,
}

/// What a token is worth (RFC 7662 §2.2).
#[derive(ToSchema)]
#[schema(as = oidc::Introspection)]
pub(crate) struct Introspection {
    /// Whether it works now. Nothing else is told about one that does not.
    #[schema(example = true)]
    active: bool,
    /// What it allows.
    #[schema(example = "openid offline_access")]
    scope: Option<String>,
    /// The client.
    #[schema(example = "Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e")]
    client_id: Option<String>,
    /// `Bearer` or `DPoP`; absent for a refresh token.
    #[schema(example = "Bearer")]
    token_type: Option<String>,
    /// The person.
    #[schema(example = "0192f0c1-7a4e-7cc3-9c2b-5d1c0e6f8a21")]
    sub: Option<String>,
    /// The resource it is for, or a list of several.
    aud: Option<Audience>,
    /// When it ends, in seconds since the Unix epoch.
    #[schema(example = 1_768_482_000)]
    exp: Option<i64>,
    /// When it was issued, in seconds since the Unix epoch.
    #[schema(example = 1_768_478_400)]
    iat: Option<i64>,
    /// The issuer.
    #[schema(example = "https://auth.example.com")]
    iss: Option<String>,
    /// The key it is bound to: its thumbprint as `jkt` (RFC 9449 §6.2).
    cnf: Option<serde_json::Value>,
}

/// Who a token is for (RFC 7519 §4.1.3).
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = oidc::Audience, example = "https://mcp.example.com/mcp")]
pub(crate) enum Audience {
    /// One resource.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// A request for userinfo whose token comes in its body (RFC 6750 §2.2).
#[derive(ToSchema)]
#[schema(as = oidc::UserInfoRequest)]
pub(crate) struct UserInfoRequest {
    /// The access token; not along with one in the header.
    #[schema(example = "at_Jw3fYh8rKq5vXn1mZs6tCb9pLd2gTa7eRu4oIi0kWxE")]
    access_token: Option<String>,
}

/// The person behind a token (OpenID Connect Core §5.1). Extensions add claims of their own.
#[derive(ToSchema)]
#[schema(as = oidc::UserInfo)]
pub(crate) struct UserInfo {
    /// The person: their id, or their name in the sector of a pairwise client.
    #[schema(example = "0192f0c1-7a4e-7cc3-9c2b-5d1c0e6f8a21")]
    sub: String,
    /// With the scope `profile`.
    #[schema(example = "Alice Example")]
    name: Option<String>,
    /// With the scope `profile`.
    #[schema(example = "https://example.com/alice.png")]
    picture: Option<String>,
    /// With the scope `profile`, in seconds since the Unix epoch.
    #[schema(example = 1_768_478_400)]
    updated_at: Option<i64>,
    /// With the scope `email`.
    #[schema(example = "alice@example.com")]
    email: Option<String>,
    /// With the scope `email`.
    #[schema(example = true)]
    email_verified: Option<bool>,
}

/// A request to sign out (RP-Initiated Logout §2).
#[derive(IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[schema(as = oidc::EndSessionRequest)]
pub(crate) struct EndSessionRequest {
    /// An ID token of the session to end: with it nobody is asked.
    id_token_hint: Option<String>,
    /// The client; that of the ID token where both are there.
    #[schema(example = "Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e")]
    client_id: Option<String>,
    /// Where to go afterwards; registered with the client.
    #[schema(example = "http://127.0.0.1:8976/signed-out")]
    post_logout_redirect_uri: Option<String>,
    /// Comes back with the redirect.
    #[schema(example = "af0ifjsldkj")]
    state: Option<String>,
}
