//! The time, so that tests can move it.

use std::time::Duration;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Returns the seconds since the Unix epoch.
    fn unix_seconds(&self) -> i64;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn unix_seconds(&self) -> i64 {
        i64::try_from(jsonwebtoken::get_current_timestamp()).unwrap_or(i64::MAX)
    }
}

/// Says whether `now` is within a span after `start`. A clock that was set back is not.
pub(crate) fn within(start: i64, span: Duration, now: i64) -> bool {
    u64::try_from(now.saturating_sub(start)).is_ok_and(|passed| passed < span.as_secs())
}
