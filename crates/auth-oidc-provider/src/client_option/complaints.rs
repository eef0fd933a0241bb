//! What can be wrong with a client that is declared.

use auth_protocol::client::GrantType;
use auth_protocol::client_auth::ClientAuthMethod;
use auth_protocol::redirect_uri::RedirectUri;
use auth_protocol::registration::{ClientKeys, MAX_SECTOR_LENGTH};
use auth_protocol::scope::{IDENTITY_SCOPES, Scope};
use url::Url;

use super::{ClientOption, SectorOption};
use crate::complaints::WrongOption;
use crate::keys::ClientKeySet;

/// The longest id of a declared client, in bytes.
const MAX_ID: usize = 200;

/// What extensions add that a client can be declared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    /// Their grant types.
    pub(crate) grants: &'a [&'a str],
    /// Their methods of client authentication.
    pub(crate) methods: &'a [&'a str],
}

impl ClientOption {
    /// What is wrong with it; `known` are the grant types of extensions.
    pub(crate) fn complaints(&self, known: Known<'_>) -> Vec<WrongOption> {
        let mut complaints = Vec::new();
        let id = &self.client_id;
        let mut wrong = |value: &str, right: String| complaints.push(WrongOption::text("client", value, &right));
        if id.is_empty() || id.len() > MAX_ID || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            wrong(id, format!("use an id of 1 to {MAX_ID} visible characters"));
        }
        if [&self.secret, &self.previous_secret].into_iter().flatten().any(|secret| secret.weakness().is_some()) {
            wrong(id, "give it a secret of at least 32 bytes, drawn at random".to_owned());
        }
        if self.grant_types.is_empty() && self.introspects.is_empty() {
            wrong(id, "give it a redirect URI, or let it act for itself".to_owned());
        }
        for uri in self.redirect_uris.iter().chain(&self.post_logout_redirect_uris) {
            if RedirectUri::parse(uri).is_err() {
                wrong(uri, format!("give {id} a whole redirect URI such as \"https://app.example.com/callback\""));
            }
        }
        match (&self.sector, self.sector()) {
            (Some(SectorOption::Host), None) => {
                wrong(id, "give it redirect URIs of one host, or name its sector".to_owned());
            }
            (Some(SectorOption::Named(sector)), _) if !is_sector(sector) => {
                wrong(sector, format!("name the sector of {id} by a host such as \"apps.example.com\""));
            }
            (Some(_) | None, _) => {}
        }
        for name in &self.own_scope {
            let one = Scope::parse(name).is_ok_and(|scope| scope.len() == 1);
            if !one || IDENTITY_SCOPES.contains(&name.as_str()) {
                wrong(name, "let it act with scopes such as \"notes:read\", none about a person".to_owned());
            }
        }
        let is_public = self.auth_method == ClientAuthMethod::None.as_str();
        if is_public && self.acts() {
            wrong(id, "give it a secret or keys: a public client cannot act for itself".to_owned());
        }
        if is_public && !self.introspects.is_empty() {
            wrong(id, "give it a secret or keys: a public client cannot introspect".to_owned());
        }
        if ClientAuthMethod::parse(&self.auth_method).is_none() && !known.methods.contains(&self.auth_method.as_str()) {
            wrong(&self.auth_method, format!("let {id} authenticate by a method of an extension, and add that"));
        }
        match &self.keys {
            Some(ClientKeys::Here(set)) if ClientKeySet::read(set.to_string().as_bytes()).is_none() => {
                wrong(id, "give it a JWK set with a public key for signatures".to_owned());
            }
            Some(ClientKeys::At(uri)) if !uri.starts_with("https://") || Url::parse(uri).is_err() => {
                wrong(uri, format!("give {id} an https URL of its keys"));
            }
            Some(_) | None => {}
        }
        for grant in &self.grant_types {
            if GrantType::parse(grant).is_none() && !known.grants.contains(&grant.as_str()) {
                wrong(grant, format!("give {id} a grant type the provider knows, or add the extension"));
            }
        }
        complaints
    }

    fn acts(&self) -> bool {
        self.grant_types.iter().any(|grant| grant == GrantType::ClientCredentials.as_str())
    }
}

/// Whether a text can be a host, written as browsers write it.
fn is_sector(text: &str) -> bool {
    let is_of_host = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
    (1..=MAX_SECTOR_LENGTH).contains(&text.len()) && text.bytes().all(is_of_host)
}
