//! What another plugin adds to the provider: a grant of its own. RFC 6749 §4.5.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use auth_core::{Event, Events, HookError, Unexpected};
use auth_protocol::client::ClientKind;
use auth_protocol::error::OAuthError;
use auth_protocol::params::Params;
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;

use crate::entity::client;
use crate::flow::asked::kind;
use crate::provider::Provider;
use crate::store;

/// A grant type that a plugin adds to the token endpoint (RFC 6749 §4.5).
///
/// The provider authenticates the client and sees that it registered the grant type; the extension
/// judges the rest, and the provider issues.
#[async_trait]
pub trait ExtensionGrant: fmt::Debug + Send + Sync + 'static {
    /// The value of `grant_type`: an absolute URI, `urn:ietf:params:oauth:grant-type:device_code`.
    fn grant_type(&self) -> &'static str;

    /// The plugin that must be listed for it, such as the one whose tables it uses. Default none.
    fn needs(&self) -> Option<&'static str> {
        None
    }

    /// Says what the request is worth. Nothing is used up yet: that is what [`Granted::consume`] does.
    async fn judge(&self, request: GrantRequest<'_>) -> Result<Granted, GrantRefusal>;
}

/// A token request of an extension's grant type.
#[derive(Clone, Copy, Debug)]
pub struct GrantRequest<'a> {
    /// The provider it came to.
    pub provider: &'a Provider,
    /// The client, authenticated by the method it registered.
    pub client: &'a client::Model,
    /// The parameters.
    pub params: &'a Params,
    /// The thumbprint of the key whose possession the request has proven, if it has (RFC 9449 §5). Tokens
    /// are bound to it; a grant that is bound to another key is the extension's to refuse.
    pub dpop_jkt: Option<&'a str>,
}

impl GrantRequest<'_> {
    /// Whether the client proves who it is, or anybody can present its id.
    pub fn client_kind(&self) -> ClientKind {
        kind(self.client)
    }
}

impl Provider {
    /// Notes in a transaction that an identifier was used, of something that must not be presented twice; says
    /// whether it was not before. Of many who come at once with the same one a single one wins, on whatever
    /// instance. It is forgotten at `until`.
    ///
    /// Identifiers of one `kind` and one issuer, `of`, are kept apart from all others.
    ///
    /// # Errors
    /// What the database answers. After false or an error a transaction of `PostgreSQL` can do nothing more.
    pub async fn use_up(
        &self,
        tx: &DatabaseTransaction,
        (kind, of): (&str, &str),
        identifier: &str,
        until: DateTime<Utc>,
    ) -> Result<bool, Unexpected> {
        Ok(store::used_jti::spend(tx, kind, of, identifier, until).await?)
    }

    /// Whether [`Provider::use_up`] has noted an identifier, for what must not happen again on its behalf. Only
    /// `use_up` decides who of many is the first.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn is_used_up(
        &self,
        tx: &DatabaseTransaction,
        (kind, of): (&str, &str),
        identifier: &str,
    ) -> Result<bool, Unexpected> {
        Ok(store::used_jti::is_spent(tx, kind, of, identifier).await?)
    }
}

/// Why an extension grants nothing.
#[derive(Debug, thiserror::Error)]
pub enum GrantRefusal {
    /// The request is refused.
    #[error(transparent)]
    Refused(#[from] OAuthError),
    /// Something failed that should not.
    #[error("the grant could not be judged")]
    Failed(Unexpected),
}

impl From<Unexpected> for GrantRefusal {
    fn from(failure: Unexpected) -> Self {
        Self::Failed(failure)
    }
}

/// Uses up what was presented, in the transaction that issues; false if somebody else was faster.
type Consume = Arc<dyn for<'a> Fn(&'a DatabaseTransaction) -> Consuming<'a> + Send + Sync>;
type Consuming<'a> = Pin<Box<dyn Future<Output = Result<bool, Unexpected>> + Send + 'a>>;

/// What a client is granted: the beginning of a grant.
#[derive(Clone)]
pub struct Granted {
    pub(crate) user_id: Option<String>,
    pub(crate) session_id: Option<String>,
    pub(crate) auth_time: Option<DateTime<Utc>>,
    pub(crate) amr: Vec<String>,
    pub(crate) scope: Scope,
    pub(crate) resources: Vec<Resource>,
    pub(crate) refresh: bool,
    pub(crate) consume: Option<Consume>,
    pub(crate) also: Vec<Arc<dyn Also>>,
}

/// An event of an extension, of whatever type.
#[async_trait]
pub(crate) trait Also: Send + Sync {
    /// Tells it in the transaction.
    async fn tell_in(&self, events: &Events, tx: &DatabaseTransaction) -> Result<(), HookError>;

    /// Tells it after the commit.
    async fn tell(&self, events: &Events);
}

#[async_trait]
impl<E: Event> Also for E {
    async fn tell_in(&self, events: &Events, tx: &DatabaseTransaction) -> Result<(), HookError> {
        events.emit_in(self, tx).await
    }

    async fn tell(&self, events: &Events) {
        events.emit(self).await;
    }
}

impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Granted").field("user_id", &self.user_id).field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl Granted {
    /// The client acts for itself: no ID token and no refresh token (RFC 6749 §4.4.3).
    pub fn to_client(scope: Scope, resources: Vec<Resource>) -> Self {
        Self {
            user_id: None,
            session_id: None,
            auth_time: None,
            amr: Vec::new(),
            scope,
            resources,
            refresh: true,
            consume: None,
            also: Vec::new(),
        }
    }

    /// The client acts for a person.
    pub fn for_person(user_id: impl Into<String>, scope: Scope, resources: Vec<Resource>) -> Self {
        Self { user_id: Some(user_id.into()), ..Self::to_client(scope, resources) }
    }

    /// When and in which session the person proved who they are.
    #[must_use]
    pub fn signed_in(mut self, session_id: impl Into<String>, at: DateTime<Utc>) -> Self {
        self.session_id = Some(session_id.into());
        self.auth_time = Some(at);
        self
    }

    /// By which methods they did (RFC 8176 §2): `pwd`, `otp`. ID tokens say so, and which of the app's
    /// authentication contexts that is.
    #[must_use]
    pub fn by<S: Into<String>>(mut self, methods: impl IntoIterator<Item = S>) -> Self {
        self.amr = methods.into_iter().map(Into::into).collect();
        self
    }

    /// Gives no refresh token, whatever client and policy say: the client comes back with another grant, and
    /// whoever gave it decides each time. The grant ends with its access token.
    #[must_use]
    pub fn without_refresh_token(mut self) -> Self {
        self.refresh = false;
        self
    }

    /// Tells of this too: in the transaction that issues, where hooks can refuse, and after it.
    #[must_use]
    pub fn along_with(mut self, event: impl Event) -> Self {
        self.also.push(Arc::new(event));
        self
    }

    /// Uses up what was presented, in the transaction that issues: false, and nothing is issued.
    ///
    /// It may run more than once, where the database asks for another try; each time only what is
    /// committed counts.
    #[must_use]
    pub fn consume<F>(mut self, consume: F) -> Self
    where
        F: for<'a> Fn(&'a DatabaseTransaction) -> Consuming<'a> + Send + Sync + 'static,
    {
        self.consume = Some(Arc::new(consume));
        self
    }
}
