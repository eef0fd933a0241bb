//! The metadata documents: bytes made once. RFC 8414 §3, OpenID Connect Discovery §4.

use auth_protocol::authorize::ResponseMode;
use auth_protocol::client::{GrantType, ResponseType};
use auth_protocol::client_auth::ClientAuthMethod;
use auth_protocol::dpop::PROOF_ALGORITHMS;
use auth_protocol::metadata::AuthorizationServerMetadata;
use auth_protocol::prompt::PromptValue;
use auth_protocol::registration::SubjectType;
use auth_resource_server::SIGNATURE_ALGORITHMS;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde_json::{Map, Value};

use super::document::Document;
use super::schema::ServerMetadata;
use crate::extension_metadata::ExtensionMetadata;
use crate::keys::SigningAlgorithm;
use crate::provider::Provider;

/// Describes the authorization server (RFC 8414).
#[utoipa::path(
    get, path = "/.well-known/oauth-authorization-server", tag = "oidc",
    responses(
        (status = 200, description = "What the server offers; may be kept for five minutes", body = ServerMetadata),
        (status = 304, description = "The caller has this document"),
    )
)]
pub(crate) async fn authorization_server(State(document): State<Document>, headers: HeaderMap) -> Response {
    document.answer(&headers)
}

/// Describes the OpenID provider (OpenID Connect Discovery).
#[utoipa::path(
    get, path = "/.well-known/openid-configuration", tag = "oidc",
    responses(
        (status = 200, description = "What the server offers; may be kept for five minutes", body = ServerMetadata),
        (status = 304, description = "The caller has this document"),
    )
)]
pub(crate) async fn openid_configuration(State(document): State<Document>, headers: HeaderMap) -> Response {
    document.answer(&headers)
}

/// What the provider offers, the same in both documents.
pub(crate) fn metadata(provider: &Provider) -> AuthorizationServerMetadata {
    let endpoint = |path: &str| provider.cx().config().endpoint(path);
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    AuthorizationServerMetadata {
        issuer: provider.issuer(),
        authorization_endpoint: endpoint("/oauth2/authorize"),
        token_endpoint: endpoint("/oauth2/token"),
        jwks_uri: Some(endpoint("/jwks")),
        registration_endpoint: provider.options().registers().then(|| endpoint("/oauth2/register")),
        userinfo_endpoint: Some(endpoint("/oauth2/userinfo")),
        revocation_endpoint: Some(endpoint("/oauth2/revoke")),
        introspection_endpoint: Some(endpoint("/oauth2/introspect")),
        pushed_authorization_request_endpoint: Some(endpoint("/oauth2/par")),
        require_pushed_authorization_requests: provider.options().require_par,
        end_session_endpoint: Some(endpoint("/oauth2/end-session")),
        scopes_supported: provider.scopes().iter().map(str::to_owned).collect(),
        response_types_supported: vec![ResponseType::Code],
        response_modes_supported: names(&ResponseMode::NAMES),
        grant_types_supported: grant_types(provider),
        token_endpoint_auth_methods_supported: auth_methods(provider, &ClientAuthMethod::ALL),
        revocation_endpoint_auth_methods_supported: auth_methods(provider, &ClientAuthMethod::ALL),
        introspection_endpoint_auth_methods_supported: auth_methods(provider, &ClientAuthMethod::WITH_PROOF),
        token_endpoint_auth_signing_alg_values_supported: names(&SIGNATURE_ALGORITHMS.map(|(name, _)| name)),
        revocation_endpoint_auth_signing_alg_values_supported: names(&SIGNATURE_ALGORITHMS.map(|(name, _)| name)),
        introspection_endpoint_auth_signing_alg_values_supported: names(&SIGNATURE_ALGORITHMS.map(|(name, _)| name)),
        code_challenge_methods_supported: names(&["S256"]),
        dpop_signing_alg_values_supported: names(&PROOF_ALGORITHMS),
        authorization_response_iss_parameter_supported: true,
        client_id_metadata_document_supported: provider.options().documents.is_some(),
        protected_resources: provider.resources().to_vec(),
        subject_types_supported: names(&SubjectType::ALL.map(SubjectType::as_str)),
        id_token_signing_alg_values_supported: names(&SigningAlgorithm::ALL.map(SigningAlgorithm::as_str)),
        userinfo_signing_alg_values_supported: names(&SigningAlgorithm::ALL.map(SigningAlgorithm::as_str)),
        introspection_signing_alg_values_supported: names(&SigningAlgorithm::ALL.map(SigningAlgorithm::as_str)),
        acr_values_supported: provider.options().contexts.iter().map(|context| context.acr.clone()).collect(),
        claims_parameter_supported: true,
        claims_supported: claims(provider),
        prompt_values_supported: prompts(provider),
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
        service_documentation: None,
        more: more(provider),
    }
}

/// The provider's own methods, and those of extensions.
fn auth_methods(provider: &Provider, own: &[ClientAuthMethod]) -> Vec<String> {
    let extensions = provider.options().auth_methods.iter().map(|extension| extension.method());
    own.iter().map(|method| method.as_str()).chain(extensions).map(str::to_owned).collect()
}

/// What extensions tell.
fn more(provider: &Provider) -> Map<String, Value> {
    let told = provider.options().metadata.iter();
    told.map(|(name, value)| {
        let value = match value {
            ExtensionMetadata::Value(value) => value.clone(),
            ExtensionMetadata::Endpoint(path) => Value::String(provider.cx().config().endpoint(path)),
        };
        (name.clone(), value)
    })
    .collect()
}

/// The provider's own grant types and those of extensions.
fn grant_types(provider: &Provider) -> Vec<String> {
    let options = provider.options();
    let acts_alone = |grant: &GrantType| *grant != GrantType::ClientCredentials || options.has_machines();
    let own = GrantType::ALL.into_iter().filter(acts_alone).map(GrantType::as_str);
    own.chain(options.grants.iter().map(|grant| grant.grant_type())).map(str::to_owned).collect()
}

/// `create` only where there is a page for it.
fn prompts(provider: &Provider) -> Vec<String> {
    use PromptValue::{Consent, Create, Login, None, SelectAccount};
    let create = provider.options().sign_up_page.as_ref().map(|_| Create);
    [None, Login, Consent, SelectAccount].into_iter().chain(create).map(|prompt| prompt.as_str().to_owned()).collect()
}

/// The claims the provider tells, and those of extensions.
fn claims(provider: &Provider) -> Vec<String> {
    const OWN: [&str; 16] = [
        "sub",
        "iss",
        "aud",
        "azp",
        "exp",
        "iat",
        "auth_time",
        "acr",
        "amr",
        "nonce",
        "sid",
        "name",
        "picture",
        "updated_at",
        "email",
        "email_verified",
    ];
    OWN.into_iter().map(str::to_owned).chain(provider.options().custom_claims().map(|claim| claim.name)).collect()
}
