//! Metadata documents and where they are found. RFC 8414 §2 and §3, OIDC Discovery §3, RFC 9728 §2 and §3.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::client::ResponseType;
use crate::resource::Resource;
use crate::scope::Scope;

/// Authorization server metadata and OpenID discovery in one document, without nulls.
///
/// Served as OpenID discovery it must be complete: `jwks_uri`, `subject_types_supported` and
/// `id_token_signing_alg_values_supported` are then required. OIDC Discovery §3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the document of RFC 8414 §2 has one for each")]
pub struct AuthorizationServerMetadata {
    /// The issuer, character for character as in `iss`.
    pub issuer: String,
    /// The authorization endpoint.
    pub authorization_endpoint: String,
    /// The token endpoint.
    pub token_endpoint: String,
    /// The keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The registration endpoint; present exactly when registration is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    /// The userinfo endpoint. OIDC Discovery §3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_endpoint: Option<String>,
    /// The revocation endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// The introspection endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<String>,
    /// The endpoint for pushed requests. RFC 9126 §5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed_authorization_request_endpoint: Option<String>,
    /// Whether every request has to come through it. RFC 9126 §5.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_pushed_authorization_requests: bool,
    /// The endpoint to sign out. RP-Initiated Logout §2.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
    /// The scopes a client may ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// The response types: `code`.
    pub response_types_supported: Vec<ResponseType>,
    /// The response modes: `query`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub response_modes_supported: Vec<String>,
    /// The grant types, those of extensions too.
    pub grant_types_supported: Vec<String>,
    /// The client authentication methods of the token endpoint.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// Those of the revocation endpoint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// Those of the introspection endpoint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// The algorithms of client assertions at the token endpoint. RFC 8414 §2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Those at the revocation endpoint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Those at the introspection endpoint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// The PKCE methods: `S256`. MCP clients refuse a document without it.
    pub code_challenge_methods_supported: Vec<String>,
    /// The algorithms of proofs of possession. RFC 9449 §5.1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// Whether every authorization response carries `iss`. RFC 9207 §3.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
    /// Whether a client id may be the URL of a metadata document.
    #[serde(default)]
    pub client_id_metadata_document_supported: bool,
    /// The protected resources of this server. RFC 9728 §4.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protected_resources: Vec<Resource>,
    /// The kinds of `sub`: `public`. OIDC Discovery §3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_types_supported: Vec<String>,
    /// The algorithms of ID tokens. OIDC Discovery §3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// The algorithms of userinfo that is signed. OIDC Discovery §3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub userinfo_signing_alg_values_supported: Vec<String>,
    /// The algorithms of introspection answers that are signed. RFC 9701 §7.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub introspection_signing_alg_values_supported: Vec<String>,
    /// The authentication contexts a client may ask for. OIDC Discovery §3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acr_values_supported: Vec<String>,
    /// Whether `claims` works. OIDC Discovery §3.
    #[serde(default)]
    pub claims_parameter_supported: bool,
    /// The claims about a person. OIDC Discovery §3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims_supported: Vec<String>,
    /// The values of `prompt`. Initiating User Registration §4.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompt_values_supported: Vec<String>,
    /// Whether `request` works; OIDC Discovery §3 takes an absent one as false.
    #[serde(default)]
    pub request_parameter_supported: bool,
    /// Whether `request_uri` works; OIDC Discovery §3 takes an absent one as true.
    #[serde(default)]
    pub request_uri_parameter_supported: bool,
    /// Documentation for developers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_documentation: Option<String>,
    /// Members of other specifications. RFC 8414 §2.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl AuthorizationServerMetadata {
    /// The members that have a place of their own here, and those that are told by leaving them out.
    pub const MEMBERS: [&str; 39] = [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "registration_endpoint",
        "userinfo_endpoint",
        "revocation_endpoint",
        "introspection_endpoint",
        "pushed_authorization_request_endpoint",
        "require_pushed_authorization_requests",
        "end_session_endpoint",
        "scopes_supported",
        "response_types_supported",
        "response_modes_supported",
        "grant_types_supported",
        "token_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "revocation_endpoint_auth_signing_alg_values_supported",
        "introspection_endpoint_auth_signing_alg_values_supported",
        "code_challenge_methods_supported",
        "dpop_signing_alg_values_supported",
        "authorization_response_iss_parameter_supported",
        "client_id_metadata_document_supported",
        "protected_resources",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
        "userinfo_signing_alg_values_supported",
        "introspection_signing_alg_values_supported",
        "acr_values_supported",
        "claims_parameter_supported",
        "claims_supported",
        "prompt_values_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
        "service_documentation",
        // RFC 8414 §2.1: what is signed would say it all again.
        "signed_metadata",
        // OpenID Connect Discovery §3: without request objects there is none to register.
        "require_request_uri_registration",
    ];
}

