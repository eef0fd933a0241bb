//! Clients an operator declares in code: their own apps and machines.

use auth_core::Secret;
use auth_protocol::client::GrantType;
use auth_protocol::client_auth::ClientAuthMethod;
use auth_protocol::redirect_uri::RedirectUri;
use auth_protocol::registration::{ClientKeys, MAX_SECTOR_LENGTH, only_host};
use auth_protocol::scope::{IDENTITY_SCOPES, Scope};
use serde_json::Value;
use url::Url;

use crate::complaints::WrongOption;
use crate::flow::response_algorithms::ResponseAlgorithms;
use crate::keys::{ClientKeySet, SigningAlgorithm};

/// The longest id of a declared client, in bytes.
const MAX_ID: usize = 200;

/// A client that an operator declares, with what nobody can register from outside: scope of its own,
/// and trust.
///
/// It is written to the database at start, and again when its declaration has changed. One that is no
/// longer declared stays as it is.
#[derive(Clone, Debug)]
pub struct ClientOption {
    pub(crate) client_id: String,
    pub(crate) name: String,
    pub(crate) secret: Option<Secret>,
    pub(crate) previous_secret: Option<Secret>,
    /// By its name: extensions have names of their own.
    pub(crate) auth_method: String,
    pub(crate) keys: Option<ClientKeys>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) post_logout_redirect_uris: Vec<String>,
    pub(crate) grant_types: Vec<String>,
    pub(crate) own_scope: Vec<String>,
    pub(crate) skip_consent: bool,
    pub(crate) require_par: bool,
    pub(crate) require_dpop: bool,
    pub(crate) algorithms: ResponseAlgorithms,
    sector: Option<SectorOption>,
}

/// Where a declared client has names of its own for people.
#[derive(Clone, Debug)]
enum SectorOption {
    /// The one host of its redirect URIs.
    Host,
    /// One that is named.
    Named(String),
}

/// What extensions add that a client can be declared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    /// Their grant types.
    pub(crate) grants: &'a [&'a str],
    /// Their methods of client authentication.
    pub(crate) methods: &'a [&'a str],
}

fn named(method: ClientAuthMethod) -> String {
    method.as_str().to_owned()
}

impl ClientOption {
    /// A client that keeps a secret of at least 32 bytes, and sends it in the `Authorization` header.
    pub fn confidential(client_id: impl Into<String>, secret: impl Into<String>) -> Self {
        let secret = Some(Secret::new(secret));
        Self { secret, auth_method: named(ClientAuthMethod::ClientSecretBasic), ..Self::public(client_id) }
    }

    /// A client that cannot keep a secret: an app on a device, a page in a browser.
    pub fn public(client_id: impl Into<String>) -> Self {
        let client_id = client_id.into();
        Self {
            name: client_id.clone(),
            client_id,
            secret: None,
            previous_secret: None,
            auth_method: named(ClientAuthMethod::None),
            keys: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            grant_types: Vec::new(),
            own_scope: Vec::new(),
            skip_consent: false,
            require_par: false,
            require_dpop: false,
            algorithms: ResponseAlgorithms::default(),
            sector: None,
        }
    }

    /// A client that keeps a private key, and signs with it; `jwks` is the set of the public ones
    /// (RFC 7523 §2.2).
    pub fn signing(client_id: impl Into<String>, jwks: Value) -> Self {
        let keys = Some(ClientKeys::Here(jwks));
        Self { keys, auth_method: named(ClientAuthMethod::PrivateKeyJwt), ..Self::public(client_id) }
    }

    /// A client that signs, and publishes its public keys at an https URL.
    pub fn signing_with_keys_at(client_id: impl Into<String>, jwks_uri: impl Into<String>) -> Self {
        let keys = Some(ClientKeys::At(jwks_uri.into()));
        Self { keys, auth_method: named(ClientAuthMethod::PrivateKeyJwt), ..Self::public(client_id) }
    }

    /// A client that proves who it is by a method of an extension.
    pub fn authenticated_by(client_id: impl Into<String>, method: impl Into<String>) -> Self {
        Self { auth_method: method.into(), ..Self::public(client_id) }
    }

