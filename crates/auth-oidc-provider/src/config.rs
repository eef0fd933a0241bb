//! The options of the provider.

use std::sync::Arc;

use auth_outbound::OutboundOptions;
use auth_protocol::registration::CURSOR_REDIRECT_URI;
use auth_protocol::scope;
use serde_json::Value;

use crate::administration::ManagedBy;
use crate::authentication_context::AuthenticationContext;
use crate::client_id_documents::ClientIdDocuments;
use crate::client_option::ClientOption;
use crate::extension::ExtensionGrant;
use crate::extension_claims::ExtensionClaims;
use crate::extension_client_auth::ExtensionClientAuth;
use crate::extension_metadata::ExtensionMetadata;
use crate::options::{RefreshPolicy, ScopeOption};
use crate::registration_mode::Registration;
use crate::resource_server::ResourceOption;

/// An OAuth 2.1 authorization server and OpenID provider, as a plugin.
#[derive(Clone, Debug)]
pub struct OidcProvider {
    pub(crate) issuer_path: Option<String>,
    pub(crate) login_page: String,
    pub(crate) sign_up_page: Option<String>,
    pub(crate) require_par: bool,
    pub(crate) require_dpop_nonces: bool,
    pub(crate) consent_page: String,
    pub(crate) own_consent_page: bool,
    pub(crate) code_expires_in: u64,
    pub(crate) access_token_expires_in: u64,
    pub(crate) jwt_access_token_expires_in: u64,
    pub(crate) refresh_token_expires_in: u64,
    pub(crate) grant_expires_in: u64,
    pub(crate) id_token_expires_in: u64,
    pub(crate) interaction_expires_in: u64,
    pub(crate) signing_keys_rotate_in: u64,
    pub(crate) replay_window: u64,
    pub(crate) contexts: Vec<AuthenticationContext>,
    pub(crate) refresh_policy: RefreshPolicy,
    pub(crate) default_scope: Option<String>,
    pub(crate) scopes: Vec<ScopeOption>,
    pub(crate) resources: Vec<ResourceOption>,
    pub(crate) clients: Vec<ClientOption>,
    pub(crate) grants: Vec<Arc<dyn ExtensionGrant>>,
    pub(crate) auth_methods: Vec<Arc<dyn ExtensionClientAuth>>,
    pub(crate) metadata: Vec<(String, ExtensionMetadata)>,
    pub(crate) claims: Vec<Arc<dyn ExtensionClaims>>,
    pub(crate) outbound: OutboundOptions,
    pub(crate) registration: Registration,
    pub(crate) documents: Option<ClientIdDocuments>,
    pub(crate) managed_by: ManagedBy,
    pub(crate) client_secrets_expire_in: u64,
    pub(crate) client_secret_overlap: u64,
    pub(crate) unused_clients_expire_in: u64,
    pub(crate) private_use_redirects: Vec<String>,
    pub(crate) aliases: Vec<(&'static str, &'static str)>,
}

impl OidcProvider {
    /// Makes a provider that sends people to this page to sign in: `/sign-in`.
    pub fn new(login_page: impl Into<String>) -> Self {
        let identity = [
            (scope::OPENID, "Know who you are"),
            (scope::PROFILE, "See your name and picture"),
            (scope::EMAIL, "See your e-mail address"),
            (scope::OFFLINE_ACCESS, "Stay connected while you are away"),
        ];
        Self {
            issuer_path: None,
            login_page: login_page.into(),
            sign_up_page: None,
            require_par: false,
            require_dpop_nonces: false,
            consent_page: "/consent".to_owned(),
            own_consent_page: false,
            code_expires_in: 60,
            access_token_expires_in: 3600,
            jwt_access_token_expires_in: 600,
            refresh_token_expires_in: 30 * 86_400,
            grant_expires_in: 90 * 86_400,
            id_token_expires_in: 3600,
            interaction_expires_in: 600,
            signing_keys_rotate_in: 90 * 86_400,
            replay_window: 0,
            contexts: Vec::new(),
            refresh_policy: RefreshPolicy::default(),
            default_scope: None,
            scopes: identity
                .map(|(name, description)| ScopeOption { name: name.to_owned(), description: description.to_owned() })
                .to_vec(),
            resources: Vec::new(),
            clients: Vec::new(),
            grants: Vec::new(),
            auth_methods: Vec::new(),
            metadata: Vec::new(),
            claims: Vec::new(),
            outbound: OutboundOptions::new(),
            registration: Registration::Off,
            documents: None,
            managed_by: ManagedBy::default(),
            client_secrets_expire_in: 0,
            client_secret_overlap: 86_400,
            unused_clients_expire_in: 30 * 86_400,
            private_use_redirects: vec![CURSOR_REDIRECT_URI.to_owned()],
            aliases: Vec::new(),
        }
    }

    /// The page where people sign in, a path at the origin. Default the one given to
    /// [`OidcProvider::new`]. It is opened with `?interaction=<handle>`.
    #[must_use]
    pub fn login_page(mut self, path: impl Into<String>) -> Self {
        self.login_page = path.into();
        self
    }

    /// The page where people make an account, a path at the origin, for clients that ask with
    /// `prompt=create`. Default none: they get to the sign-in page. It is opened as that is.
    #[must_use]
    pub fn sign_up_page(mut self, path: impl Into<String>) -> Self {
        self.sign_up_page = Some(path.into());
        self
    }