/// Protected resource metadata, without nulls. RFC 9728 §2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedResourceMetadata {
    /// The resource, as in `aud`.
    pub resource: Resource,
    /// The issuers whose tokens it takes.
    pub authorization_servers: Vec<String>,
    /// The scopes that are of use here; none about the person or the session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// Where a token goes: `header`.
    pub bearer_methods_supported: Vec<String>,
    /// The algorithms of proofs of possession; none where tokens are not bound to keys. RFC 9728 §2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// Whether only tokens that are bound to a key are taken. RFC 9728 §2.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dpop_bound_access_tokens_required: bool,
    /// The name of the resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// Documentation for developers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_documentation: Option<String>,
}

impl ProtectedResourceMetadata {
    /// Describes a resource of one issuer; scopes about the person or the session are left out.
    pub fn new(resource: Resource, issuer: impl Into<String>, scopes: &Scope) -> Self {
        Self {
            resource,
            authorization_servers: vec![issuer.into()],
            scopes_supported: scopes.without(&crate::scope::IDENTITY_SCOPES).iter().map(str::to_owned).collect(),
            bearer_methods_supported: vec!["header".to_owned()],
            dpop_signing_alg_values_supported: Vec::new(),
            dpop_bound_access_tokens_required: false,
            resource_name: None,
            resource_documentation: None,
        }
    }
}

/// A kind of metadata document. RFC 8615 §3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WellKnown {
    /// Of an authorization server. RFC 8414 §3.
    OAuthAuthorizationServer,
    /// Of an OpenID provider. OIDC Discovery §4.
    OpenIdConfiguration,
    /// Of a protected resource. RFC 9728 §3.
    OAuthProtectedResource,
}

impl WellKnown {
    /// The path at the origin.
    pub fn root_path(self) -> &'static str {
        match self {
            Self::OAuthAuthorizationServer => "/.well-known/oauth-authorization-server",
            Self::OpenIdConfiguration => "/.well-known/openid-configuration",
            Self::OAuthProtectedResource => "/.well-known/oauth-protected-resource",
        }
    }
}

/// The path of a document, inserted before the path of its issuer or resource.
///
/// The last slash of an issuer is dropped (RFC 8414 §3.1); that of a resource only when it is the
/// whole path (RFC 9728 §3.1).
pub fn well_known_path(kind: WellKnown, resource_or_issuer_path: &str) -> String {
    let path = match kind {
        WellKnown::OAuthAuthorizationServer | WellKnown::OpenIdConfiguration => {
            resource_or_issuer_path.trim_end_matches('/')
        }
        WellKnown::OAuthProtectedResource => resource_or_issuer_path,
    };

    match path.trim_start_matches('/') {
        "" => kind.root_path().to_owned(),
        rest => format!("{}/{rest}", kind.root_path()),
    }
}

