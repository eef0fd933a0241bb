//! Dynamic client registration: keep what is acceptable, drop the rest, echo what was kept. RFC 7591 §3.2.1.

mod display_text;
mod metadata;
mod response;

use url::Url;

use crate::client::{ApplicationType, GrantType, ResponseType};
use crate::client_auth::ClientAuthMethod;
use crate::redirect_uri::{self, RedirectUri, is_uri_byte};
use crate::scope::Scope;
use crate::{OAuthError, OAuthErrorCode};

use display_text::display_text;

pub use metadata::ClientMetadata;
pub use response::RegistrationResponse;

/// The largest number of redirect URIs kept; further ones are dropped.
pub const MAX_REDIRECT_URIS: usize = 10;
/// The largest length of a client name, in characters; a longer one is cut.
pub const MAX_NAME_LENGTH: usize = 100;
/// The name of a client that sent none that can be shown.
pub const DEFAULT_CLIENT_NAME: &str = "Unnamed application";
/// The one private-use redirect URI allowed by default, as Cursor documents it.
pub const CURSOR_REDIRECT_URI: &str = "cursor://anysphere.cursor-mcp/oauth/callback";

/// The largest number of contacts kept.
const MAX_CONTACTS: usize = 10;
/// The largest length of a contact, software id or software version, in characters.
const MAX_TEXT_LENGTH: usize = 254;

/// What this server lets a client register.
#[derive(Debug, Clone)]
pub struct RegistrationPolicy {
    /// The scopes a client may name. Default none, so that every named one is dropped.
    pub scopes: Scope,
    /// The grant types offered. Default both.
    pub grant_types: Vec<GrantType>,
    /// The authentication methods offered. Default all three.
    pub auth_methods: Vec<ClientAuthMethod>,
    /// The private-use redirect URIs allowed, without query. Default Cursor's.
    pub private_use_redirects: Vec<String>,
}

impl Default for RegistrationPolicy {
    fn default() -> Self {
        Self {
            scopes: Scope::default(),
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            auth_methods: vec![
                ClientAuthMethod::None,
                ClientAuthMethod::ClientSecretBasic,
                ClientAuthMethod::ClientSecretPost,
            ],
            private_use_redirects: vec![CURSOR_REDIRECT_URI.to_owned()],
        }
    }
}

/// What is stored of a registration; all of it is echoed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedClient {
    /// The name a person sees, safe to show as text.
    pub client_name: String,
    /// The acceptable redirect URIs: 1 to [`MAX_REDIRECT_URIS`].
    pub redirect_uris: Vec<RedirectUri>,
    /// The authentication method; with any but `none` the client gets a secret.
    pub token_endpoint_auth_method: ClientAuthMethod,
    /// The grant types, among them `authorization_code`.
    pub grant_types: Vec<GrantType>,
    /// The known scopes it named: a hint, not a ceiling; empty when it named none.
    pub scope: Scope,
    /// Where the client runs.
    pub application_type: ApplicationType,
    /// The acceptable URIs for after signing out.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The home page, https only.
    pub client_uri: Option<String>,
    /// The logo, https only, never to be loaded.
    pub logo_uri: Option<String>,
    /// The terms of service, https only.
    pub tos_uri: Option<String>,
    /// The privacy policy, https only.
    pub policy_uri: Option<String>,
    /// The people responsible.
    pub contacts: Vec<String>,
    /// The software.
    pub software_id: Option<String>,
    /// The version of the software.
    pub software_version: Option<String>,
}

/// Judges a registration request: what it gives if anything usable is left of it.
///
/// # Errors
///
/// `invalid_redirect_uri` when no redirect URI is acceptable; `invalid_client_metadata` when the
/// client cannot use the code grant, or no authentication method is left. RFC 7591 §3.2.2.
pub fn judge_registration(request: &ClientMetadata, policy: &RegistrationPolicy) -> Result<AcceptedClient, OAuthError> {
    let redirect_uris = acceptable_redirects(request.redirect_uris.as_deref(), policy)?;
    let text = |value: &Option<String>| value.as_deref().and_then(|text| display_text(text, MAX_TEXT_LENGTH));
    judge_response_types(request.response_types.as_deref())?;

    Ok(AcceptedClient {
        client_name: request
            .client_name
            .as_deref()
            .and_then(|name| display_text(name, MAX_NAME_LENGTH))
            .unwrap_or_else(|| DEFAULT_CLIENT_NAME.to_owned()),
        token_endpoint_auth_method: auth_method(request, policy)?,
        grant_types: grant_types(request.grant_types.as_deref(), policy)?,
        scope: known_scopes(request.scope.as_deref(), &policy.scopes),
        application_type: application_type(request.application_type.as_deref(), &redirect_uris),
        redirect_uris,
        post_logout_redirect_uris: acceptable_redirects(request.post_logout_redirect_uris.as_deref(), policy)
            .unwrap_or_default(),
        client_uri: https_uri(request.client_uri.as_deref()),
        logo_uri: https_uri(request.logo_uri.as_deref()),
        tos_uri: https_uri(request.tos_uri.as_deref()),
        policy_uri: https_uri(request.policy_uri.as_deref()),
        contacts: request
            .contacts
            .iter()
            .flatten()
            .filter_map(|contact| display_text(contact, MAX_TEXT_LENGTH))
            .take(MAX_CONTACTS)
            .collect(),
        software_id: text(&request.software_id),
        software_version: text(&request.software_version),
    })
}

