//! The client metadata a client sends. RFC 7591 §2, OIDC Registration §2.

use serde::Deserialize;
use serde_json::Value;

use crate::{OAuthError, OAuthErrorCode};

/// A registration request; unknown members are ignored, and null means absent. RFC 7591 §3.1.
///
/// A software statement is not read, so it can vouch for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ClientMetadata {
    /// The identifier; only a client ID metadata document has one.
    pub client_id: Option<String>,
    /// A secret; never accepted from a client, seen only to refuse it in a metadata document.
    pub client_secret: Option<Value>,
    /// The end of that secret, likewise.
    pub client_secret_expires_at: Option<Value>,
    /// Where authorization responses may go.
    pub redirect_uris: Option<Vec<String>>,
    /// How the client will authenticate at the token endpoint.
    pub token_endpoint_auth_method: Option<String>,
    /// The grant types it will use.
    pub grant_types: Option<Vec<String>>,
    /// The response types it will use.
    pub response_types: Option<Vec<String>>,
    /// The name a person sees.
    pub client_name: Option<String>,
    /// The home page of the client.
    pub client_uri: Option<String>,
    /// The logo of the client; never loaded by this server.
    pub logo_uri: Option<String>,
    /// The blank-separated scopes it may ask for.
    pub scope: Option<String>,
    /// The e-mail addresses of the people responsible.
    pub contacts: Option<Vec<String>>,
    /// The terms of service.
    pub tos_uri: Option<String>,
    /// The privacy policy.
    pub policy_uri: Option<String>,
    /// The software, the same over all its installations.
    pub software_id: Option<String>,
    /// The version of the software.
    pub software_version: Option<String>,
    /// `web` or `native`. OIDC Registration §2.
    pub application_type: Option<String>,
    /// Where a browser may go after signing out. RP-Initiated Logout §3.1.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Whether its authorization requests have to be pushed. RFC 9126 §6.
    pub require_pushed_authorization_requests: Option<bool>,
    /// Whether all its access tokens have to be bound to a key. RFC 9449 §5.2.
    pub dpop_bound_access_tokens: Option<bool>,
    /// The public keys of the client itself. RFC 7591 §2.
    pub jwks: Option<Value>,
    /// Where those keys are, instead.
    pub jwks_uri: Option<String>,
    /// The algorithm ID tokens are to be signed with. OIDC Registration §2.
    pub id_token_signed_response_alg: Option<String>,
    /// The algorithm userinfo is to be signed with. OIDC Registration §2.
    pub userinfo_signed_response_alg: Option<String>,
    /// The algorithm signed introspection answers are to be signed with. RFC 9701 §6.
    pub introspection_signed_response_alg: Option<String>,
    /// `public` or `pairwise`. OIDC Registration §2.
    pub subject_type: Option<String>,
    /// Where the redirect URIs of one sector are listed. OIDC Registration §5.
    pub sector_identifier_uri: Option<String>,
}

impl ClientMetadata {
    /// Reads the JSON body of a registration request.
    ///
    /// # Errors
    ///
    /// `invalid_client_metadata` for no JSON object, or a member of the wrong type. RFC 7591 §3.2.2.
    pub fn parse(body: &[u8]) -> Result<Self, OAuthError> {
        // Serde also reads a struct from an array, which is no metadata.
        let is_object = body.trim_ascii_start().starts_with(b"{");
        let parsed = serde_json::from_slice(body);

        match parsed {
            Ok(metadata) if is_object => Ok(metadata),
            Ok(_) => Err(malformed("the client metadata is not a JSON object".to_owned())),
            Err(error) => Err(malformed(format!(
                "the client metadata cannot be read at line {} column {}",
                error.line(),
                error.column()
            ))),
        }
    }
}

fn malformed(description: String) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidClientMetadata, description)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_members_and_nulls_are_ignored() {
        let metadata = ClientMetadata::parse(
            br#" {"redirect_uris":["https://c/cb"],"skip_consent":true,"user_id":1,"logo_uri":null}"#,
        )
        .unwrap();

        assert_eq!(metadata.redirect_uris, Some(vec!["https://c/cb".to_owned()]));
        assert_eq!(metadata.logo_uri, None);
    }

    #[test]
    fn wrong_types_are_invalid_metadata() {
        for bad in [
            &br#"{"redirect_uris":"https://c/cb"}"#[..],
            br#"{"redirect_uris":[1]}"#,
            br#"{"client_name":{}}"#,
            br#"{"scope":["a"]}"#,
            br#"{"client_name":"a","client_name":"b"}"#,
            b"[]",
            b"null",
            b"",
            b"{",
            b"\xff",
            &b"[".repeat(100_000),
            b"\xef\xbb\xbf{}",
            &br#"{"client_secret":"#.iter().chain(&b"[".repeat(10_000)).copied().collect::<Vec<_>>(),
        ] {
            let error = ClientMetadata::parse(bad).unwrap_err();

            assert_eq!(error.code, OAuthErrorCode::InvalidClientMetadata);
        }
    }
}
