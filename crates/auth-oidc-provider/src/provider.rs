//! The provider's one state: options made absolute, keys, documents.

use std::fmt;
use std::sync::Arc;

use auth_core::{AuthContext, StartError};
use auth_outbound::Outbound;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::registration::RegistrationPolicy;
use auth_protocol::resource::Resource;
use auth_protocol::scope::{IDENTITY_SCOPES, OPENID, Scope};
use axum::extract::FromRef;
use chrono::{DateTime, Duration, Utc};

use crate::complaints::WrongOption;
use crate::config::OidcProvider;
use crate::declared_resources::absolute;
use crate::documents::Documents;
use crate::keys::{ClientKeySet, KeyError, Keyring, Occasion, RemoteKeys, Schedule, Wanted, turn};
use crate::resource_server::{self, DefaultLifetimes, ResourceOption, TokenTerms};
use crate::resources::{Known, Resources};

/// An open provider. Cheap to clone; the state of every handler.
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

struct Inner {
    cx: AuthContext,
    options: OidcProvider,
    resources: Vec<Resource>,
    known_resources: Resources,
    scopes: Scope,
    default_scope: Scope,
    registration: RegistrationPolicy,
    keys: Keyring,
    outbound: Option<Outbound>,
    client_keys: RemoteKeys,
    documents: Documents,
    complaints: Vec<WrongOption>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.issuer()).finish_non_exhaustive()
    }
}

impl FromRef<Provider> for AuthContext {
    fn from_ref(provider: &Provider) -> Self {
        provider.cx().clone()
    }
}

impl OidcProvider {
    /// Makes the provider's state for an app. A wrapper mounts it with [`OidcProvider::mount_as`].
    pub fn open(&self, cx: &AuthContext) -> Provider {
        let mut complaints = Vec::new();
        let declared = self.declared_resources(cx, &mut complaints);
        let resources: Vec<Resource> = declared.iter().map(|(resource, _)| resource.clone()).collect();
        self.judge_introspected(cx, &resources, &mut complaints);
        let resource_servers = declared.into_iter().map(|(_, server)| server).collect();
        let names = self.scopes.iter().map(|option| option.name.as_str());
        let base: Vec<&str> = self.resources.iter().flat_map(|r| &r.base_scope).map(String::as_str).collect();
        let of_resources = self.resources.iter().flat_map(ResourceOption::named_scopes).map(String::as_str);
        let scopes = Scope::from_tokens(names.chain(of_resources)).unwrap_or_default();
        let default_scope = match &self.default_scope {
            Some(scope) => Scope::parse(scope).unwrap_or_default(),
            None => Scope::from_tokens(std::iter::once(OPENID).chain(base)).unwrap_or_default(),
        };
        let registration = RegistrationPolicy {
            scopes: scopes.clone(),
            private_use_redirects: self.private_use_redirects.clone(),
            local_documents: self.outbound.allows_loopback(),
            ..RegistrationPolicy::default()
        };
        if self.outbound.has_development_hosts() && !cx.config().is_loopback() {
            let right = "use names that lead to this machine only where the base URL names it too";
            complaints.push(WrongOption::text("outbound", "development_hosts", right));
        }
        let outbound = Outbound::new(self.outbound.clone())
            .inspect_err(|error| {
                let right = "see that the system has root certificates";
                complaints.push(WrongOption::text("outbound", &error.to_string(), right));
            })
            .ok();
        Provider(Arc::new(Inner {
            cx: cx.clone(),
            options: self.clone(),
            resources,
            known_resources: Resources::declared(resource_servers),
            scopes,
            default_scope,
            registration,
            keys: Keyring::default(),
            outbound,
            client_keys: RemoteKeys::default(),
            documents: Documents::default(),
            complaints,
        }))
    }
}

impl Provider {
    /// The configured resource of this identifier: a path below the origin, or a whole URL.
    pub fn resource(&self, identifier: &str) -> Option<&Resource> {
        let wanted = Resource::parse(&absolute(self.cx(), identifier)).ok()?;
        self.resources().iter().find(|resource| **resource == wanted)
    }

