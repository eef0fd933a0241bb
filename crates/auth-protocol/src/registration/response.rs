//! The client information response. RFC 7591 §3.2.1.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AcceptedClient, ClientKeys, SubjectType};
use crate::client::{ApplicationType, ResponseType};
use crate::client_auth::ClientAuthMethod;
use crate::redirect_uri::RedirectUri;
use crate::scope::Scope;

/// What was stored of a registration, without nulls; `Debug` hides the secrets. RFC 7591 §3.2.1.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrationResponse {
    /// The identifier of the new client.
    pub client_id: String,
    /// When it was issued, in seconds since the epoch.
    pub client_id_issued_at: i64,
    /// The secret; only for a client that authenticates with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// When the secret ends, in seconds since the epoch; 0 for never, absent without a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_expires_at: Option<i64>,
    /// The token for the management endpoint. RFC 7592 §3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_access_token: Option<String>,
    /// The management endpoint of this client. RFC 7592 §3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_client_uri: Option<String>,
    /// The accepted redirect URIs.
    pub redirect_uris: Vec<RedirectUri>,
    /// The authentication method the client must use.
    pub token_endpoint_auth_method: String,
    /// Whether its authorization requests have to be pushed. RFC 9126 §6.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_pushed_authorization_requests: bool,
    /// Whether all its access tokens have to be bound to a key. RFC 9449 §5.2.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dpop_bound_access_tokens: bool,
    /// The public keys of the client itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Where those keys are, instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The accepted grant types.
    pub grant_types: Vec<String>,
    /// Always `code`.
    pub response_types: Vec<ResponseType>,
    /// The name a person sees.
    pub client_name: String,
    /// The accepted scopes; absent when none were asked for, or none is known.
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// Where the client runs.
    pub application_type: ApplicationType,
    /// The accepted URIs for after signing out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The algorithm ID tokens are signed with. OIDC Registration §2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<String>,
    /// The algorithm userinfo is signed with; absent where it is JSON. OIDC Registration §2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<String>,
    /// The algorithm signed introspection answers are signed with. RFC 9701 §6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introspection_signed_response_alg: Option<String>,
    /// How the client knows people. OIDC Registration §2.
    #[serde(default)]
    pub subject_type: SubjectType,
    /// Where the redirect URIs of its sector are listed. OIDC Registration §5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// The home page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// The logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// The terms of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// The privacy policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// The people responsible.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// The software.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// The version of the software.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
}

impl RegistrationResponse {
    /// Answers with everything stored; `issued_at` is in seconds since the epoch.
    ///
    /// A secret given for a public client is left out: it did not ask for one.
    pub fn new(
        client: AcceptedClient,
        client_id: impl Into<String>,
        client_secret: Option<String>,
        issued_at: i64,
    ) -> Self {
        let client_secret = client_secret.filter(|_| client.token_endpoint_auth_method != ClientAuthMethod::None);
        let (jwks, jwks_uri) = match client.keys {
            None => (None, None),
            Some(ClientKeys::Here(set)) => (Some(set), None),
            Some(ClientKeys::At(uri)) => (None, Some(uri)),
        };

        Self {
            client_id: client_id.into(),
            client_id_issued_at: issued_at,
            client_secret_expires_at: client_secret.as_ref().map(|_| 0),
            client_secret,
            registration_access_token: None,
            registration_client_uri: None,
            redirect_uris: client.redirect_uris,
            token_endpoint_auth_method: client.token_endpoint_auth_method.as_str().to_owned(),
            require_pushed_authorization_requests: client.require_pushed_authorization_requests,
            dpop_bound_access_tokens: client.dpop_bound_access_tokens,
            jwks,
            jwks_uri,
            grant_types: client.grant_types.into_iter().map(|grant| grant.as_str().to_owned()).collect(),
            response_types: vec![ResponseType::Code],
            client_name: client.client_name,
            scope: client.scope,
            application_type: client.application_type,
            post_logout_redirect_uris: client.post_logout_redirect_uris,
            id_token_signed_response_alg: None,
            userinfo_signed_response_alg: None,
            introspection_signed_response_alg: None,
            subject_type: if client.sector.is_some() { SubjectType::Pairwise } else { SubjectType::Public },
            sector_identifier_uri: client.sector.and_then(|sector| sector.identifier_uri),
            client_uri: client.client_uri,
            logo_uri: client.logo_uri,
            tos_uri: client.tos_uri,
            policy_uri: client.policy_uri,
            contacts: client.contacts,
            software_id: client.software_id,
            software_version: client.software_version,
        }
    }
}

impl fmt::Debug for RegistrationResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RegistrationResponse")
            .field("client_id", &self.client_id)
            .field("redirect_uris", &self.redirect_uris.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::registration::{ClientMetadata, RegistrationPolicy, judge_registration};

    fn accepted(body: &str) -> AcceptedClient {
        let metadata = ClientMetadata::parse(body.as_bytes()).unwrap();
        judge_registration(&metadata, &RegistrationPolicy::default()).unwrap()
    }

    #[test]
    fn a_public_client_gets_no_secret_and_no_nulls() {
        let client = accepted(r#"{"redirect_uris":["http://localhost/cb"],"client_name":"Inspector","scope":""}"#);

        let response = RegistrationResponse::new(client, "abc", Some("leak".to_owned()), 1_700_000_000);

        assert_eq!(
            serde_json::to_value(response).unwrap(),
            json!({
                "client_id": "abc",
                "client_id_issued_at": 1_700_000_000,
                "redirect_uris": ["http://localhost/cb"],
                "token_endpoint_auth_method": "none",
                "grant_types": ["authorization_code"],
                "response_types": ["code"],
                "client_name": "Inspector",
                "application_type": "native",
                "subject_type": "public",
            })
        );
    }

    #[test]
    fn a_secret_comes_with_its_end() {
        let client =
            accepted(r#"{"redirect_uris":["https://c/cb"],"token_endpoint_auth_method":"client_secret_post"}"#);

        let response = RegistrationResponse::new(client, "abc", Some("hush".to_owned()), 1);
        let json = serde_json::to_value(&response).unwrap();

        assert_eq!(json["client_secret"], "hush");
        assert_eq!(json["client_secret_expires_at"], 0);
        assert!(!format!("{response:?}").contains("hush"));
    }
}
