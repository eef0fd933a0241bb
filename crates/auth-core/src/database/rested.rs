//! Connections that have rested.

use std::time::Duration;

/// How long a connection rests before it is asked whether it still is one.
const REST: Duration = Duration::from_secs(1);

/// Whether a connection is good for work: one that has rested is asked, since its server may have gone and come
/// back meanwhile. One that is in use all the time never is.
pub(super) async fn is_there(connection: &mut impl sqlx::Connection, rested: Duration) -> Result<bool, sqlx::Error> {
    Ok(rested < REST || connection.ping().await.is_ok())
}
