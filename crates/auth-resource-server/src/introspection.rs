//! Access tokens that their issuer is asked about. RFC 7662.

mod answer;
mod builder;
mod client;
mod client_key;
mod endpoint;
mod kept;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use auth_outbound::Outbound;
use auth_protocol::resource::Resource;
use sha2::{Digest as _, Sha256};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

pub use builder::IntrospectionBuilder;
pub use client::IntrospectionClient;
pub use client_key::{ClientKey, InvalidClientKey};

use crate::claims::Expected;
use crate::clock::Clock;
use crate::token::{InvalidToken, VerifiedToken, Verifier, VerifyError};
use answer::Answer;
use endpoint::{Endpoint, EndpointError};
use kept::{Kept, Key};

/// The longest token that anybody is asked about, in bytes.
const MAX_TOKEN: usize = 16_384;
/// How long what is no valid token is remembered at most. A client that keeps trying asks nobody; one that comes
/// too early is let in soon.
const INVALID_KEPT: Duration = Duration::from_secs(5);
/// How many look-ups may wait, so that a flood of made-up tokens fills no memory.
const MOST_WAITING: usize = 1024;
/// How long a look-up waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Verifies access tokens of any form by asking their issuer what they are worth.
///
/// An answer counts for [`IntrospectionBuilder::kept_for`] from when it was asked for, and never past the end of the
/// token: so long may a revoked one still work. Requests with the same token share one look-up, which goes on where
/// they hang up. Where the issuer cannot be asked, nobody is let in but by an answer that still counts.
///
/// An answer is judged by the rules for JWTs: it has to name the resource as its audience, and this issuer, if it
/// names one.
#[derive(Clone)]
pub struct Introspection(Arc<Inner>);

struct Inner {
    expected: Expected,
    endpoint: Endpoint,
    kept_for: Duration,
    /// Never held across an await.
    state: Mutex<State>,
    /// How many may be asked about at once.
    turns: Semaphore,
    clock: Arc<dyn Clock>,
}

struct State {
    valid: Kept<Arc<VerifiedToken>>,
    /// By itself, so that no flood of made-up tokens takes the place of those that work.
    invalid: Kept<InvalidToken>,
    /// The look-ups on their way.
    asking: HashMap<Key, watch::Receiver<Option<Outcome>>>,
}

/// What came of a look-up.
#[derive(Clone)]
enum Outcome {
    Valid(Arc<VerifiedToken>),
    Invalid(InvalidToken),
    /// Nobody can say.
    Unknown(Arc<Unknown>),
}

/// Why nobody can say what a token is worth.
#[derive(Debug, thiserror::Error)]
enum Unknown {
    #[error("the issuer cannot be asked")]
    Endpoint(#[from] EndpointError),
    #[error("too many look-ups wait")]
    Busy,
    #[error("the look-up was interrupted")]
    Interrupted,
}

impl Introspection {
    /// Starts a verifier that asks `issuer` about tokens for `resource`, as the client that `client` proves to be.
    ///
    /// The issuer is compared exactly, and its metadata names the endpoint unless
    /// [`IntrospectionBuilder::introspection_endpoint`] does.
    pub fn builder(
        outbound: Outbound,
        issuer: impl Into<String>,
        resource: &Resource,
        client: IntrospectionClient,
    ) -> IntrospectionBuilder {
        IntrospectionBuilder::new(outbound, issuer.into(), resource, client)
    }

    /// What is known already, or what a look-up of this or another request brings.
    async fn outcome(&self, token: &str) -> Outcome {
        let mut on_its_way = match self.known(token) {
            Ok(outcome) => return outcome,
            Err(on_its_way) => on_its_way,
        };
        let outcome = on_its_way.wait_for(Option::is_some).await;
        let outcome = outcome.ok().and_then(|outcome| outcome.clone());
        outcome.unwrap_or_else(|| Outcome::Unknown(Arc::new(Unknown::Interrupted)))
    }

