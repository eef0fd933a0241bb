//! The time, as something a test can move.

use chrono::{DateTime, Duration, SubsecRound as _, Utc};
use sea_orm::DbBackend;

/// Tells the time. Every rule that depends on time asks one of these.
pub trait Clock: Send + Sync + 'static {
    /// Returns the current time.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// Cuts a time to milliseconds, the precision every supported database keeps.
pub(crate) fn to_millis(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(3)
}

/// The end of the year 9999, in seconds: the last moment every supported database keeps, and the
/// last whose text still sorts after all before it.
const FAR_END: i64 = 253_402_300_799;

/// The last second that reaches a column of MariaDB, in January 2038: the driver sends every moment as
/// a `TIMESTAMP`, and a later one arrives as null, whatever the column could hold.
const MYSQL_END: i64 = 2_147_483_647;

/// The last moment that a database takes.
pub(crate) fn last_moment(backend: DbBackend) -> DateTime<Utc> {
    at(if backend == DbBackend::MySql { MYSQL_END } else { FAR_END })
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Adds whole seconds to a time and stays at the far end instead of overflowing: the end of 9999.
///
/// For what is written to the database, ask [`AuthContext::after`](crate::AuthContext::after).
pub fn after(time: DateTime<Utc>, seconds: u64) -> DateTime<Utc> {
    let far = at(FAR_END);
    i64::try_from(seconds)
        .ok()
        .and_then(Duration::try_seconds)
        .and_then(|span| time.checked_add_signed(span))
        .map_or(far, |time| time.min(far))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_too_far_away_is_the_end_of_9999() {
        let start = DateTime::UNIX_EPOCH;

        assert_eq!(after(start, 86_400).to_rfc3339(), "1970-01-02T00:00:00+00:00");
        for seconds in [u64::MAX, u64::MAX / 2, 253_402_300_800] {
            assert_eq!(after(start, seconds).to_rfc3339(), "9999-12-31T23:59:59+00:00");
        }
    }
}
