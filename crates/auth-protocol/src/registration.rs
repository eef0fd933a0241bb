//! Dynamic client registration: keep what is acceptable, drop the rest, echo what was kept. RFC 7591 §3.2.1.

mod acceptance;
mod client_keys;
mod display_text;
mod metadata;
mod response;
mod subject_type;

use crate::OAuthError;
use crate::client::{ApplicationType, GrantType};
use crate::client_auth::ClientAuthMethod;
use crate::redirect_uri::RedirectUri;
use crate::scope::Scope;

pub(crate) use client_keys::judge_keys;
use display_text::display_text;

pub use client_keys::{ClientKeys, MAX_KEY_SET_LENGTH, MAX_KEYS};
pub use metadata::ClientMetadata;
pub use response::RegistrationResponse;
pub use subject_type::{MAX_SECTOR_LENGTH, Sector, SubjectType, judge_sector_document, only_host};

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
    /// The authentication methods offered; a client that names none gets `none`, or else the first.
    /// Default all three.
    pub auth_methods: Vec<ClientAuthMethod>,
    /// The private-use redirect URIs allowed, without query. Default Cursor's.
    pub private_use_redirects: Vec<String>,
    /// Whether a client may act for itself, and then needs neither codes nor a redirect URI. Default no.
    pub machines: bool,
    /// Whether the document of a sector may be on this machine, by plain http: for development. Default no.
    pub local_documents: bool,
}

impl Default for RegistrationPolicy {
    fn default() -> Self {
        Self {
            scopes: Scope::default(),
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            auth_methods: ClientAuthMethod::ALL.to_vec(),
            private_use_redirects: vec![CURSOR_REDIRECT_URI.to_owned()],
            machines: false,
            local_documents: false,
        }
    }
}

