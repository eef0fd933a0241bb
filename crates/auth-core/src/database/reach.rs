//! Whether a server answers, asked directly: a pool keeps the reason to itself and waits for long.

use std::io;
use std::time::Duration;

use sea_orm::{DbErr, RuntimeErr};
use tokio::time::{Instant, sleep, timeout};

/// How long a server that is not there yet is waited for: it may be starting, as in a composition.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(10);

/// The pause before another attempt.
const PAUSE: Duration = Duration::from_millis(200);

/// Connects once and hangs up. An SQLite file is no server, and is always there.
pub(super) async fn reach(url: &str) -> Result<(), DbErr> {
    let end = Instant::now() + PATIENCE;
    loop {
        let knocked = timeout(ATTEMPT, knock(url)).await.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut));
        match knocked {
            Ok(()) => return Ok(()),
            Err(error) if is_starting(&error) && Instant::now() < end => sleep(PAUSE).await,
            Err(error) => return Err(DbErr::Conn(RuntimeErr::SqlxError(error.into()))),
        }
    }
}

/// Whether a server may be about to come up.
fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == io::ErrorKind::ConnectionRefused,
        // PostgreSQL: cannot_connect_now.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code == "57P03"),
        _ => false,
    }
}

#[cfg_attr(
    not(any(feature = "postgres", feature = "mysql")),
    expect(clippy::unused_async, reason = "a build without servers has nothing to wait for")
)]
async fn knock(url: &str) -> Result<(), sqlx::Error> {
    match super::scheme(url) {
        #[cfg(feature = "postgres")]
        Some("postgres" | "postgresql") => hang_up(<sqlx::PgConnection as sqlx::Connection>::connect(url).await?).await,
        #[cfg(feature = "mysql")]
        Some("mysql" | "mariadb") => hang_up(<sqlx::MySqlConnection as sqlx::Connection>::connect(url).await?).await,
        _ => Ok(()),
    }
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
async fn hang_up(connection: impl sqlx::Connection) -> Result<(), sqlx::Error> {
    connection.close().await
}