    /// The time before which a client without a grant must have registered to be deleted.
    pub(crate) fn clients_unused_since(&self) -> Option<DateTime<Utc>> {
        let options = self.options();
        // Otherwise every client was put there by an operator.
        let come_by_themselves = options.registers() || options.documents.is_some();
        let seconds = options.unused_clients_expire_in;
        (come_by_themselves && seconds > 0).then(|| self.grants_kept_since())
    }

    /// The time before which a grant must have ended to be deleted: until then it shows that its
    /// client was in use.
    pub(crate) fn grants_kept_since(&self) -> DateTime<Utc> {
        let kept = i64::try_from(self.options().unused_clients_expire_in).ok().and_then(Duration::try_seconds);
        kept.and_then(|kept| self.cx().now().checked_sub_signed(kept)).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// The app's shared state.
    pub fn cx(&self) -> &AuthContext {
        &self.0.cx
    }

    /// The issuer: the origin of the base URL and the path an app gave it, one string everywhere (RFC 8414 §2,
    /// RFC 9207 §2).
    pub fn issuer(&self) -> String {
        format!("{}{}", self.cx().config().origin(), self.options().path_of_issuer())
    }

    /// What is declared that tokens can be good for, in canonical form.
    pub fn resources(&self) -> &[Resource] {
        &self.0.resources
    }

    /// All scopes clients can ask for.
    pub fn scopes(&self) -> &Scope {
        &self.0.scopes
    }

    /// What tokens can be good for at the moment.
    pub(crate) fn known_resources(&self) -> &Resources {
        &self.0.known_resources
    }

    pub(crate) fn known(&self) -> Arc<Known> {
        self.known_resources().known()
    }

    /// The resources a request means, in canonical form.
    ///
    /// # Errors
    /// `invalid_target`, when one is unknown or takes no tokens.
    pub fn requested_resources(&self, named: &[Resource]) -> Result<Vec<Resource>, OAuthError> {
        self.known().requested(named)
    }

    /// The scope a client needs to do anything with these resources.
    pub fn base_scope_of(&self, resources: &[Resource]) -> Scope {
        let known = self.known();
        known.servers_of(resources).iter().fold(Scope::default(), |all, server| all.union(&server.base_scope))
    }

    /// All scopes that a token can have which is good for all of these resources.
    pub fn scopes_of(&self, resources: &[Resource]) -> Scope {
        let known = self.known();
        let servers = known.servers_of(resources);
        let offered = servers.iter().fold(self.scopes().clone(), |all, server| all.union(&server.own_scopes()));
        resource_server::allowed_by_each(&offered, &servers)
    }

    /// What is left of a scope for a grant that is for these resources only.
    pub(crate) fn allowed_scope(&self, scope: &Scope, resources: &[Resource]) -> Scope {
        resource_server::allowed(scope, &self.known().servers_of(resources))
    }

    /// What a scope means to the servers of these resources: what each of them allows, and nothing about the person.
    pub(crate) fn scope_at(&self, scope: &Scope, resources: &[Resource]) -> Scope {
        resource_server::allowed_by_each(scope, &self.known().servers_of(resources)).without(&IDENTITY_SCOPES)
    }

    /// What is left of a scope in a token that is good for all of these resources: of what is offered by now.
    ///
    /// # Errors
    /// `invalid_target` or `invalid_scope`, where it would open nothing of what it was to open.
    pub(crate) fn token_scope(&self, scope: &Scope, resources: &[Resource]) -> Result<Scope, OAuthError> {
        let left = scope.intersection(&self.scopes_of(resources));
        let opens = |scope: &Scope| !scope.without(&IDENTITY_SCOPES).is_empty();
        if opens(&left) || !opens(scope) {
            return Ok(left);
        }
        Err(if resources.len() > 1 {
            let description = "no token is good for all of these resources; name one of them";
            OAuthError::new(OAuthErrorCode::InvalidTarget, description)
        } else {
            OAuthError::new(OAuthErrorCode::InvalidScope, "the resource allows nothing of the scope")
        })
    }

    /// What these resources make of an access token.
    ///
    /// # Errors
    /// `invalid_target` where no token is good for all of them, or one takes none.
    pub(crate) fn token_terms(&self, resources: &[Resource]) -> Result<TokenTerms, OAuthError> {
        let options = self.options();
        let lifetimes =
            DefaultLifetimes { opaque: options.access_token_expires_in, jwt: options.jwt_access_token_expires_in };
        let known = self.known();
        known.judge(resources)?;
        TokenTerms::of(&known.servers_of(resources), lifetimes)
    }

    pub(crate) fn options(&self) -> &OidcProvider {
        &self.0.options
    }

    /// The scope of a request that names none. Where it names a resource, what others need is no part of it.
    pub(crate) fn default_scope(&self, base_of_named: Option<&Scope>) -> Scope {
        match base_of_named {
            Some(base) if self.options().default_scope.is_none() => {
                Scope::from_tokens([OPENID]).unwrap_or_default().union(base)
            }
            Some(_) | None => self.0.default_scope.clone(),
        }
    }

    pub(crate) fn registration(&self) -> &RegistrationPolicy {
        &self.0.registration
    }

    pub(crate) fn keys(&self) -> &Keyring {
        &self.0.keys
    }

    /// Changes all signing keys at once, instead of when it is time: when one may have leaked.
    ///
    /// The old ones are published no more, and nothing they have signed counts: neither the ID tokens and
    /// JWT access tokens there are, nor those that somebody else would make. Who keeps the key set, for an
    /// hour at most, learns of it then. Other instances sign with the new ones within a minute.
    ///
    /// # Errors
    /// What the database answers, or that no key could be made.
    pub async fn rotate_signing_keys(&self) -> Result<(), StartError> {
        turn(self.cx(), self.key_schedule(), Occasion::Ordered).await?;
        Ok(self.keys().load(self.cx()).await?)
    }

    /// Does what is due with the signing keys, and takes up what other instances did.
    pub(crate) async fn keep_signing_keys(&self) -> Result<(), KeyError> {
        turn(self.cx(), self.key_schedule(), Occasion::Scheduled).await?;
        self.keys().load(self.cx()).await
    }

    fn key_schedule(&self) -> Schedule {
        let options = self.options();
        let seconds = |seconds: u64| Duration::try_seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
        let every = seconds(options.signing_keys_rotate_in).filter(|every| !every.is_zero());
        let of_resources = self.known().longest();
        let longest =
            of_resources.into_iter().chain([options.id_token_expires_in, options.jwt_access_token_expires_in]).max();
        // Whoever fetched the keys yesterday has the next one, and a hint of yesterday is still read.
        let day = Duration::days(1);
        let ahead = every.map_or(day, |every| day.min(every / 2));
        Schedule { every, ahead, kept: seconds(longest.unwrap_or_default()).unwrap_or(day) + day }
    }

    /// The guarded client, by which everything is fetched. None where it could not be made, which keeps an
    /// app from starting.
    pub fn outbound(&self) -> Option<&Outbound> {
        self.0.outbound.as_ref()
    }

    /// Whose turn it is at which metadata document.
    pub(crate) fn documents(&self) -> &Documents {
        &self.0.documents
    }

    /// The keys of a client that publishes them.
    pub(crate) async fn client_keys_at(&self, uri: &str, wanted: Wanted) -> Option<ClientKeySet> {
        let outbound = self.0.outbound.as_ref()?;
        self.0.client_keys.at(outbound, uri, wanted, self.cx().now()).await
    }

    pub(crate) fn complaints(&self) -> &[WrongOption] {
        &self.0.complaints
    }

    /// What a scope allows, in plain words; the scope itself where nobody has said.
    pub(crate) fn describe(&self, scope: &str) -> String {
        let known = self.options().scopes.iter().find(|option| option.name == scope);
        known.map_or_else(|| scope.to_owned(), |option| option.description.clone())
    }
}
