//! Rate limits as data, and the windows that count them.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
///
/// Holds 200 000 windows at most. When they are all open, the one that ends next makes room: a
/// stranger who floods it is forgotten first, and no one else is refused for it.
pub struct MemoryStore {
    most: usize,
    windows: Mutex<Windows>,
}

/// The number of windows that are kept at most.
const MOST_WINDOWS: usize = 200_000;
/// The ended windows one request throws away: more than it can open, so that they never pile up.
const SWEPT: usize = 2;

impl Default for MemoryStore {
    fn default() -> Self {
        Self { most: MOST_WINDOWS, windows: Mutex::default() }
    }
}

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
        let mut windows = self.windows();
        windows.sweep(now);
        if !windows.is_open(key, now) {
            windows.open(key, now.saturating_add(length), self.most);
        }
        let Some(open) = windows.open.get_mut(key) else { return Ok(Verdict::Within) };
        if open.count >= max {
            let left = u64::try_from(open.ends - now).unwrap_or(0);
            return Ok(Verdict::Exceeded { retry_after: left.div_ceil(1000).max(1) });
        }
        open.count += 1;
        Ok(Verdict::Within)
    }

    async fn take_back(&self, key: &str, now: DateTime<Utc>) -> Result<(), Unexpected> {
        let now = now.timestamp_millis();
        let mut windows = self.windows();
        match windows.open.get_mut(key) {
            Some(open) if open.ends > now && open.count > 1 => open.count -= 1,
            Some(_) => windows.close(key),
            None => {}
        }
        Ok(())
    }
}

impl MemoryStore {
    fn windows(&self) -> MutexGuard<'_, Windows> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Window {
    ends: i64,
    count: u32,
}

/// All windows, by key, and in the order in which they end.
#[derive(Default)]
struct Windows {
    open: HashMap<Arc<str>, Window>,
    by_end: BTreeSet<(i64, Arc<str>)>,
}

impl Windows {
    /// Throws away a few windows that have ended: each is thrown away once, and nobody pays for all.
    fn sweep(&mut self, now: i64) {
        for _ in 0..SWEPT {
            if self.by_end.first().is_some_and(|(ends, _)| *ends <= now) {
                self.close_first();
            }
        }
    }

    fn is_open(&self, key: &str, now: i64) -> bool {
        self.open.get(key).is_some_and(|window| window.ends > now)
    }

    fn open(&mut self, key: &str, ends: i64, most: usize) {
        self.close(key);
        if self.open.len() >= most {
            self.close_first();
        }
        let key: Arc<str> = key.into();
        self.by_end.insert((ends, Arc::clone(&key)));
        self.open.insert(key, Window { ends, count: 0 });
    }

    fn close(&mut self, key: &str) {
        if let Some((key, window)) = self.open.remove_entry(key) {
            self.by_end.remove(&(window.ends, key));
        }
    }

    fn close_first(&mut self) {
        if let Some((_, key)) = self.by_end.pop_first() {
            self.open.remove(&key);
        }
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

    #[tokio::test]
    async fn a_full_store_forgets_who_ends_next_and_refuses_no_newcomer() {
        let store = MemoryStore { most: 3, ..MemoryStore::default() };
        let start = DateTime::UNIX_EPOCH;
        store.hit("victim", 600, 1, start).await.unwrap();
        for stranger in 0..100 {
            let key = format!("stranger {stranger}");
            assert_eq!(store.hit(&key, 60, 1, start).await.unwrap(), Verdict::Within, "{stranger}");
        }

        assert_eq!(store.hit("newcomer", 60, 1, start).await.unwrap(), Verdict::Within);
        assert_eq!(
            store.hit("victim", 600, 1, start).await.unwrap(),
            Verdict::Exceeded { retry_after: 600 },
            "a long window outlasts a flood of short ones"
        );
        assert_eq!(store.windows().open.len(), 3);
        assert_eq!(store.windows().by_end.len(), 3);
    }

    #[tokio::test]
    async fn ended_windows_are_thrown_away_a_few_at_a_time() {
        let store = MemoryStore::default();
        let start = DateTime::UNIX_EPOCH;
        for key in 0..1000 {
            store.hit(&key.to_string(), 10, 1, start).await.unwrap();
        }
        let later = start + chrono::Duration::seconds(10);

        store.hit("next", 10, 1, later).await.unwrap();
        assert_eq!(store.windows().open.len(), 1000 - SWEPT + 1, "one request does not pay for all");
        for _ in 0..500 {
            store.hit("next", 10, 1, later).await.unwrap();
        }

        assert_eq!(store.windows().open.len(), 1);
        assert_eq!(store.windows().by_end.len(), 1);
    }
}
