//! Key sets that clients keep at a URL of theirs, fetched through the one guarded client.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use auth_outbound::Outbound;
use chrono::{DateTime, Duration, Utc};
use tokio::sync::Mutex as Turn;
use url::Url;

use super::ClientKeySet;

/// How long a fetched set counts.
const FRESH: Duration = Duration::minutes(10);
/// How long the last set counts while it cannot be fetched: a client that takes a key away is heeded
/// then, whoever keeps its host unreachable.
const USABLE: Duration = Duration::hours(1);
/// How soon it is fetched again for a key it lacks, or after a fetch that failed.
const PAUSE: Duration = Duration::seconds(30);
/// How many sets are kept; the oldest goes.
const MOST: usize = 1000;

/// The key sets of clients, by URL.
#[derive(Clone, Default)]
pub(crate) struct RemoteKeys(Arc<Mutex<HashMap<String, Arc<Turn<Kept>>>>>);

#[derive(Default)]
struct Kept {
    set: Option<ClientKeySet>,
    tried_at: Option<DateTime<Utc>>,
    fetched_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RemoteKeys(..)")
    }
}

/// What a set that is there already is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Any that is fresh.
    Any,
    /// A newer one, if it may be fetched again by now: the one there lacks a key.
    Newer,
}

impl RemoteKeys {
    /// The key set at a URL; none if it cannot be had. Requests for one URL wait for a single fetch.
    pub(crate) async fn at(
        &self,
        outbound: &Outbound,
        url: &str,
        wanted: Wanted,
        now: DateTime<Utc>,
    ) -> Option<ClientKeySet> {
        let parsed = Url::parse(url).ok()?;
        let kept = self.kept(url);
        let mut kept = kept.lock().await;
        let age = kept.tried_at.map_or(Duration::MAX, |at| now - at);
        let enough = match wanted {
            Wanted::Any if kept.set.is_some() => FRESH,
            Wanted::Any | Wanted::Newer => PAUSE,
        };
        if age >= enough {
            kept.tried_at = Some(now);
            match outbound.fetch_json(&parsed).await {
                Ok(fetched) if fetched.status == 200 => {
                    kept.set = ClientKeySet::read(&fetched.body);
                    kept.fetched_at = Some(now);
                }
                Ok(fetched) => tracing::info!(status = fetched.status, "client_keys.refused"),
                Err(error) => tracing::info!(%error, "client_keys.unreachable"),
            }
        }
        if kept.fetched_at.is_none_or(|at| now - at >= USABLE) {
            kept.set = None;
        }
        kept.set.clone()
    }

    fn kept(&self, url: &str) -> Arc<Turn<Kept>> {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = sets.get(url) {
            return kept.clone();
        }
        if sets.len() >= MOST {
            // One that nobody waits for: which of them matters little, it is fetched again.
            let idle = sets.iter().find(|(_, kept)| Arc::strong_count(kept) == 1).map(|(url, _)| url.clone());
            idle.and_then(|url| sets.remove(&url));
        }
        sets.entry(url.to_owned()).or_default().clone()
    }
}
