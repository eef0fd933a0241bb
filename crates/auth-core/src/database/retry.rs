//! Running a whole transaction again where the database asks for it.

use std::error::Error;
use std::future::Future;
use std::time::Duration;

use sea_orm::{DbErr, RuntimeErr};
use sqlx::error::DatabaseError;

use crate::error::Unexpected;

/// An error that may be worth a second try of the whole transaction.
pub trait Transient {
    /// Says whether the database asked for another try: a deadlock, a lock time-out, busy.
    fn is_transient(&self) -> bool;
}

/// What the driver said, where it was the driver.
pub(crate) fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error))
        | DbErr::Conn(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// The code of a database error: its number on `MySQL`, elsewhere what the driver calls it.
pub(crate) fn code_of(error: &DbErr) -> Option<String> {
    let error = driver_error(error)?.as_database_error()?;
    mysql_number(error).map(|number| number.to_string()).or_else(|| error.code().map(std::borrow::Cow::into_owned))
}

/// The code of an error of `SQLite`, extended or not. None for the errors of others.
pub(crate) fn sqlite_code_of(error: &DbErr) -> Option<u16> {
    let error = driver_error(error)?.as_database_error()?;
    let code = error.code().filter(|code| mysql_number(error).is_none() && code.len() < 5)?;
    code.parse().ok()
}

impl Transient for DbErr {
    fn is_transient(&self) -> bool {
        driver_error(self).and_then(sqlx::Error::as_database_error).is_some_and(asks_for_another_try)
    }
}

impl Transient for Unexpected {
    /// Looks for a database error among the causes: a hook that met one wraps it.
    fn is_transient(&self) -> bool {
        asks_again(self.cause())
    }
}

/// Whether a database error among the causes asks for another try.
pub(crate) fn asks_again(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<DbErr>() {
            return error.is_transient();
        }
        next = error.source();
    }
    false
}

/// Judges by the code of the driver, never by the words: those are translated, and repeat values.
fn asks_for_another_try(error: &dyn DatabaseError) -> bool {
    // Lock wait, deadlock, and, from MariaDB 11.6 on, a row that changed after the transaction began.
    mysql_number(error).is_some_and(|number| matches!(number, 1205 | 1213 | 1020))
        || error.code().is_some_and(|code| is_another_try(&code))
}

/// Serialisation failures, deadlocks and lock waits by SQLSTATE; `SQLite` busy or locked.
fn is_another_try(code: &str) -> bool {
    match code {
        "40001" | "40P01" | "55P03" => true,
        // An SQLSTATE has five characters, an SQLite code at most four digits. The low byte of an
        // extended SQLite code is the code: 5 busy, 6 locked.
        code => code.len() < 5 && code.parse::<u16>().is_ok_and(|code| matches!(code & 0xff, 5 | 6)),
    }
}

/// The number of a `MySQL` error: lock waits have no SQLSTATE of their own.
#[cfg(feature = "mysql")]
fn mysql_number(error: &dyn DatabaseError) -> Option<u16> {
    error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>().map(sqlx::mysql::MySqlDatabaseError::number)
}

#[cfg(not(feature = "mysql"))]
fn mysql_number(_: &dyn DatabaseError) -> Option<u16> {
    None
}

/// How long a busy database is asked for a connection, as long as a statement waits, and the pause
/// before it is asked again.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// Asks again while a database is busy with somebody else who starts.
///
/// A new SQLite file is switched to WAL by whoever comes first, and SQLite turns everybody else away
/// at once meanwhile, whatever their busy time-out.
///
/// # Errors
/// The error of the last try, or the first that another try would not mend.
pub(crate) async fn until_free<T, F, Fut>(mut ask: F) -> Result<T, DbErr>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, DbErr>>,
{
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        match ask().await {
            Err(error) if error.is_transient() && tokio::time::Instant::now() < end => {
                tokio::time::sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}

/// How often a whole transaction is tried at most.
const TRIES: u32 = 6;

/// Runs a whole transaction again, a bounded number of times, where the database asks for it.
///
/// # Errors
/// The error of the last try, or the first that another try would not mend.
pub async fn retrying<T, E, F, Fut>(mut transaction: F) -> Result<T, E>
where
    E: Transient,
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    let mut tries = 1;
    loop {
        match transaction().await {
            Err(error) if error.is_transient() && tries < TRIES => {
                tokio::time::sleep(Duration::from_millis(u64::from(tries * tries) * 5)).await;
                tries += 1;
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::fmt;
    use std::sync::Arc;

    use sqlx::error::ErrorKind;

    use super::*;
    use crate::hooks::{HookError, UserCreated};

    /// What a driver hands on: a code, and words that mean nothing.
    #[derive(Debug)]
    struct Coded(&'static str);

    impl fmt::Display for Coded {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("database is locked, 40001, 1213 (")
        }
    }

    impl Error for Coded {}

    impl DatabaseError for Coded {
        fn message(&self) -> &'static str {
            "database is locked"
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into()).filter(|code: &Cow<'_, str>| !code.is_empty())
        }

        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    fn coded(code: &'static str) -> RuntimeErr {
        RuntimeErr::SqlxError(Arc::new(sqlx::Error::Database(Box::new(Coded(code)))))
    }

    #[test]
    fn a_deadlock_a_lock_wait_and_busy_are_worth_another_try() {
        // 517 is SQLITE_BUSY_SNAPSHOT, 262 SQLITE_LOCKED_SHAREDCACHE.
        for code in ["40001", "40P01", "55P03", "5", "6", "261", "517", "262"] {
            for error in [DbErr::Exec(coded(code)), DbErr::Query(coded(code)), DbErr::Conn(coded(code))] {
                assert!(error.is_transient(), "{code}");
            }
        }
    }

    #[test]
    fn nothing_else_is_whatever_its_words_say() {
        for code in ["23505", "2067", "08005", "00005", "HY000", ""] {
            assert!(!DbErr::Exec(coded(code)).is_transient(), "{code}");
        }
        let told = "database is locked, 40001, 40P01, 1213 (, 1205 (".to_owned();
        assert!(!DbErr::Custom(told.clone()).is_transient());
        assert!(!DbErr::Exec(RuntimeErr::Internal(told)).is_transient());
    }

    #[test]
    fn a_hook_that_met_a_deadlock_is_worth_another_try() {
        let hook = HookError::new::<UserCreated>(DbErr::Exec(coded("40001")));
        let other = HookError::new::<UserCreated>("40001");

        assert!(Unexpected::from(hook).is_transient());
        assert!(!Unexpected::from(other).is_transient());
    }

    #[tokio::test]
    async fn what_asks_for_another_try_gets_five_more() {
        let mut tries = 0;

        let done: Result<(), DbErr> = retrying(|| {
            tries += 1;
            async { Err(DbErr::Exec(coded("5"))) }
        })
        .await;

        assert!(done.is_err());
        assert_eq!(tries, 6);
    }
}