/// Keeps the redirect URIs that are acceptable, each once; refuses only when none is left.
fn acceptable_redirects(
    wanted: Option<&[String]>,
    policy: &RegistrationPolicy,
) -> Result<Vec<RedirectUri>, OAuthError> {
    let mut kept: Vec<RedirectUri> = Vec::new();
    let mut first_refusal = None;
    for text in wanted.unwrap_or_default() {
        match RedirectUri::for_registration(text, &policy.private_use_redirects) {
            Ok(uri) if kept.contains(&uri) => {}
            Ok(_) if kept.len() == MAX_REDIRECT_URIS => break,
            Ok(uri) => kept.push(uri),
            Err(refusal) => first_refusal = first_refusal.or(Some(refusal)),
        }
    }
    if !kept.is_empty() {
        return Ok(kept);
    }
    Err(first_refusal
        .unwrap_or_else(|| OAuthError::new(OAuthErrorCode::InvalidRedirectUri, "redirect_uris names no redirect URI")))
}

/// Only codes are issued: a client that lists response types must list `code` among them.
fn judge_response_types(wanted: Option<&[String]>) -> Result<(), OAuthError> {
    match wanted {
        None | Some([]) => Ok(()),
        Some(types) if types.iter().any(|name| name == ResponseType::Code.as_str()) => Ok(()),
        Some(_) => Err(OAuthError::new(OAuthErrorCode::InvalidClientMetadata, "response_types must include code")),
    }
}

/// An omitted method means a public client; one that is not offered is refused.
fn auth_method(request: &ClientMetadata, policy: &RegistrationPolicy) -> Result<ClientAuthMethod, OAuthError> {
    let Some(name) = request.token_endpoint_auth_method.as_deref().filter(|name| !name.is_empty()) else {
        return Ok(ClientAuthMethod::None);
    };
    ClientAuthMethod::parse(name).filter(|method| policy.auth_methods.contains(method)).ok_or_else(|| {
        OAuthError::new(
            OAuthErrorCode::InvalidClientMetadata,
            "token_endpoint_auth_method must be none, client_secret_basic or client_secret_post",
        )
    })
}

/// Drops grants that are not offered. Without a list it is the code grant alone (RFC 7591 §2).
fn grant_types(wanted: Option<&[String]>, policy: &RegistrationPolicy) -> Result<Vec<GrantType>, OAuthError> {
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
        return Ok(vec![GrantType::AuthorizationCode]);
    };
    let mut kept = Vec::new();
    for grant in wanted.iter().filter_map(|name| GrantType::parse(name)) {
        if policy.grant_types.contains(&grant) && !kept.contains(&grant) {
            kept.push(grant);
        }
    }
    if kept.contains(&GrantType::AuthorizationCode) {
        return Ok(kept);
    }
    Err(OAuthError::new(OAuthErrorCode::InvalidClientMetadata, "grant_types must include authorization_code"))
}

/// Drops scopes that are not offered and words that are no scopes: at registration a scope is a hint.
fn known_scopes(wanted: Option<&str>, offered: &Scope) -> Scope {
    let words = wanted.unwrap_or_default().split_whitespace();
    Scope::from_tokens(words.filter(|word| offered.contains(word))).unwrap_or_default()
}

/// Native when every redirect stays on the person's machine, whatever the client says; else what it says.
fn application_type(wanted: Option<&str>, redirects: &[RedirectUri]) -> ApplicationType {
    let local = redirects.iter().all(|uri| uri.is_loopback() || uri.is_private_use());
    if local || wanted == Some(ApplicationType::Native.as_str()) {
        ApplicationType::Native
    } else {
        ApplicationType::Web
    }
}