    /// The name a person reads. Default the id.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sends the secret in the body instead of the header.
    #[must_use]
    pub fn secret_in_body(mut self) -> Self {
        self.auth_method = named(ClientAuthMethod::ClientSecretPost);
        self
    }

    /// Adds a redirect URI: people sign in to this client, and it may refresh.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self.grants(GrantType::AuthorizationCode.as_str()).grants(GrantType::RefreshToken.as_str())
    }

    /// Adds a URI for after signing out.
    #[must_use]
    pub fn post_logout_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.post_logout_redirect_uris.push(uri.into());
        self
    }

    /// Lets it act for itself, with this scope at most (RFC 6749 §4.4).
    #[must_use]
    pub fn acts_for_itself<S: Into<String>>(mut self, scope: impl IntoIterator<Item = S>) -> Self {
        self.own_scope.extend(scope.into_iter().map(Into::into));
        self.grants(GrantType::ClientCredentials.as_str())
    }

    /// Lets it use another grant type, such as an extension's.
    #[must_use]
    pub fn grant_type(self, grant_type: impl Into<String>) -> Self {
        self.grants(&grant_type.into())
    }

    /// Asks nobody for consent: for the operator's own apps. Public clients whose answer another
    /// program on the machine could take are asked for all the same (RFC 8252 §8.6).
    #[must_use]
    pub fn without_consent(mut self) -> Self {
        self.skip_consent = true;
        self
    }

    /// Takes only authorization requests that it has pushed (RFC 9126 §6).
    #[must_use]
    pub fn require_pushed_authorization_requests(mut self) -> Self {
        self.require_par = true;
        self
    }

    /// Takes this secret too, while whoever runs the client changes to the other one.
    #[must_use]
    pub fn previous_secret(mut self, secret: impl Into<String>) -> Self {
        self.previous_secret = Some(Secret::new(secret));
        self
    }

    /// Gets only access tokens that are bound to a key (RFC 9449 §5.2).
    #[must_use]
    pub fn require_dpop(mut self) -> Self {
        self.require_dpop = true;
        self
    }

    /// Gets userinfo signed by this algorithm instead of plain JSON (OpenID Connect Core §5.3.2).
    #[must_use]
    pub fn userinfo_signed_response_alg(mut self, algorithm: SigningAlgorithm) -> Self {
        self.algorithms.userinfo = Some(algorithm);
        self
    }

    /// Gets introspection answers that it asks for as a JWT signed by this algorithm (RFC 9701). Default ES256.
    #[must_use]
    pub fn introspection_signed_response_alg(mut self, algorithm: SigningAlgorithm) -> Self {
        self.algorithms.introspection = Some(algorithm);
        self
    }

    /// Gives it names of people that clients of other hosts do not know (OpenID Connect Core §8). Its
    /// redirect URIs are of one host, which is the sector.
    #[must_use]
    pub fn pairwise(mut self) -> Self {
        self.sector = Some(SectorOption::Host);
        self
    }

    /// Gives it names of people that clients outside of this sector do not know; a sector is a host, such as
    /// `apps.example.com`, and its clients know people by the same names.
    #[must_use]
    pub fn pairwise_in(mut self, sector: impl Into<String>) -> Self {
        self.sector = Some(SectorOption::Named(sector.into()));
        self
    }

    /// The host of its sector, if it has one.
    pub(crate) fn sector(&self) -> Option<String> {
        match self.sector.as_ref()? {
            SectorOption::Named(sector) => Some(sector.clone()),
            SectorOption::Host => only_host(&self.parsed_redirect_uris()).ok().map(str::to_owned),
        }
    }

    /// Its redirect URIs that are such.
    pub(crate) fn parsed_redirect_uris(&self) -> Vec<RedirectUri> {
        self.redirect_uris.iter().filter_map(|uri| RedirectUri::parse(uri).ok()).collect()
    }

    fn grants(mut self, grant_type: &str) -> Self {
        if !self.grant_types.iter().any(|known| known == grant_type) {
            self.grant_types.push(grant_type.to_owned());
        }
        self
    }

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
        if self.grant_types.is_empty() {
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
        if self.auth_method == ClientAuthMethod::None.as_str() && self.acts() {
            wrong(id, "give it a secret or keys: a public client cannot act for itself".to_owned());
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
