//! Rate limits as data, and the windows that count them.

use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::error::Unexpected;
use crate::hooks::PathPattern;

/// At most `max` requests in `window` seconds, for each client address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The routes it counts together.
    pub path: PathPattern,
    /// The length of a window, in seconds.
    pub window: u64,
    /// The most requests a window may hold.
    pub max: u32,
}

impl RateLimit {
    /// Makes a limit: `RateLimit::new("/sign-in/*", 10, 10)`.
    pub fn new(path: impl Into<String>, window: u64, max: u32) -> Self {
        Self { path: PathPattern::new(path), window, max }
    }
}

/// The answer to one more request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It fits.
    Within,
    /// It does not; whole seconds until the window ends.
    Exceeded {
        /// Seconds to wait.
        retry_after: u64,
    },
}

/// Counts requests; in this process, or in a database that several instances share.
#[async_trait]
pub trait RateLimitStore: Send + Sync + 'static {
    /// Counts one more request under `key` and judges it.
    async fn hit(&self, key: &str, window: u64, max: u32, now: DateTime<Utc>) -> Result<Verdict, Unexpected>;

    /// Takes back one request that turned out not to count. Default: it counts all the same.
    async fn take_back(&self, _key: &str, _now: DateTime<Utc>) -> Result<(), Unexpected> {
        Ok(())
    }
}

/// Counts in this process: right for one instance on an embedded database.
#[derive(Default)]
pub struct MemoryStore(Mutex<HashMap<String, Window>>);

struct Window {
    ends: i64,
    count: u32,
}

/// The number of keys at which ended windows are thrown away.
const SWEEP_AT: usize = 10_000;
/// The number of keys that are kept at most; beyond it a new key is refused.
const MOST_KEYS: usize = 200_000;

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore(..)")
    }
}

#[async_trait]
impl RateLimitStore for MemoryStore {
    async fn hit(&self, key: &str, window: u64, max: u32, now: DateTime<Utc>) -> Result<Verdict, Unexpected> {
        let now = now.timestamp_millis();
        let length = i64::try_from(window).unwrap_or(i64::MAX).saturating_mul(1000);
        let mut windows = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if windows.len() >= SWEEP_AT && !windows.contains_key(key) {
            windows.retain(|_, window| window.ends > now);
            if windows.len() >= MOST_KEYS {
                return Ok(Verdict::Exceeded { retry_after: window });
            }
        }
        let open = windows.entry(key.to_owned()).or_insert(Window { ends: now.saturating_add(length), count: 0 });
        if open.ends <= now {
            *open = Window { ends: now.saturating_add(length), count: 0 };
        }
        if open.count >= max {
            let left = u64::try_from(open.ends - now).unwrap_or(0);
            return Ok(Verdict::Exceeded { retry_after: left.div_ceil(1000).max(1) });
        }
        open.count += 1;
        Ok(Verdict::Within)
    }

    async fn take_back(&self, key: &str, now: DateTime<Utc>) -> Result<(), Unexpected> {
        let now = now.timestamp_millis();
        let mut windows = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match windows.get_mut(key) {
            Some(open) if open.ends > now && open.count > 1 => open.count -= 1,
            Some(_) => {
                windows.remove(key);
            }
            None => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_window_holds_its_number_and_opens_again_when_it_ends() {
        let store = MemoryStore::default();
        let start = DateTime::UNIX_EPOCH;

        for _ in 0..3 {
            assert_eq!(store.hit("k", 10, 3, start).await.unwrap(), Verdict::Within);
        }
        assert_eq!(store.hit("k", 10, 3, start).await.unwrap(), Verdict::Exceeded { retry_after: 10 });
        assert_eq!(store.hit("other", 10, 3, start).await.unwrap(), Verdict::Within);
        let later = start + chrono::Duration::seconds(10);
        assert_eq!(store.hit("k", 10, 3, later).await.unwrap(), Verdict::Within);
    }

    #[tokio::test]
    async fn a_request_taken_back_leaves_room_for_another() {
        let store = MemoryStore::default();
        let start = DateTime::UNIX_EPOCH;
        store.hit("k", 10, 1, start).await.unwrap();

        store.take_back("k", start).await.unwrap();

        assert_eq!(store.hit("k", 10, 1, start).await.unwrap(), Verdict::Within);
        assert_eq!(store.hit("k", 10, 1, start).await.unwrap(), Verdict::Exceeded { retry_after: 10 });
    }
}
