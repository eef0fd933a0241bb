//! What another plugin adds to the provider: a grant of its own. RFC 6749 §4.5.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use auth_core::Unexpected;
use auth_protocol::error::OAuthError;
use auth_protocol::params::Params;
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;

use crate::entity::client;
use crate::provider::Provider;

/// A grant type that a plugin adds to the token endpoint (RFC 6749 §4.5).
///
/// The provider authenticates the client and sees that it registered the grant type; the extension
/// judges the rest, and the provider issues.
#[async_trait]
pub trait ExtensionGrant: fmt::Debug + Send + Sync + 'static {
    /// The value of `grant_type`: an absolute URI, `urn:ietf:params:oauth:grant-type:device_code`.
    fn grant_type(&self) -> &'static str;

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
    pub(crate) consume: Option<Consume>,
}

impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Granted").field("user_id", &self.user_id).field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl Granted {
    /// The client acts for itself: no ID token and no refresh token (RFC 6749 §4.4.3).
    pub fn to_client(scope: Scope, resources: Vec<Resource>) -> Self {
        let amr = Vec::new();
        Self { user_id: None, session_id: None, auth_time: None, amr, scope, resources, consume: None }
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