    /// Whether every authorization request has to be pushed by its client first (RFC 9126 §5). Default
    /// no: clients may, and one can demand it of itself.
    #[must_use]
    pub fn require_pushed_authorization_requests(mut self, on: bool) -> Self {
        self.require_par = on;
        self
    }

    /// Whether a proof of possession has to repeat a nonce of ours, which is good for some minutes
    /// (RFC 9449 §8). Default no: clients get one along with each answer, and may.
    #[must_use]
    pub fn require_dpop_nonces(mut self, on: bool) -> Self {
        self.require_dpop_nonces = on;
        self
    }

    /// An app's own page where people consent, a path at the origin. Default the built-in page at
    /// `/consent`.
    ///
    /// It is opened with `?consent_code=<handle>&client_id=…&scope=…`.
    #[must_use]
    pub fn consent_page(mut self, path: impl Into<String>) -> Self {
        self.consent_page = path.into();
        self.own_consent_page = true;
        self
    }

    /// Names signing in by all of these methods (RFC 8176 §2: `pwd`, `otp`, `hwk`), so that clients can
    /// ask for it as `acr` and are told; the strongest last. Default none.
    #[must_use]
    pub fn authentication_context<S: Into<String>>(
        mut self,
        acr: impl Into<String>,
        methods: impl IntoIterator<Item = S>,
    ) -> Self {
        let methods = methods.into_iter().map(Into::into).collect();
        self.contexts.push(AuthenticationContext { acr: acr.into(), methods });
        self
    }

    /// When a client gets a refresh token. Default [`RefreshPolicy::OfflineAccess`].
    #[must_use]
    pub fn refresh_policy(mut self, policy: RefreshPolicy) -> Self {
        self.refresh_policy = policy;
        self
    }

    /// The scope of a request that names none. Default `openid` and the resources' base scope.
    #[must_use]
    pub fn default_scope(mut self, scope: impl Into<String>) -> Self {
        self.default_scope = Some(scope.into());
        self
    }

    /// Adds a scope clients can ask for, with the words a person reads on the consent page. Default
    /// `openid`, `profile`, `email` and `offline_access`; one of the same name takes its place.
    #[must_use]
    pub fn scope(mut self, name: impl Into<String>, description: impl Into<String>) -> Self {
        let option = ScopeOption { name: name.into(), description: description.into() };
        self.scopes.retain(|known| known.name != option.name);
        self.scopes.push(option);
        self
    }

    /// Adds scopes clients can ask for, described by their names. Default as of [`OidcProvider::scope`].
    #[must_use]
    pub fn scopes<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        names.into_iter().fold(self, |provider, name| {
            let name = name.into();
            provider.scope(name.clone(), name)
        })
    }

    /// Adds a resource tokens can be good for: a path below the origin, or a whole URL. Default none.
    /// Its tokens are opaque; [`OidcProvider::protected_resource`] has further options.
    #[must_use]
    pub fn resource<S: Into<String>>(
        self,
        identifier: impl Into<String>,
        base_scope: impl IntoIterator<Item = S>,
    ) -> Self {
        self.protected_resource(ResourceOption::new(identifier).base_scope(base_scope))
    }

    /// Adds a resource tokens can be good for, and says what they are like. Default none.
    #[must_use]
    pub fn protected_resource(mut self, resource: ResourceOption) -> Self {
        self.resources.push(resource);
        self
    }

    /// Declares a client of the operator's own, written to the database at start. Default none.
    #[must_use]
    pub fn client(mut self, client: ClientOption) -> Self {
        self.clients.push(client);
        self
    }

    /// Adds a grant type to the token endpoint, for clients that are declared with it. Default none.
    #[must_use]
    pub fn extension_grant(mut self, grant: impl ExtensionGrant) -> Self {
        self.grants.push(Arc::new(grant));
        self
    }

    /// Adds a method of client authentication, for clients that are declared with it by
    /// [`ClientOption::authenticated_by`]. Default none.
    #[must_use]
    pub fn extension_client_auth(mut self, method: impl ExtensionClientAuth) -> Self {
        self.auth_methods.push(Arc::new(method));
        self
    }

    /// Adds a member to the metadata documents (RFC 8414 §2). Default none.
    #[must_use]
    pub fn extension_metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.metadata.push((name.into(), ExtensionMetadata::Value(value.into())));
        self
    }

    /// Adds the URL of an endpoint to the metadata documents: `device_authorization_endpoint`, of a path below
    /// the base path such as `/oauth2/device`. Default none.
    #[must_use]
    pub fn extension_endpoint(mut self, name: impl Into<String>, path: impl Into<String>) -> Self {
        self.metadata.push((name.into(), ExtensionMetadata::Endpoint(path.into())));
        self
    }

    /// Adds claims to ID tokens, userinfo and JWT access tokens. Default none.
    #[must_use]
    pub fn extension_claims(mut self, claims: impl ExtensionClaims) -> Self {
        self.claims.push(Arc::new(claims));
        self
    }

    /// What may be fetched from clients: their keys. Default public addresses over https, and 5 seconds.
    #[must_use]
    pub fn outbound(mut self, options: OutboundOptions) -> Self {
        self.outbound = options;
        self
    }

    /// Answers a route under a second path too, with the same hooks and limits. Default none. One of
    /// `/oauth2/authorize`, `/oauth2/token`, `/oauth2/userinfo`, `/oauth2/register` and `/jwks`.
    #[must_use]
    pub fn alias(mut self, alias: &'static str, of: &'static str) -> Self {
        self.aliases.push((alias, of));
        self
    }
}
