//! What can be wrong with the options of the provider, each with what would be right.

use auth_protocol::client::GrantType;
use auth_protocol::client_auth::ClientAuthMethod;
use auth_protocol::metadata::AuthorizationServerMetadata;
use auth_protocol::registered_claim::is_registered;
use auth_protocol::scope::{self, IDENTITY_SCOPES, Scope};

use crate::authentication_context::AuthenticationContext;
use crate::client_option::Known;
use crate::config::OidcProvider;
use crate::extension_claims::CustomClaim;
use crate::extension_metadata::ExtensionMetadata;
use crate::resource_server::ResourceOption;

/// The routes that can have a second name.
const ALIASED: [&str; 5] = ["/oauth2/authorize", "/oauth2/token", "/oauth2/userinfo", "/oauth2/register", "/jwks"];

/// The longest name of a claim, in bytes.
const MAX_CLAIM: usize = 255;

/// An option whose value is wrong, and what would be right.
#[derive(Clone, Debug)]
pub(crate) struct WrongOption {
    pub(crate) option: &'static str,
    pub(crate) value: String,
    pub(crate) right: String,
}

impl WrongOption {
    /// An option that is a text.
    pub(crate) fn text(option: &'static str, value: &str, right: &str) -> Self {
        Self { option, value: format!("{value:?}"), right: right.to_owned() }
    }
}

impl OidcProvider {
    /// What is wrong with these options.
    pub(crate) fn complaints(&self) -> Vec<WrongOption> {
        let mut complaints = Vec::new();
        let pages = [("login_page", &self.login_page), ("consent_page", &self.consent_page)];
        let sign_up = self.sign_up_page.iter().map(|path| ("sign_up_page", path));
        for (option, path) in pages.into_iter().chain(sign_up) {
            if !path.starts_with('/') || path.starts_with("//") || path.contains(['?', '#', '\\']) {
                complaints.push(WrongOption::text(option, path, "use a path such as \"/sign-in\""));
            }
        }
        complaints.extend(self.complaint_of_issuer());
        complaints.extend(self.complaint_of_documents());
        for context in &self.contexts {
            let AuthenticationContext { acr, methods } = context;
            let is_word = |text: &String| !text.is_empty() && !text.contains(char::is_whitespace);
            let is_last_of_its_name = self.contexts.iter().filter(|other| other.acr == *acr).count() == 1;
            if !is_word(acr) || methods.is_empty() || !methods.iter().all(is_word) || !is_last_of_its_name {
                let right = "use one name without blanks once, and methods such as \"pwd\"";
                complaints.push(WrongOption::text("authentication_context", acr, right));
            }
        }
        let bounds = [
            ("code_expires_in", self.code_expires_in, 1, 600),
            ("access_token_expires_in", self.access_token_expires_in, 1, 86_400),
            ("jwt_access_token_expires_in", self.jwt_access_token_expires_in, 1, 86_400),
            ("refresh_token_expires_in", self.refresh_token_expires_in, 1, 31_536_000),
            ("grant_expires_in", self.grant_expires_in, 1, 157_680_000),
            ("id_token_expires_in", self.id_token_expires_in, 1, 86_400),
            ("interaction_expires_in", self.interaction_expires_in, 60, 3600),
            ("replay_window", self.replay_window, 0, 60),
            ("client_secret_overlap", self.client_secret_overlap, 0, 2_592_000),
        ];
        let rotation = self.signing_keys_rotate_in;
        let rotation = (rotation != 0).then_some(("signing_keys_rotate_in", rotation, 3600, 315_360_000));
        let secrets = self.client_secrets_expire_in;
        let secrets = (secrets != 0).then_some(("client_secrets_expire_in", secrets, 86_400, 315_360_000));
        for (option, value, least, most) in bounds.into_iter().chain(rotation).chain(secrets) {
            if !(least..=most).contains(&value) {
                complaints.push(WrongOption {
                    option,
                    value: value.to_string(),
                    right: format!("use {least} to {most} seconds"),
                });
            }
        }
        complaints.extend((0..self.aliases.len()).filter_map(|index| self.alias_complaint(index)));
        complaints.extend(self.resources.iter().flat_map(ResourceOption::complaints));
        complaints.extend(self.scope_complaints());
        complaints.extend(self.grant_complaints());
        complaints.extend(self.claim_complaints());
        complaints.extend(self.auth_method_complaints());
        complaints.extend(self.metadata_complaints());
        complaints.extend(self.client_complaints());
        complaints
    }

    /// What is wrong with the clients that are declared.
    fn client_complaints(&self) -> Vec<WrongOption> {
        let mut complaints = Vec::new();
        let grants: Vec<&str> = self.grants.iter().map(|grant| grant.grant_type()).collect();
        let methods: Vec<&str> = self.auth_methods.iter().map(|extension| extension.method()).collect();
        let known = Known { grants: &grants, methods: &methods };
        for (index, client) in self.clients.iter().enumerate() {
            if self.clients.iter().take(index).any(|other| other.client_id == client.client_id) {
                complaints.push(WrongOption::text("client", &client.client_id, "declare it once"));
            }
            complaints.extend(client.complaints(known));
            let offered = |name: &String| self.offers(name) || IDENTITY_SCOPES.contains(&name.as_str());
            let unknown = client.own_scope.iter().filter(|name| !offered(name));
            complaints.extend(unknown.map(|name| WrongOption::text("client", name, "offer this scope too")));
        }
        complaints
    }

