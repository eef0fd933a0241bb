//! Taking turns at the metadata documents of clients: one fetch for each at a time, and not too many.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use auth_protocol::error::OAuthError;
use chrono::{DateTime, Duration, Utc};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard, Semaphore, SemaphorePermit};

use crate::provider::Provider;

/// How soon a document is asked for again whose host could not be reached.
const PAUSE: Duration = Duration::seconds(30);
/// How soon one that was no good: whoever writes it tries again.
const SHORT_PAUSE: Duration = Duration::seconds(5);
/// How many refusals are remembered; the oldest goes.
const MOST: usize = 1000;
/// How many documents are fetched at once.
const AT_ONCE: usize = 16;
/// Documents of one kind that are fetched from one host, per minute.
const PER_MINUTE: u32 = 60;

/// A place among those that are fetched, and one of those that a host is asked for within a minute: strangers choose
/// which. None while there is none.
pub(crate) async fn place<'a>(provider: &'a Provider, kind: &str, host: &str) -> Option<SemaphorePermit<'a>> {
    // Where counting fails nothing is fetched either.
    provider.cx().limit(&format!("{kind}|{host}"), 60, PER_MINUTE).await.ok()?;
    provider.documents().slot()
}

/// Whose turn it is at which document. What one says is kept in the database, not here.
#[derive(Clone)]
pub(crate) struct Documents(Arc<Inner>);

struct Inner {
    tries: Mutex<HashMap<String, Arc<Turn<Tries>>>>,
    slots: Semaphore,
}

/// A try at a document that was in vain, and why.
#[derive(Clone, Debug)]
pub(crate) struct InVain {
    /// What its client is told.
    pub(crate) error: OAuthError,
    /// Whether the host could not be reached, so that nobody knows what the document says.
    pub(crate) is_unreachable: bool,
}

/// What came of the last try.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    last: Option<(DateTime<Utc>, InVain)>,
}

impl Tries {
    /// Why the last try was in vain, while it is too soon for another.
    pub(crate) fn in_vain(&self, now: DateTime<Utc>) -> Option<InVain> {
        let (at, why) = self.last.as_ref()?;
        let pause = if why.is_unreachable { PAUSE } else { SHORT_PAUSE };
        (now - *at < pause).then(|| why.clone())
    }

    /// Remembers a try that was in vain.
    pub(crate) fn remember(&mut self, why: &InVain, now: DateTime<Utc>) {
        self.last = Some((now, why.clone()));
    }
}

impl Default for Documents {
    fn default() -> Self {
        Self(Arc::new(Inner { tries: Mutex::default(), slots: Semaphore::new(AT_ONCE) }))
    }
}

impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Documents(..)")
    }
}

impl Documents {
    /// Waits for its turn at a document.
    pub(crate) async fn turn(&self, url: &str) -> OwnedMutexGuard<Tries> {
        self.tries(url).lock_owned().await
    }

    /// A place among those that are fetched; none while all are taken.
    fn slot(&self) -> Option<SemaphorePermit<'_>> {
        self.0.slots.try_acquire().ok()
    }

    fn tries(&self, url: &str) -> Arc<Turn<Tries>> {
        let mut all = self.0.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tries) = all.get(url) {
            return Arc::clone(tries);
        }
        if all.len() >= MOST {
            // One that nobody waits for: which of them matters little.
            let idle = all.iter().find(|(_, tries)| Arc::strong_count(tries) == 1).map(|(url, _)| url.clone());
            idle.and_then(|url| all.remove(&url));
        }
        Arc::clone(all.entry(url.to_owned()).or_default())
    }
}
