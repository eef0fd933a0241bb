//! Keeps the keys of an issuer, so that it is rarely asked and its outages are survived.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::{DecodingKey, Header};
use tokio::sync::Mutex;

use super::key_set::KeySet;
use super::source::{FetchedKeys, Source, SourceError};
use crate::clock::{Clock, within};
use crate::token::{InvalidToken, VerifyError};

/// How long keys are used without asking again, where the issuer does not say.
const FRESH: Duration = Duration::from_mins(10);
/// How short and how long an issuer may make that.
const FRESH_BOUNDS: (Duration, Duration) = (Duration::from_mins(1), Duration::from_hours(1));
/// How long keys are used while the issuer is away. A withdrawn key lives no longer than this.
const USABLE: Duration = Duration::from_hours(1);
/// How long after a failed fetch the issuer is left alone.
const BACK_OFF: Duration = Duration::from_secs(5);

/// The keys of one issuer.
#[derive(Clone)]
pub(crate) struct KeyCache(Arc<Inner>);

struct Inner {
    source: Source,
    clock: Arc<dyn Clock>,
    refetch_interval: Duration,
    /// Never held across an await.
    state: RwLock<State>,
    /// Held while a fetch runs, so that there is one at a time.
    fetching: Arc<Mutex<()>>,
}

/// What is known right now.
#[derive(Clone, Default)]
struct State {
    held: Option<Arc<Held>>,
    last: Option<Attempt>,
}

struct Held {
    keys: KeySet,
    fetched_at: i64,
    fresh_for: Duration,
}

/// The last fetch, by number so that a waiter sees that another one was faster.
#[derive(Clone)]
struct Attempt {
    number: u64,
    at: i64,
    failure: Option<Arc<SourceError>>,
}

impl KeyCache {
    pub(crate) fn new(source: Source, clock: Arc<dyn Clock>, refetch_interval: Duration) -> Self {
        let (state, fetching) = (RwLock::default(), Arc::default());
        // A longer interval would outlive the keys, and every token would be unknown until it ends.
        let refetch_interval = refetch_interval.min(USABLE);
        Self(Arc::new(Inner { source, clock, refetch_interval, state, fetching }))
    }

    /// Finds the key of a token, asking the issuer if that may help.
    pub(crate) async fn find(&self, header: &Header) -> Result<DecodingKey, VerifyError> {
        let now = self.0.clock.unix_seconds();
        let state = self.0.state();
        if let Some(held) = state.usable(now)
            && let Some(key) = held.keys.find(header)
        {
            if !held.is_fresh(now) && self.0.may_fetch(&state, now) {
                self.refresh_in_background(&state);
            }
            return Ok(key.clone());
        }
        if self.0.may_fetch(&state, now) {
            self.refresh(&state).await;
        }
        // The fetch took its time: keys that came later than this request did are no keys of the future.
        self.0.state().find(header, self.0.clock.unix_seconds())
    }

    /// Waits for a fetch, which goes on even if this request is dropped: otherwise strangers who hang
    /// up at once could have the issuer asked without limit.
    async fn refresh(&self, seen: &State) {
        let (inner, seen) = (Arc::clone(&self.0), seen.number());
        let fetch = tokio::spawn(async move {
            let _one_at_a_time = inner.fetching.lock().await;
            if inner.state().number() == seen {
                inner.fetch(seen + 1).await;
            }
        });
        if fetch.await.is_err() {
            tracing::error!("keys.fetch_interrupted");
        }
    }

    fn refresh_in_background(&self, seen: &State) {
        let Ok(one_at_a_time) = Arc::clone(&self.0.fetching).try_lock_owned() else { return };
        let (inner, seen) = (Arc::clone(&self.0), seen.number());
        tokio::spawn(async move {
            if inner.state().number() == seen {
                inner.fetch(seen + 1).await;
            }
            drop(one_at_a_time);
        });
    }
}

impl Inner {
    fn state(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says whether enough time has passed since the last fetch.
    fn may_fetch(&self, state: &State, now: i64) -> bool {
        state.last.as_ref().is_none_or(|last| {
            let interval = if last.failure.is_some() { BACK_OFF } else { self.refetch_interval };
            !within(last.at, interval, now)
        })
    }

    async fn fetch(&self, number: u64) {
        let fetched = self.source.fetch().await;
        let at = self.clock.unix_seconds();
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let failure = match fetched {
            Ok(FetchedKeys { keys, max_age }) => {
                let fresh_for = max_age.unwrap_or(FRESH).clamp(FRESH_BOUNDS.0, FRESH_BOUNDS.1);
                state.held = Some(Arc::new(Held { keys, fetched_at: at, fresh_for }));
                tracing::debug!("keys.fetched");
                None
            }
            Err(error) => {
                tracing::warn!(cause = &error as &dyn std::error::Error, "keys.fetch_failed");
                Some(Arc::new(error))
            }
        };
        state.last = Some(Attempt { number, at, failure });
    }
}

impl State {
    fn number(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.number)
    }

    fn usable(&self, now: i64) -> Option<&Held> {
        self.held.as_deref().filter(|held| within(held.fetched_at, USABLE, now))
    }

    /// Finds a key without asking again. While the issuer is away, a new key cannot be told from a
    /// made-up one, and the client should come back instead of asking for another token.
    fn find(&self, header: &Header, now: i64) -> Result<DecodingKey, VerifyError> {
        if let Some(key) = self.usable(now).and_then(|held| held.keys.find(header)) {
            return Ok(key.clone());
        }
        match &self.last {
            Some(Attempt { failure: None, .. }) => Err(InvalidToken::UnknownKey.into()),
            Some(Attempt { failure: Some(failure), .. }) => {
                Err(VerifyError::Unavailable(Box::new(Arc::clone(failure))))
            }
            None => Err(VerifyError::Unavailable(Box::new(SourceError::Interrupted))),
        }
    }
}

impl Held {
    fn is_fresh(&self, now: i64) -> bool {
        within(self.fetched_at, self.fresh_for, now)
    }
}
