//! Client ID metadata documents: the URL and what it serves. draft-ietf-oauth-client-id-metadata-document-00.

use std::fmt;

use url::Url;

use crate::client_auth::ClientAuthMethod;
use crate::redirect_uri::{is_plain_authority, is_uri_byte};
use crate::registration::{AcceptedClient, ClientMetadata, RegistrationPolicy, judge_keys, judge_registration};
use crate::{OAuthError, OAuthErrorCode};

/// The largest length of a client id URL, in bytes: what the column of an id holds.
pub const MAX_LENGTH: usize = 255;
/// The largest length of a document, in bytes. Section 6.6 of the draft.
pub const MAX_DOCUMENT_LENGTH: usize = 5 * 1024;

/// A `client_id` that is the URL of a metadata document. Section 3 of the draft.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientIdUrl(Url);

impl ClientIdUrl {
    /// Reads a client id as a document URL: https, a path, no fragment, user or dot segment.
    ///
    /// A URL that is not written in its one normal form is refused, since ids compare as strings.
    /// A port and a query are allowed, though the draft discourages a query.
    ///
    /// # Errors
    ///
    /// `invalid_client`.
    pub fn parse(client_id: &str) -> Result<Self, OAuthError> {
        let refusal = "the client_id is no valid URL of a client metadata document";
        if client_id.len() > MAX_LENGTH || !client_id.bytes().all(is_uri_byte) {
            return refuse(refusal);
        }
        let Ok(url) = Url::parse(client_id) else {
            return refuse(refusal);
        };
        let is_plain = url.scheme() == "https"
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && url.path() != "/"
            && is_plain_authority(url.authority())
            && url.as_str() == client_id;

        if is_plain { Ok(Self(url)) } else { refuse(refusal) }
    }

    /// Whether a client id claims to be a document URL, so that it must not be looked up as an id.
    pub fn is_claimed_by(client_id: &str) -> bool {
        client_id.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
    }

