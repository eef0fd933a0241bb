//! Connections that have rested.

use std::time::Duration;

/// How long a connection rests before it is asked whether it still is one.
const REST: Duration = Duration::from_secs(1);

/// How long it may take to say so.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether a connection is good for work: one that has rested is asked, since its server may have gone and come
/// back meanwhile. One that is in use all the time never is.
///
/// # Errors
/// Where it does not answer: then it is dropped as it is, without a goodbye that nobody would hear.
pub(super) async fn is_there(connection: &mut impl sqlx::Connection, rested: Duration) -> Result<bool, sqlx::Error> {
    if rested < REST {
        return Ok(true);
    }
    let asked = tokio::time::timeout(PATIENCE, connection.ping()).await;
    asked.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut)).map(|()| true)
}
