//! The time, so that tests can move it.

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
