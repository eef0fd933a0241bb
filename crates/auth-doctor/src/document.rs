//! The documents of a server, as far as clients read them.

use serde::Deserialize;

/// What a resource says about itself. RFC 9728 §2.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct ResourceDocument {
    pub(crate) resource: String,
    #[serde(default)]
    pub(crate) authorization_servers: Vec<String>,
    #[serde(default)]
    pub(crate) scopes_supported: Vec<String>,
}

/// What an authorization server says about itself. RFC 8414 §2, OpenID Connect Discovery §3.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct ServerDocument {
    pub(crate) issuer: String,
    pub(crate) authorization_endpoint: Option<String>,
    pub(crate) token_endpoint: Option<String>,
    pub(crate) registration_endpoint: Option<String>,
    pub(crate) revocation_endpoint: Option<String>,
    pub(crate) jwks_uri: Option<String>,
    pub(crate) scopes_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) code_challenge_methods_supported: Vec<String>,
    pub(crate) token_endpoint_auth_methods_supported: Option<Vec<String>>,
    pub(crate) subject_types_supported: Option<Vec<String>>,
    pub(crate) id_token_signing_alg_values_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) client_id_metadata_document_supported: bool,
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
}

impl ServerDocument {
    /// The member an OpenID provider's document needs and this one lacks. OpenID Connect Discovery §3.
    pub(crate) fn missing_for_openid(&self) -> Option<&'static str> {
        [
            ("jwks_uri", self.jwks_uri.is_some()),
            ("subject_types_supported", self.subject_types_supported.is_some()),
            ("id_token_signing_alg_values_supported", self.id_token_signing_alg_values_supported.is_some()),
            ("authorization_endpoint", self.authorization_endpoint.is_some()),
            ("token_endpoint", self.token_endpoint.is_some()),
        ]
        .into_iter()
        .find_map(|(member, is_there)| (!is_there).then_some(member))
    }

    /// The methods of the token endpoint. RFC 8414 §2 has `client_secret_basic` where none are named.
    pub(crate) fn token_methods(&self) -> Vec<&str> {
        match &self.token_endpoint_auth_methods_supported {
            Some(methods) => methods.iter().map(String::as_str).collect(),
            None => vec!["client_secret_basic"],
        }
    }

    pub(crate) fn offers(&self, scope: &str) -> bool {
        self.scopes_supported.iter().flatten().any(|offered| offered == scope)
    }
}
