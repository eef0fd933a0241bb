//! Dynamic client registration: keep what is acceptable, drop the rest, echo what was kept. RFC 7591 §3.2.1.

mod display_text;
mod metadata;
mod response;

use std::collections::HashSet;

use url::Url;

use crate::client::{ApplicationType, GrantType, ResponseType};
use crate::client_auth::ClientAuthMethod;
use crate::redirect_uri::{self, RedirectUri, is_uri_byte};
use crate::scope::{self, Scope};
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
pub fn judge_registration(
    request: &ClientMetadata,
    policy: &RegistrationPolicy,
) -> Result<AcceptedClient, OAuthError> {
    let redirect_uris = acceptable_redirects(request.redirect_uris.as_deref(), policy).or_else(refused_redirects)?;
    let text = |value: &Option<String>| {
        value.as_deref().and_then(|text| display_text(text, MAX_TEXT_LENGTH))
    };
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
        post_logout_redirect_uris: acceptable_redirects(
            request.post_logout_redirect_uris.as_deref(),
            policy,
        )
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