    /// Two that answer the same grant type, or one of the provider's own.
    fn grant_complaints(&self) -> impl Iterator<Item = WrongOption> {
        let grants = self.grants.iter().enumerate();
        grants.filter_map(|(index, grant)| {
            let name = grant.grant_type();
            let earlier = self.grants.iter().take(index).any(|other| other.grant_type() == name);
            let taken = earlier || GrantType::parse(name).is_some();
            taken.then(|| WrongOption::text("extension_grant", name, "let one extension answer a grant type"))
        })
    }

    /// Two of the same name, or one of the provider's own.
    fn auth_method_complaints(&self) -> impl Iterator<Item = WrongOption> {
        let methods = self.auth_methods.iter().enumerate();
        methods.filter_map(|(index, extension)| {
            let name = extension.method();
            let earlier = self.auth_methods.iter().take(index).any(|other| other.method() == name);
            let taken = earlier || name.is_empty() || ClientAuthMethod::parse(name).is_some();
            taken.then(|| WrongOption::text("extension_client_auth", name, "let one extension judge a method"))
        })
    }

    /// Two of the same name, or one that the provider tells itself.
    fn metadata_complaints(&self) -> Vec<WrongOption> {
        let mut complaints = Vec::new();
        for (index, (name, value)) in self.metadata.iter().enumerate() {
            let mut wrong = |value: &str, right| complaints.push(WrongOption::text("extension_metadata", value, right));
            if name.is_empty() || AuthorizationServerMetadata::MEMBERS.contains(&name.as_str()) {
                wrong(name, "use a name that the provider does not use");
            }
            if self.metadata.iter().take(index).any(|(other, _)| other == name) {
                wrong(name, "let one extension tell a member");
            }
            match value {
                ExtensionMetadata::Endpoint(path) if !path.starts_with('/') => {
                    wrong(path, "use a path such as \"/oauth2/device\"");
                }
                ExtensionMetadata::Endpoint(_) | ExtensionMetadata::Value(_) => {}
            }
        }
        complaints
    }

    /// Claims that are the protocol's, or another extension's, or that no scope opens.
    fn claim_complaints(&self) -> Vec<WrongOption> {
        let claims: Vec<CustomClaim> = self.custom_claims().collect();
        let mut complaints = Vec::new();
        for (index, CustomClaim { name, scope }) in claims.iter().enumerate() {
            let mut wrong = |value: &str, right| complaints.push(WrongOption::text("extension_claims", value, right));
            if name.is_empty() || name.len() > MAX_CLAIM || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
                wrong(name, "use a name of visible characters such as \"tenant\"");
            }
            if is_registered(name) {
                wrong(name, "use a name that the protocol does not use");
            }
            if claims.iter().take(index).any(|other| other.name == *name) {
                wrong(name, "let one extension tell a claim");
            }
            if let Some(scope) = scope.as_deref().filter(|scope| !self.offers(scope)) {
                wrong(scope, "offer this scope too");
            }
        }
        complaints
    }

    fn scope_complaints(&self) -> Vec<WrongOption> {
        let mut complaints = Vec::new();
        let count =
            self.scopes.len() + self.resources.iter().map(|resource| resource.named_scopes().count()).sum::<usize>();
        if count > scope::MAX_TOKENS {
            let right = format!("offer at most {}", scope::MAX_TOKENS);
            complaints.push(WrongOption { option: "scopes", value: format!("a list of {count}"), right });
        }
        for name in self
            .scopes
            .iter()
            .map(|option| &option.name)
            .chain(self.resources.iter().flat_map(ResourceOption::named_scopes))
        {
            if !Scope::parse(name).is_ok_and(|scope| scope.iter().count() == 1) {
                complaints.push(WrongOption::text("scope", name, "use one word such as \"notes:read\""));
            }
        }
        if let Some(scope) = self.default_scope.as_deref() {
            match Scope::parse(scope) {
                Ok(parsed) if !parsed.is_empty() && parsed.iter().all(|name| self.offers(name)) => {}
                Ok(_) | Err(_) => {
                    let right = "use scopes the provider offers, separated by blanks";
                    complaints.push(WrongOption::text("default_scope", scope, right));
                }
            }
        }
        complaints
    }

    /// The aliases that can be mounted: those nothing is wrong with.
    pub(crate) fn good_aliases(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let aliases = self.aliases.iter().enumerate();
        aliases.filter(|(index, _)| self.alias_complaint(*index).is_none()).map(|(_, alias)| *alias)
    }

    fn alias_complaint(&self, index: usize) -> Option<WrongOption> {
        let (alias, of) = self.aliases.get(index)?;
        let earlier = self.aliases.iter().take(index).any(|(other, _)| other == alias);
        if !ALIASED.contains(of) {
            let right = format!("make it one of {}", ALIASED.join(", "));
            return Some(WrongOption { option: "alias", value: format!("{alias:?} of {of:?}"), right });
        }
        if !alias.starts_with('/') || alias.contains(['{', '}', '*', '?', '#']) || earlier || ALIASED.contains(alias) {
            return Some(WrongOption::text("alias", alias, "use a path of its own, such as \"/mcp/token\""));
        }
        None
    }
}