/// Keeps a display URL only if it is https and has nothing to hide.
fn https_uri(text: Option<&str>) -> Option<String> {
    let text = text.filter(|text| text.len() <= redirect_uri::MAX_LENGTH && text.bytes().all(is_uri_byte))?;
    let url = Url::parse(text).ok()?;
    let plain = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
    plain.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> RegistrationPolicy {
        RegistrationPolicy { scopes: Scope::parse("openid mcp:tools").unwrap(), ..RegistrationPolicy::default() }
    }

    fn judged(json: serde_json::Value) -> Result<AcceptedClient, OAuthError> {
        judge_registration(&ClientMetadata::parse(json.to_string().as_bytes())?, &policy())
    }

    fn uris(client: &AcceptedClient) -> Vec<&str> {
        client.redirect_uris.iter().map(RedirectUri::as_str).collect()
    }

    #[test]
    fn acceptable_redirects_are_kept_and_the_rest_dropped() {
        let client = judged(serde_json::json!({"redirect_uris": [
            "cursor://anysphere.cursor-mcp/oauth/callback", "https://www.cursor.com/agents/mcp/oauth/callback",
            "http://localhost:8787/callback", "javascript:alert(1)", "http://example.com/cb", "https://a.example/#f",
        ]}))
        .unwrap();

        assert_eq!(uris(&client).len(), 3);
        assert!(!uris(&client).iter().any(|uri| uri.contains("example.com") || uri.contains("javascript")));
    }

    #[test]
    fn a_client_without_any_acceptable_redirect_is_refused() {
        for uris in [
            vec![],
            vec!["javascript:alert(1)"],
            vec!["http://example.com/cb"],
            vec!["evil://x"],
            vec!["https://*.a.example/cb"],
        ] {
            let refusal = judged(serde_json::json!({"redirect_uris": uris})).unwrap_err();
            assert_eq!(refusal.code, OAuthErrorCode::InvalidRedirectUri, "{uris:?}");
        }
        assert_eq!(judged(serde_json::json!({})).unwrap_err().code, OAuthErrorCode::InvalidRedirectUri);
    }

    #[test]
    fn an_omitted_auth_method_is_none_and_an_explicit_one_is_honoured() {
        let base = |method: serde_json::Value| serde_json::json!({"redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": method});
        assert_eq!(
            judged(serde_json::json!({"redirect_uris": ["https://a.example/cb"]})).unwrap().token_endpoint_auth_method,
            ClientAuthMethod::None
        );
        for method in [ClientAuthMethod::None, ClientAuthMethod::ClientSecretBasic, ClientAuthMethod::ClientSecretPost]
        {
            assert_eq!(judged(base(method.as_str().into())).unwrap().token_endpoint_auth_method, method);
        }
        assert_eq!(judged(base("tls_client_auth".into())).unwrap_err().code, OAuthErrorCode::InvalidClientMetadata);
    }

    #[test]
    fn unknown_grants_and_scopes_are_dropped() {
        let client = judged(serde_json::json!({
            "redirect_uris": ["http://127.0.0.1:33418/"],
            "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
            "scope": " mcp:tools  offline_access claudeai ",
        }))
        .unwrap();

        assert_eq!(client.grant_types, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
        assert_eq!(client.scope.to_string(), "mcp:tools");
        assert!(
            judged(serde_json::json!({"redirect_uris": ["https://a.example"], "scope": ""})).unwrap().scope.is_empty()
        );
    }

    #[test]
    fn a_client_on_the_persons_machine_is_native_whatever_it_says() {
        let kind = |uri: &str, said: Option<&str>| {
            judged(serde_json::json!({"redirect_uris": [uri], "application_type": said})).unwrap().application_type
        };
        assert_eq!(kind("http://localhost:1/cb", None), ApplicationType::Native);
        assert_eq!(kind("http://localhost:1/cb", Some("web")), ApplicationType::Native);
        assert_eq!(kind("https://a.example/cb", None), ApplicationType::Web);
        assert_eq!(kind("https://a.example/cb", Some("native")), ApplicationType::Native);
    }

    #[test]
    fn display_urls_that_are_not_https_are_dropped() {
        let client = judged(serde_json::json!({
            "redirect_uris": ["https://a.example/cb"], "client_uri": "https://a.example", "logo_uri": "javascript:alert(1)",
            "tos_uri": "http://169.254.169.254/", "policy_uri": "https://user@a.example/",
        }))
        .unwrap();

        assert_eq!(client.client_uri.as_deref(), Some("https://a.example"));
        assert_eq!((client.logo_uri, client.tos_uri, client.policy_uri), (None, None, None));
    }

    #[test]
    fn a_client_without_a_name_gets_one() {
        assert_eq!(
            judged(serde_json::json!({"redirect_uris": ["https://a.example/cb"]})).unwrap().client_name,
            DEFAULT_CLIENT_NAME
        );
    }

    #[test]
    fn privileges_cannot_be_registered() {
        let client = judged(serde_json::json!({
            "redirect_uris": ["https://a.example/cb"], "client_id": "chosen", "client_secret": "chosen",
            "skip_consent": true, "disabled": false, "user_id": "u1", "trusted": true,
        }));

        assert!(client.is_ok(), "unknown and server-owned members are ignored");
    }
}
