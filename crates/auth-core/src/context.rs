//! What every plugin works with: configuration, database, time, randomness, keys, events.

use std::fmt;
use std::sync::{Arc, OnceLock, Weak};

use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use http::{HeaderValue, StatusCode, header};
use sea_orm::DatabaseConnection;

use crate::clock::{Clock, after, last_moment, to_millis};
use crate::config::Config;
use crate::continuation::{Continuation, Resume};
use crate::error::{ApiError, ErrorCode, Unexpected};
use crate::hooks::Events;
use crate::metrics::Metrics;
use crate::pages::{ErrorView, Pages, page};
use crate::random::{self, NoRandomness, Random};
use crate::rate_limit::{RateLimitStore, Verdict};
use crate::secret::Keys;
use crate::session::SignedIn;

/// The shared state of an app. Cheap to clone.
#[derive(Clone)]
pub struct AuthContext(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) db: DatabaseConnection,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) keys: Keys,
    pub(crate) limits: Arc<dyn RateLimitStore>,
    pub(crate) metrics: Metrics,
    pub(crate) sealed: OnceLock<Sealed>,
}

/// What exists only after all plugins are mounted, while their handlers hold the context before.
pub(crate) struct Sealed {
    pub(crate) events: Events,
    pub(crate) continuation: Option<Arc<dyn Continuation>>,
    pub(crate) pages: Option<Arc<dyn Pages>>,
}