    /// The client id, character for character.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The URL to fetch.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The host, which a person sees on the consent page.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

impl fmt::Display for ClientIdUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Judges a fetched document: the rules of registration, and those of the draft.
///
/// A missing method means `none`, not what registration makes of it. The keys of a client that names no
/// method, or `none`, are kept: it may prove itself by them though it need not.
///
/// # Errors
///
/// `invalid_client` when the document names another client id, holds a secret, wants a method with one,
/// lacks `client_name` or `redirect_uris` (MCP authorization, client ID metadata documents), nothing
/// usable is left of it, or the policy does not offer its method.
pub fn judge_document(
    client_id: &ClientIdUrl,
    document: &ClientMetadata,
    policy: &RegistrationPolicy,
) -> Result<AcceptedClient, OAuthError> {
    if document.client_id.as_deref() != Some(client_id.as_str()) {
        return refuse("the client metadata document names another client_id");
    }
    if document.client_secret.is_some() || document.client_secret_expires_at.is_some() {
        return refuse("the client metadata document holds a secret");
    }
    let method = match document.token_endpoint_auth_method.as_deref() {
        None | Some("none") => ClientAuthMethod::None,
        Some("private_key_jwt") => ClientAuthMethod::PrivateKeyJwt,
        Some(_) => return refuse("a client metadata document cannot use this token_endpoint_auth_method"),
    };
    if document.client_name.is_none() || document.redirect_uris.is_none() {
        return refuse("the client metadata document lacks client_name or redirect_uris");
    }
    let told = ClientMetadata { token_endpoint_auth_method: Some(method.as_str().to_owned()), ..document.clone() };
    let policy = RegistrationPolicy { machines: false, ..policy.clone() };
    let accepted = judge_registration(&told, &policy)
        .map_err(|error| OAuthError::new(OAuthErrorCode::InvalidClient, error.description))?;
    let keys = accepted.keys.or_else(|| {
        judge_keys(ClientAuthMethod::PrivateKeyJwt, document.jwks.as_ref(), document.jwks_uri.as_deref()).ok().flatten()
    });
    Ok(AcceptedClient { keys, ..accepted })
}

fn refuse<T>(description: &'static str) -> Result<T, OAuthError> {
    Err(OAuthError::new(OAuthErrorCode::InvalidClient, description))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registration::ClientKeys;

    const ID: &str = "https://claude.ai/oauth/claude-code-client-metadata";

    fn judge(document: &str) -> Result<AcceptedClient, OAuthError> {
        let document = ClientMetadata::parse(document.as_bytes()).unwrap();
        judge_document(&ClientIdUrl::parse(ID).unwrap(), &document, &RegistrationPolicy::default())
    }

    fn document(members: &str) -> String {
        format!(
            r#"{{"client_id":"{ID}","client_name":"Claude Code","redirect_uris":["http://localhost/callback","http://127.0.0.1/callback"]{members}}}"#
        )
    }

    #[test]
    fn a_document_url_is_https_with_a_path_in_normal_form() {
        for good in [ID, "https://chatgpt.com:8443/oauth/client.json", "https://c/d?v=1"] {
            assert_eq!(ClientIdUrl::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "https://c",
            "https://c/",
            "http://c/d",
            "https://c/d#x",
            "https://c/d#",
            "https://u@c/d",
            "https://u:p@c/d",
            "https://@c/d",
            "https://c/a/../d",
            "https://c/./d",
            "https://c/a/%2e%2E/d",
            "https://C/d",
            "https://c:443/d",
            "https:c/d",
            "https://c\\d",
            " https://c/d",
            "https://2130706433/d",
            "https://127.1/d",
            "https://0x7f000001/d",
            "https://0177.0.0.1/d",
            "https://[0:0:0:0:0:0:0:1]/d",
            "https://\u{ff11}27.0.0.1/d",
            "https://127\u{3002}0.0.1/d",
            "https://c;x/d",
            "https:/c/d",
            "https:\\\\c\\d",
            "https://c/d\r\n",
            "javascript:x",
            "",
        ] {
            let error = ClientIdUrl::parse(bad).unwrap_err();

            assert_eq!(error.code, OAuthErrorCode::InvalidClient, "{bad}");
        }
    }

    #[test]
    fn an_ordinary_client_id_is_no_document_url() {
        assert!(ClientIdUrl::is_claimed_by("HTTPS://c/d"));
        assert!(!ClientIdUrl::is_claimed_by("s6BhdRkqt3"));
        assert!(!ClientIdUrl::is_claimed_by("ééééé"));
    }

    #[test]
    fn a_good_document_gives_a_public_client() {
        for method in ["", r#","token_endpoint_auth_method":"none""#] {
            let client = judge(&document(method)).unwrap();

            assert_eq!(client.token_endpoint_auth_method, ClientAuthMethod::None);
            assert_eq!((client.redirect_uris.len(), client.keys), (2, None));
        }
    }

    #[test]
    fn a_client_with_keys_proves_itself_by_them_if_it_says_so_and_else_may() {
        let keys = r#","jwks_uri":"https://chatgpt.com/oauth/jwks.json""#;
        let at = Some(ClientKeys::At("https://chatgpt.com/oauth/jwks.json".to_owned()));

        let proves = judge(&document(&format!(r#"{keys},"token_endpoint_auth_method":"private_key_jwt""#))).unwrap();
        let may = judge(&document(keys)).unwrap();

        assert_eq!((proves.token_endpoint_auth_method, &proves.keys), (ClientAuthMethod::PrivateKeyJwt, &at));
        assert_eq!((may.token_endpoint_auth_method, &may.keys), (ClientAuthMethod::None, &at));
        assert!(judge(&document(r#","token_endpoint_auth_method":"private_key_jwt""#)).is_err(), "it has no keys");
    }

    #[test]
    fn a_document_must_name_its_own_url() {
        for other in ["https://claude.ai/oauth/other", "https://CLAUDE.ai/oauth/claude-code-client-metadata"] {
            assert!(judge(&document("").replace(ID, other)).is_err());
        }
        assert!(judge(r#"{"client_name":"x","redirect_uris":["https://c/cb"]}"#).is_err());
    }

    #[test]
    fn a_document_never_has_a_shared_secret() {
        for members in [
            r#","client_secret":"x""#,
            r#","client_secret_expires_at":0"#,
            r#","token_endpoint_auth_method":"client_secret_basic""#,
            r#","token_endpoint_auth_method":"client_secret_post""#,
            r#","token_endpoint_auth_method":"client_secret_jwt""#,
            r#","token_endpoint_auth_method":"tls_client_auth""#,
        ] {
            assert_eq!(judge(&document(members)).unwrap_err().code, OAuthErrorCode::InvalidClient);
        }
    }

    #[test]
    fn a_document_needs_a_name_and_redirects() {
        assert!(judge(&format!(r#"{{"client_id":"{ID}","redirect_uris":["https://c/cb"]}}"#)).is_err());
        assert!(judge(&format!(r#"{{"client_id":"{ID}","client_name":"x"}}"#)).is_err());
        let error =
            judge(&format!(r#"{{"client_id":"{ID}","client_name":"x","redirect_uris":["http://c/cb"]}}"#)).unwrap_err();
        assert_eq!(error.code, OAuthErrorCode::InvalidClient);
    }

    #[test]
    fn the_longest_document_url_has_255_bytes() {
        let url = |length: usize| format!("https://c/{}", "d".repeat(length - 10));

        assert!(ClientIdUrl::parse(&url(MAX_LENGTH)).is_ok());
        assert!(ClientIdUrl::parse(&url(MAX_LENGTH + 1)).is_err());
    }

    #[test]
    fn the_id_in_a_document_is_compared_as_a_string() {
        for other in [
            "https://claude.ai/oauth/claude-code-client-metadata/",
            "https://claude.ai:443/oauth/claude-code-client-metadata",
            "https://claude.ai/oauth/claude-code-client-metadata?x=1",
            "https://claude.ai/OAuth/claude-code-client-metadata",
            " https://claude.ai/oauth/claude-code-client-metadata",
        ] {
            assert!(judge(&document("").replace(ID, other)).is_err(), "{other}");
        }
    }

    #[test]
    fn a_policy_without_public_clients_takes_no_document() {
        let policy =
            RegistrationPolicy { auth_methods: vec![ClientAuthMethod::ClientSecretBasic], ..Default::default() };
        let metadata = ClientMetadata::parse(document("").as_bytes()).unwrap();

        let refusal = judge_document(&ClientIdUrl::parse(ID).unwrap(), &metadata, &policy).unwrap_err();

        assert_eq!(refusal.code, OAuthErrorCode::InvalidClient);
    }

    #[test]
    fn a_document_gives_no_privilege() {
        let plain = judge(&document("")).unwrap();
        let greedy = judge(&document(r#","skip_consent":true,"user_id":"u1","jwks_uri":"http://169.254.169.254/""#));

        assert_eq!(greedy.unwrap(), plain);
    }

    #[test]
    fn grants_that_are_not_offered_are_dropped_from_a_document() {
        let client = judge(&document(
            r#","grant_types":["authorization_code","refresh_token","urn:ietf:params:oauth:grant-type:jwt-bearer"]"#,
        ))
        .unwrap();

        assert_eq!(client.grant_types.len(), 2);
    }

    #[test]
    fn a_document_redirect_matches_on_any_loopback_port() {
        let client = judge(&document("")).unwrap();

        assert!(client.redirect_uris.iter().any(|uri| uri.matches("http://127.0.0.1:51234/callback")));
        assert!(!client.redirect_uris.iter().any(|uri| uri.matches("http://127.0.0.1:51234/other")));
    }
}