/// What is stored of a registration; all of it is echoed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedClient {
    /// The name a person sees, safe to show as text.
    pub client_name: String,
    /// The acceptable redirect URIs: 1 to [`MAX_REDIRECT_URIS`], or none of a client that only acts for itself.
    pub redirect_uris: Vec<RedirectUri>,
    /// The authentication method; with any but `none` the client gets a secret.
    pub token_endpoint_auth_method: ClientAuthMethod,
    /// Whether its authorization requests have to be pushed. RFC 9126 §6.
    pub require_pushed_authorization_requests: bool,
    /// Whether all its access tokens have to be bound to a key. RFC 9449 §5.2.
    pub dpop_bound_access_tokens: bool,
    /// The public keys of a client that proves itself by them.
    pub keys: Option<ClientKeys>,
    /// The sector in which people have names of their own; none where they have those of everywhere.
    pub sector: Option<Sector>,
    /// The grant types, among them `authorization_code` unless the client only acts for itself.
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
/// Members a client has no say in, such as `client_id`, and unknown ones count for nothing.
///
/// # Errors
///
/// `invalid_redirect_uri` when no redirect URI is acceptable, for the reason of the first;
/// `invalid_client_metadata` when the client cannot use the code grant, no authentication method is left,
/// or the sector of a pairwise client is unclear. RFC 7591 §3.2.2.
pub fn judge_registration(request: &ClientMetadata, policy: &RegistrationPolicy) -> Result<AcceptedClient, OAuthError> {
    let only_acts = acceptance::only_acts_for_itself(request.grant_types.as_deref(), policy);
    let redirect_uris =
        if only_acts { Vec::new() } else { acceptance::redirect_uris(request.redirect_uris.as_deref(), policy)? };
    acceptance::judge_response_types(request.response_types.as_deref())?;
    let method = acceptance::auth_method(request.token_endpoint_auth_method.as_deref(), policy)?;
    let sector = subject_type::judge_subject_type(request, &redirect_uris, policy)?;
    let text = |value: &Option<String>| value.as_deref().and_then(|text| display_text(text, MAX_TEXT_LENGTH));
    let uri = |value: &Option<String>| value.as_deref().and_then(acceptance::display_uri);

    let keys = client_keys::judge_keys(method, request.jwks.as_ref(), request.jwks_uri.as_deref())?;
    let grant_types = acceptance::grant_types(request.grant_types.as_deref(), policy)?;
    acceptance::judge_machine(&grant_types, method)?;

    Ok(AcceptedClient {
        client_name: request
            .client_name
            .as_deref()
            .and_then(|name| display_text(name, MAX_NAME_LENGTH))
            .unwrap_or_else(|| DEFAULT_CLIENT_NAME.to_owned()),
        token_endpoint_auth_method: method,
        require_pushed_authorization_requests: request.require_pushed_authorization_requests.unwrap_or_default(),
        dpop_bound_access_tokens: request.dpop_bound_access_tokens.unwrap_or_default(),
        keys,
        sector,
        grant_types,
        scope: acceptance::scope(request.scope.as_deref(), &policy.scopes),
        application_type: acceptance::application_type(request.application_type.as_deref(), &redirect_uris),
        redirect_uris,
        post_logout_redirect_uris: acceptance::redirect_uris(request.post_logout_redirect_uris.as_deref(), policy)
            .unwrap_or_default(),
        client_uri: uri(&request.client_uri),
        logo_uri: uri(&request.logo_uri),
        tos_uri: uri(&request.tos_uri),
        policy_uri: uri(&request.policy_uri),
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::OAuthErrorCode;

    fn judged(json: &Value) -> Result<AcceptedClient, OAuthError> {
        let policy =
            RegistrationPolicy { scopes: Scope::parse("openid mcp:tools").unwrap(), ..RegistrationPolicy::default() };
        judge_registration(&ClientMetadata::parse(json.to_string().as_bytes())?, &policy)
    }

    /// Judges a web client with further members.
    fn web(members: &Value) -> Result<AcceptedClient, OAuthError> {
        let mut json = json!({"redirect_uris": ["https://a.example/cb"]});
        json.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        judged(&json)
    }

    #[test]
    fn a_client_that_sends_redirects_alone_is_complete() {
        let client = web(&json!({})).unwrap();

        assert_eq!(client.client_name, DEFAULT_CLIENT_NAME);
        assert_eq!(client.token_endpoint_auth_method, ClientAuthMethod::None);
        assert_eq!(client.grant_types, [GrantType::AuthorizationCode]);
        assert_eq!(client.application_type, ApplicationType::Web);
        assert!(client.scope.is_empty() && client.post_logout_redirect_uris.is_empty());
    }

    #[test]
    fn the_registration_of_cursor_is_accepted() {
        let client = judged(&json!({
            "client_name": "Cursor",
            "redirect_uris": [
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "https://www.cursor.com/agents/mcp/oauth/callback",
                "http://localhost:8787/callback",
            ],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        }))
        .unwrap();

        assert_eq!(client.redirect_uris.len(), 3);
        assert_eq!(client.grant_types, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
    }

    #[test]
    fn the_registration_of_mcp_inspector_is_accepted() {
        let client = judged(&json!({
            "client_name": "MCP Inspector",
            "redirect_uris": ["http://localhost:6274/oauth/callback", "http://localhost:6274/oauth/callback/debug"],
            "scope": "",
            "application_type": "native",
            "token_endpoint_auth_method": "none",
        }))
        .unwrap();

        assert_eq!(client.application_type, ApplicationType::Native);
        assert!(client.scope.is_empty());
    }

    #[test]
    fn a_refused_registration_tells_the_reason_of_the_first_redirect() {
        let refusal = judged(&json!({"redirect_uris": ["https://a.example/#f", "http://a.example/cb"]})).unwrap_err();

        assert_eq!(refusal.code, OAuthErrorCode::InvalidRedirectUri);
        assert_eq!(refusal.description, "the redirect URI has a fragment");
    }

    #[test]
    fn post_logout_redirects_are_held_to_the_same_rule_but_may_all_be_dropped() {
        let wanted = json!({"post_logout_redirect_uris": ["https://a.example/bye", "javascript:alert(1)", "https://a.example/*"]});
        let client = web(&wanted).unwrap();
        let none = web(&json!({"post_logout_redirect_uris": ["data:text/html,x"]})).unwrap();

        assert_eq!(client.post_logout_redirect_uris, [RedirectUri::parse("https://a.example/bye").unwrap()]);
        assert!(none.post_logout_redirect_uris.is_empty());
    }

    #[test]
    fn display_urls_that_are_not_https_are_dropped() {
        let client = web(&json!({
            "client_uri": "https://a.example",
            "logo_uri": "javascript:alert(1)",
            "tos_uri": "http://169.254.169.254/",
            "policy_uri": "https://user@a.example/",
        }))
        .unwrap();

        assert_eq!(client.client_uri.as_deref(), Some("https://a.example"));
        assert_eq!((client.logo_uri, client.tos_uri, client.policy_uri), (None, None, None));
    }

    #[test]
    fn a_name_cannot_deceive_or_flood() {
        let name = |name: &str| web(&json!({ "client_name": name })).unwrap().client_name;

        assert_eq!(name("<b>Claude</b>"), "<b>Claude</b>", "escaping is for whoever renders");
        assert_eq!(name("\u{202e}edualC\r\n\u{200b}"), "edualC");
        assert_eq!(name(&"x".repeat(100_000)).len(), MAX_NAME_LENGTH);
        assert_eq!(name(" \u{3164} "), DEFAULT_CLIENT_NAME);
    }

    #[test]
    fn the_number_and_length_of_texts_is_capped() {
        let contacts: Vec<String> = (0..50).map(|n| format!("{n}@a.example")).collect();
        let client =
            web(&json!({"contacts": contacts, "software_id": "x".repeat(1000), "software_version": "1\u{0}"})).unwrap();

        assert_eq!(client.contacts.len(), MAX_CONTACTS);
        assert_eq!(client.software_id.unwrap().len(), MAX_TEXT_LENGTH);
        assert_eq!(client.software_version.as_deref(), Some("1"));
    }

    #[test]
    fn privileges_cannot_be_registered() {
        let asked = web(&json!({
            "client_id": "chosen", "client_secret": "chosen", "client_secret_expires_at": 0, "skip_consent": true,
            "disabled": false, "user_id": "u1", "trusted": true, "registration_access_token": "x",
        }));

        assert_eq!(asked, web(&json!({})));
    }

    #[test]
    fn a_software_statement_vouches_for_nothing() {
        let unsigned = "eyJhbGciOiJub25lIn0.eyJjbGllbnRfbmFtZSI6IkNsYXVkZSJ9.";

        assert_eq!(web(&json!({ "software_statement": unsigned })), web(&json!({})));
    }

    #[test]
    fn addresses_to_fetch_from_are_not_even_read() {
        let asked = web(&json!({
            "jwks_uri": "http://169.254.169.254/", "sector_identifier_uri": "http://127.0.0.1/",
            "request_uris": ["http://10.0.0.1/"], "backchannel_logout_uri": "http://[::1]/", "jwks": {"keys": []},
        }));

        assert_eq!(asked, web(&json!({})));
    }
}
