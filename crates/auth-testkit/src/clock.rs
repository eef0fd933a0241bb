//! A clock that stands still until a test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use auth_core::Clock;
use chrono::{DateTime, Utc};

/// 2026-01-15T12:00:00Z, in milliseconds.
const START: i64 = 1_768_478_400_000;

/// A clock that stands still until a test moves it. Clones show the same time.
#[derive(Clone, Debug)]
pub struct FakeClock(Arc<AtomicI64>);

impl Default for FakeClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }
}

impl FakeClock {
    /// Moves the time on.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).expect("a test does not last that long");
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Sets the time.
    pub fn set(&self, time: DateTime<Utc>) {
        self.0.store(time.timestamp_millis(), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_until_it_is_moved() {
        let clock = FakeClock::default();
        let other = clock.clone();
        assert_eq!(clock.now().to_rfc3339(), "2026-01-15T12:00:00+00:00");

        clock.advance(Duration::from_millis(61_001));

        assert_eq!(other.now().to_rfc3339(), "2026-01-15T12:01:01.001+00:00");
        other.set(DateTime::UNIX_EPOCH);
        assert_eq!(clock.now(), DateTime::UNIX_EPOCH);
    }
}
