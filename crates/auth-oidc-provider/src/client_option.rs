//! Clients an operator declares in code: their own apps and machines.

mod complaints;

use auth_core::Secret;
use auth_protocol::client::GrantType;
use auth_protocol::client_auth::ClientAuthMethod;
use auth_protocol::redirect_uri::RedirectUri;
use auth_protocol::registration::{ClientKeys, only_host};
use serde_json::Value;

pub(crate) use complaints::Known;

use crate::flow::response_algorithms::ResponseAlgorithms;
use crate::keys::SigningAlgorithm;

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
    /// The resources whose tokens it may ask about, each a path below the origin or a whole URL.
    pub(crate) introspects: Vec<String>,
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
            introspects: Vec::new(),
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

    /// Lets it ask what access tokens for this resource are worth, as the server of the resource in another
    /// process does (RFC 7662): a path below the origin, or a whole URL. Of any other token it learns nothing.
    #[must_use]
    pub fn introspects(mut self, resource: impl Into<String>) -> Self {
        self.introspects.push(resource.into());
        self
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
}
