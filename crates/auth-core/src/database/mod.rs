//! Connecting, and transactions that write.

mod retry;

use std::time::Duration;

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};

pub use retry::{Transient, retrying};

/// Connects to a database by URL, with the settings the framework relies on.
///
/// SQLite: created if missing, WAL, `synchronous = NORMAL` (a power cut can lose the last
/// transactions and never damages the file), 5 s busy time-out, foreign keys enforced.
///
/// # Errors
/// [`DbErr`] when the URL is not understood or the database does not answer.
pub async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let db = connect_lazily(url).await?;
    db.ping().await?;
    Ok(db)
}

/// Says whether the URL itself is what is wrong, and not the database behind it.
pub(crate) fn is_about_url(error: &DbErr) -> bool {
    match error {
        DbErr::Custom(_) | DbErr::Conn(RuntimeErr::Internal(_)) => true,
        DbErr::Conn(RuntimeErr::SqlxError(error)) => matches!(**error, sqlx::Error::Configuration(_)),
        _ => false,
    }
}

/// Makes the pool of [`connect`]. Asks nothing of the database where the driver lets it be; that of
/// `SQLite` asks for the version.
pub(crate) async fn connect_lazily(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .connect_lazy(true)
        .max_connections(8)
        .acquire_timeout(Duration::from_secs(20))
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .test_before_acquire(false);
    #[cfg(feature = "sqlite")]
    if url.starts_with("sqlite:") {
        use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
        if url.contains(":memory:") || url.contains("mode=memory") {
            // Every connection would be a database of its own.
            // One that is closed, for age or rest, takes the database with it.
            options.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
        }
        options.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                .statement_cache_capacity(256)
        });
    }
    Database::connect(options).await.map_err(|error| without_password(error, url))
}

/// Masks the URL where the driver's words repeat it, and says which feature a known kind needs.
fn without_password(error: DbErr, url: &str) -> DbErr {
    let text = error.to_string();
    let kinds = [("postgres", "postgres"), ("mysql", "mysql"), ("mariadb", "mysql"), ("sqlite", "sqlite")];
    let kind = kinds.iter().find(|(scheme, _)| url.starts_with(scheme));
    if let Some((_, feature)) = kind.filter(|_| text.contains("no supporting driver")) {
        return DbErr::Custom(format!("this program was built without the feature `{feature}` of auth-core"));
    }
    if masked(url) == url || !text.contains(url) {
        return error;
    }
    DbErr::Custom(text.replace(url, &masked(url)))
}

/// Begins a transaction that will write.
///
/// SQLite takes the write lock at once: a transaction that reads first and writes later fails
/// with "database is locked" as soon as two of them meet.
///
/// # Errors
/// [`DbErr`] when the database does not answer or stays busy.
pub async fn begin_write(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options =
        TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    db.begin_with_options(options).await
}

/// Hides the password of a database URL, for messages.
pub fn masked(url: &str) -> String {
    let is_secret = |name: &str| name.to_ascii_lowercase().contains("password");
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() || parsed.query_pairs().any(|(name, _)| is_secret(&name)) => {
            if parsed.password().is_some() {
                let _ = parsed.set_password(Some("***"));
            }
            let pairs: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
            if !pairs.is_empty() {
                let shown = pairs.iter().map(|(name, value)| (name, if is_secret(name) { "***" } else { value }));
                parsed.query_pairs_mut().clear().extend_pairs(shown);
            }
            parsed.to_string()
        }
        Ok(_) => url.to_owned(),
        Err(_) => url.split_once("://").map_or_else(|| "***".to_owned(), |(scheme, _)| format!("{scheme}://***")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_url_is_never_shown() {
        assert_eq!(masked("postgres://u:p@h/d"), "postgres://u:***@h/d");
        assert_eq!(masked("postgres://h/d?user=u&password=p"), "postgres://h/d?user=u&password=***");
        assert_eq!(masked("sqlite:app.sqlite"), "sqlite:app.sqlite");
    }

    #[cfg(not(feature = "mysql"))]
    #[tokio::test]
    async fn a_database_this_build_does_not_know_is_told_with_its_feature() {
        for url in ["mysql://u:hunter2@h/d", "mariadb://u:hunter2@h/d"] {
            let error = connect(url).await.unwrap_err().to_string();

            assert!(error.contains("without the feature `mysql` of auth-core"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_driver_that_repeats_the_url_does_not_show_its_password() {
        let error = connect("unknown://u:hunter2@h/d").await.unwrap_err();

        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