impl fmt::Debug for AuthContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthContext").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl AuthContext {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// A hold on the context that lets it go, and its database with it.
    pub(crate) fn downgrade(&self) -> Weak<Inner> {
        Arc::downgrade(&self.0)
    }

    pub(crate) fn upgrade(weak: &Weak<Inner>) -> Option<Self> {
        weak.upgrade().map(Self)
    }

    pub(crate) fn seal(&self, sealed: Sealed) {
        // A second seal has no effect; `assemble` is the only caller and calls once.
        let _ = self.0.sealed.set(sealed);
    }

    /// The settings every plugin shares.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The database. Not connected while only the API description is made.
    pub fn db(&self) -> &DatabaseConnection {
        &self.0.db
    }

    /// The current time, cut to milliseconds.
    pub fn now(&self) -> DateTime<Utc> {
        to_millis(self.0.clock.now())
    }

    /// Adds whole seconds to a time, and stays at the last moment the database takes: the end of 9999,
    /// and January 2038 on MySQL and MariaDB.
    pub fn after(&self, time: DateTime<Utc>, seconds: u64) -> DateTime<Utc> {
        after(time, seconds).min(last_moment(self.db().get_database_backend()))
    }

    /// The source of randomness.
    pub fn random(&self) -> &dyn Random {
        &*self.0.random
    }

    /// What is derived from the app secret.
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// Draws a credential of 256 bits, as 43 characters.
    ///
    /// # Errors
    /// [`NoRandomness`] when the source is not available.
    pub fn new_token(&self) -> Result<String, NoRandomness> {
        random::token(self.random())
    }

    /// Draws a row id.
    ///
    /// # Errors
    /// [`NoRandomness`] when the source is not available.
    pub fn new_id(&self) -> Result<String, NoRandomness> {
        random::id(self.random(), self.now())
    }

    /// Counters and times of this app.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Who listens to what.
    pub fn events(&self) -> &Events {
        static NOBODY: OnceLock<Events> = OnceLock::new();
        self.0.sealed.get().map_or_else(|| NOBODY.get_or_init(Events::default), |sealed| &sealed.events)
    }

    /// The renderer of pages, if the app has one.
    pub fn pages(&self) -> Option<&dyn Pages> {
        self.0.sealed.get()?.pages.as_deref()
    }

    /// Asks where a person goes after signing in: back to what was interrupted, or nowhere.
    ///
    /// # Errors
    /// [`Unexpected`] when the interrupted request cannot be read.
    pub async fn continue_after(&self, resume: Resume<'_>, who: &SignedIn) -> Result<Option<String>, Unexpected> {
        match self.continuation() {
            Some(continuation) => continuation.next(resume, who).await,
            None => Ok(None),
        }
    }

    /// Asks for the name of the client whose request waits for a sign-in.
    ///
    /// # Errors
    /// [`Unexpected`] when the interrupted request cannot be read.
    pub async fn waiting_client(&self, resume: Resume<'_>) -> Result<Option<String>, Unexpected> {
        match self.continuation() {
            Some(continuation) => continuation.client_name(resume).await,
            None => Ok(None),
        }
    }

    /// Asks whom the request that waits for a sign-in expects: what its client says, and nobody has checked.
    ///
    /// # Errors
    /// [`Unexpected`] when the interrupted request cannot be read.
    pub async fn waiting_login_hint(&self, resume: Resume<'_>) -> Result<Option<String>, Unexpected> {
        match self.continuation() {
            Some(continuation) => continuation.login_hint(resume).await,
            None => Ok(None),
        }
    }

    /// Asks where the request that waits for a sign-in may lead to: an origin or `scheme:`.
    ///
    /// # Errors
    /// [`Unexpected`] when the interrupted request cannot be read.
    pub async fn waiting_form_target(&self, resume: Resume<'_>) -> Result<Option<String>, Unexpected> {
        match self.continuation() {
            Some(continuation) => continuation.form_target(resume).await,
            None => Ok(None),
        }
    }

    fn continuation(&self) -> Option<&dyn Continuation> {
        self.0.sealed.get()?.continuation.as_deref()
    }

    /// Counts one more request under a key of the caller's choice, unless limits are switched off.
    ///
    /// # Errors
    /// [`ApiError::TooMany`] beyond the limit, [`ApiError::Unexpected`] when counting fails.
    pub async fn limit(&self, key: &str, window: u64, max: u32) -> Result<(), ApiError> {
        match self.count(key, window, max).await? {
            Verdict::Within => Ok(()),
            Verdict::Exceeded { retry_after } => Err(ApiError::TooMany { retry_after }),
        }
    }

    pub(crate) async fn count(&self, key: &str, window: u64, max: u32) -> Result<Verdict, Unexpected> {
        if !self.config().rate_limits {
            return Ok(Verdict::Within);
        }
        self.0.limits.hit(key, window, max, self.now()).await
    }

    /// Takes back one request counted by [`AuthContext::limit`], so that only failures count while
    /// parallel tries are all counted up front.
    ///
    /// # Errors
    /// [`Unexpected`] when counting fails.
    pub async fn uncount(&self, key: &str) -> Result<(), Unexpected> {
        if !self.config().rate_limits {
            return Ok(());
        }
        self.0.limits.take_back(key, self.now()).await
    }

    /// Shows a failure to a person: a page, or plain text in an app without a renderer.
    pub fn error_page(&self, status: StatusCode, view: &ErrorView) -> Response {
        match self.pages() {
            Some(pages) => page(status, pages.error(view), None),
            None => (status, format!("{}\n{}\n", view.title, view.message)).into_response(),
        }
    }

    /// Shows a person that a hook refused what they asked for.
    pub(crate) fn refusal_page(&self, code: ErrorCode) -> Response {
        let view = ErrorView {
            app_name: self.config().app_name().to_owned(),
            title: "This was refused".to_owned(),
            message: code.message.to_owned(),
            hint: None,
            reference: None,
            retry_url: None,
        };
        self.error_page(code.status(), &view)
    }

    /// Shows an unexpected failure to a person, with the reference id under which it is logged; or
    /// what a hook said that refused.
    pub fn failure_page(&self, failure: &Unexpected) -> Response {
        if let Some(code) = failure.refusal() {
            tracing::info!(error = code.code, reason = code.message, "request.refused");
            return self.refusal_page(code);
        }
        let view = ErrorView {
            app_name: self.config().app_name().to_owned(),
            title: "Something went wrong".to_owned(),
            message: "This is our fault, not yours. Nothing was changed.".to_owned(),
            hint: Some("Please try again in a moment.".to_owned()),
            reference: Some(failure.report()),
            retry_url: None,
        };
        let mut response = self.error_page(failure.code().status(), &view);
        if let Some(seconds) = failure.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