    /// What is known, or else the look-up that is on its way, or now is.
    fn known(&self, token: &str) -> Result<Outcome, watch::Receiver<Option<Outcome>>> {
        let key: Key = Sha256::digest(token.as_bytes()).into();
        let now = self.0.clock.unix_seconds();
        let mut state = self.0.state();
        if let Some(outcome) = state.kept(&key, now) {
            return Ok(outcome);
        }
        if let Some(on_its_way) = state.asking.get(&key) {
            return Err(on_its_way.clone());
        }
        if state.asking.len() >= MOST_WAITING {
            return Ok(Outcome::Unknown(Arc::new(Unknown::Busy)));
        }
        let (done, on_its_way) = watch::channel(None);
        state.asking.insert(key, on_its_way.clone());
        let look_up = LookUp { of: Arc::clone(&self.0), key };
        tokio::spawn(look_up.run(token.to_owned(), done));
        Err(on_its_way)
    }
}

#[async_trait]
impl Verifier for Introspection {
    async fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError> {
        if token.is_empty() || token.len() > MAX_TOKEN {
            return Err(InvalidToken::Malformed.into());
        }
        match self.outcome(token).await {
            Outcome::Valid(token) => Ok(VerifiedToken::clone(&token)),
            Outcome::Invalid(reason) => Err(reason.into()),
            Outcome::Unknown(cause) => Err(VerifyError::Unavailable(Box::new(cause))),
        }
    }
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection").field("issuer", &self.0.expected.issuer).finish_non_exhaustive()
    }
}

impl State {
    fn kept(&self, key: &Key, now: i64) -> Option<Outcome> {
        let valid = self.valid.get(key, now).cloned().map(Outcome::Valid);
        valid.or_else(|| self.invalid.get(key, now).copied().map(Outcome::Invalid))
    }
}

/// A look-up on its way; it is off the list when it ends, however that is.
struct LookUp {
    of: Arc<Inner>,
    key: Key,
}

impl LookUp {
    /// Asks, keeps the answer and tells all who wait.
    async fn run(self, token: String, done: watch::Sender<Option<Outcome>>) {
        let outcome = self.of.look_up(self.key, &token).await;
        // Whoever comes from here on finds what is kept, or asks anew.
        drop(self);
        done.send_replace(Some(outcome));
    }
}

impl Drop for LookUp {
    fn drop(&mut self) {
        self.of.state().asking.remove(&self.key);
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn look_up(&self, key: Key, token: &str) -> Outcome {
        let Ok(Ok(_turn)) = timeout(PATIENCE, self.turns.acquire()).await else {
            return Outcome::Unknown(Arc::new(Unknown::Busy));
        };
        let (asked_at, answer) = match self.endpoint.ask(token).await {
            Ok(answer) => answer,
            Err(failure) => return Outcome::Unknown(Arc::new(failure.into())),
        };
        let judged = match answer {
            Answer::Inactive => Err(InvalidToken::Unknown),
            Answer::Malformed => Err(InvalidToken::Claims),
            Answer::Active(claims) => claims.judge(&self.expected, asked_at),
        };
        tracing::debug!(valid = judged.is_ok(), "token.introspected");
        self.keep(key, asked_at, judged)
    }

    /// Keeps what came of it, counted from when it was asked: an answer may be late, and what it says by then past.
    fn keep(&self, key: Key, asked_at: i64, judged: Result<VerifiedToken, InvalidToken>) -> Outcome {
        let after = |span: Duration| asked_at.saturating_add(i64::try_from(span.as_secs()).unwrap_or(i64::MAX));
        let mut state = self.state();
        match judged {
            Ok(token) => {
                let until = after(self.kept_for).min(token.expires_at.unwrap_or(i64::MAX));
                let token = Arc::new(token);
                state.valid.keep(key, Arc::clone(&token), asked_at..until);
                Outcome::Valid(token)
            }
            Err(reason) => {
                state.invalid.keep(key, reason, asked_at..after(self.kept_for.min(INVALID_KEPT)));
                Outcome::Invalid(reason)
            }
        }
    }
}