/// The path of a document below the path of its issuer, as OIDC Discovery §4 has it.
pub fn appended_well_known_path(kind: WellKnown, issuer_path: &str) -> String {
    match issuer_path.trim_matches('/') {
        "" => kind.root_path().to_owned(),
        path => format!("/{path}{}", kind.root_path()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bare_origin_has_its_document_at_the_root() {
        for path in ["", "/"] {
            assert_eq!(
                well_known_path(WellKnown::OAuthProtectedResource, path),
                "/.well-known/oauth-protected-resource"
            );
            assert_eq!(
                appended_well_known_path(WellKnown::OpenIdConfiguration, path),
                "/.well-known/openid-configuration"
            );
        }
    }

    #[test]
    fn the_path_is_inserted_as_in_rfc_8414_3_1() {
        for path in ["/issuer1", "/issuer1/", "issuer1"] {
            assert_eq!(
                well_known_path(WellKnown::OAuthAuthorizationServer, path),
                "/.well-known/oauth-authorization-server/issuer1"
            );
        }
        assert_eq!(well_known_path(WellKnown::OpenIdConfiguration, "/a/b"), "/.well-known/openid-configuration/a/b");
    }

    #[test]
    fn the_path_is_inserted_as_in_rfc_9728_3_1() {
        assert_eq!(
            well_known_path(WellKnown::OAuthProtectedResource, "/resource1"),
            "/.well-known/oauth-protected-resource/resource1"
        );
        assert_eq!(
            well_known_path(WellKnown::OAuthProtectedResource, "/mcp/"),
            "/.well-known/oauth-protected-resource/mcp/"
        );
    }

    #[test]
    fn openid_discovery_is_also_appended() {
        assert_eq!(
            appended_well_known_path(WellKnown::OpenIdConfiguration, "/issuer1/"),
            "/issuer1/.well-known/openid-configuration"
        );
    }

    #[test]
    fn resource_metadata_never_names_scopes_about_the_person() {
        let metadata = ProtectedResourceMetadata::new(
            Resource::parse("https://mcp.example/mcp").unwrap(),
            "https://as.example",
            &Scope::parse("openid profile email offline_access notes:read").unwrap(),
        );

        assert_eq!(
            serde_json::to_value(metadata).unwrap(),
            json!({
                "resource": "https://mcp.example/mcp",
                "authorization_servers": ["https://as.example"],
                "scopes_supported": ["notes:read"],
                "bearer_methods_supported": ["header"],
            })
        );
    }

    #[test]
    fn server_metadata_has_no_nulls() {
        let minimal = json!({
            "issuer": "https://as.example",
            "authorization_endpoint": "https://as.example/authorize",
            "token_endpoint": "https://as.example/token",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
        });

        let metadata: AuthorizationServerMetadata = serde_json::from_value(minimal.clone()).unwrap();
        let json = serde_json::to_value(metadata).unwrap();

        assert!(json.as_object().unwrap().values().all(|value| !value.is_null()));
        assert_eq!(json["issuer"], minimal["issuer"]);
        assert_eq!(json["request_uri_parameter_supported"], false);
    }

    #[test]
    fn metadata_without_pkce_is_not_read() {
        let without = json!({
            "issuer": "https://as.example",
            "authorization_endpoint": "https://as.example/authorize",
            "token_endpoint": "https://as.example/token",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "token_endpoint_auth_methods_supported": ["none"],
        });

        assert!(serde_json::from_value::<AuthorizationServerMetadata>(without).is_err());
    }

    #[test]
    fn two_resources_of_one_host_have_two_places() {
        let place = |path| well_known_path(WellKnown::OAuthProtectedResource, path);

        assert_ne!(place("/mcp"), place("/files"));
        assert_ne!(place("/mcp"), place("/"));
        assert_ne!(place("/mcp"), place("/mcp/"));
    }

    #[test]
    fn resource_metadata_is_read_back() {
        let metadata = ProtectedResourceMetadata::new(
            Resource::parse("https://mcp.example/").unwrap(),
            "https://as.example",
            &Scope::default(),
        );

        let json = serde_json::to_value(&metadata).unwrap();

        assert_eq!(json["resource"], "https://mcp.example", "the one canonical form");
        assert!(json.get("scopes_supported").is_none());
        assert_eq!(serde_json::from_value::<ProtectedResourceMetadata>(json).unwrap(), metadata);
    }
}
