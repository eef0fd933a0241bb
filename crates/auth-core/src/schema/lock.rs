//! One at a time: the lock under which a schema is changed, and how long anything may wait.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait,
};

use super::live::NOWHERE;
use super::terms::Terms;
use crate::database::Transient as _;

/// The key of the advisory lock of `PostgreSQL`: any number nobody else uses.
const POSTGRES_KEY: i64 = 4_919_131_752_989_213_764;

/// The lock, and the transaction in which everything happens.
pub(super) struct Held {
    pub(super) tx: DatabaseTransaction,
    /// The connection of `MySQL`, to stop what runs on it.
    connection: Option<u64>,
}

/// Begins a transaction that nobody else can be in. None if somebody else kept it too long.
pub(super) async fn begin(db: &DatabaseConnection, terms: &Terms<'_>) -> Result<Option<Held>, DbErr> {
    let tx = match db.get_database_backend() {
        DbBackend::Postgres => postgres(db, terms).await?,
        DbBackend::MySql => return mysql(db, terms).await,
        _ => sqlite(db, terms.lock_timeout).await?,
    };
    Ok(tx.map(|tx| Held { tx, connection: None }))
}

/// Begins a transaction that only looks, beside whoever changes things.
pub(super) async fn look(db: &DatabaseConnection, terms: &Terms<'_>) -> Result<DatabaseTransaction, DbErr> {
    let tx = db.begin_with_options(TransactionOptions::default()).await?;
    match tx.get_database_backend() {
        DbBackend::Postgres => {
            set(&tx, "SELECT set_config('lock_timeout', $1, true)", terms.lock_timeout).await?;
            let statement = terms.statement_timeout.unwrap_or_default();
            set(&tx, "SELECT set_config('statement_timeout', $1, true)", statement).await?;
        }
        DbBackend::MySql => patience(&tx, terms.lock_timeout).await?,
        _ => {}
    }
    Ok(tx)
}

/// Ends a look, and gives the connection back as it was.
pub(super) async fn leave(tx: DatabaseTransaction) -> Result<(), DbErr> {
    impatience(&tx).await?;
    tx.rollback().await
}

/// Commits, and lets the next one in.
pub(super) async fn commit(Held { tx, .. }: Held) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::MySql {
        // Before the lock is free: what was written last belongs to it.
        tx.execute_unprepared("COMMIT").await?;
    }
    release(&tx).await?;
    tx.commit().await
}

/// Undoes what can be undone, and lets the next one in.
pub(super) async fn roll_back(Held { tx, .. }: Held) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::MySql {
        tx.execute_unprepared("ROLLBACK").await?;
    }
    release(&tx).await?;
    tx.rollback().await
}

/// Gives up while a statement still runs, and stops it where the database can.
///
/// `PostgreSQL` stops by itself. `MySQL` ends the connection, and with it the lock. `SQLite` undoes
/// everything when the statement has come to its end.
pub(super) async fn abandon(db: &DatabaseConnection, held: Held) -> Result<(), DbErr> {
    let Some(connection) = held.connection else { return Ok(()) };
    db.execute_unprepared(&format!("KILL {connection}")).await.map(drop)
}

/// `SQLite` has one writer at a time, so a transaction that writes is the lock: one that reads first
/// could not write later.
async fn sqlite(db: &DatabaseConnection, patience: Duration) -> Result<Option<DatabaseTransaction>, DbErr> {
    let end = tokio::time::Instant::now() + patience;
    loop {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        match db.begin_with_options(options).await {
            Ok(tx) => return Ok(Some(tx)),
            // Each try waits as long as the connection's busy time-out.
            Err(error) if error.is_transient() => {
                if tokio::time::Instant::now() >= end {
                    return Ok(None);
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// The lock of `PostgreSQL` ends with the transaction, and so do the time-outs.
async fn postgres(db: &DatabaseConnection, terms: &Terms<'_>) -> Result<Option<DatabaseTransaction>, DbErr> {
    // Whatever the database has as its default: another level would look before the lock is held.
    let options =
        TransactionOptions { isolation_level: Some(IsolationLevel::ReadCommitted), ..TransactionOptions::default() };
    let tx = db.begin_with_options(options).await?;
    set(&tx, "SELECT set_config('lock_timeout', $1, true)", terms.lock_timeout).await?;
    // A time-out of the role or the database would count while it waits, too.
    set(&tx, "SELECT set_config('statement_timeout', $1, true)", Duration::ZERO).await?;
    let lock = "SELECT pg_advisory_xact_lock($1)";
    let held = tx.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, lock, [POSTGRES_KEY.into()])).await;
    match held {
        Ok(_) => {}
        Err(error) if Stopped::by(&error) == Some(Stopped::Waiting) => return Ok(None),
        Err(error) => return Err(error),
    }
    set(&tx, "SELECT set_config('statement_timeout', $1, true)", terms.statement_timeout.unwrap_or_default()).await?;
    Ok(Some(tx))
}

async fn set(tx: &DatabaseTransaction, sql: &'static str, time: Duration) -> Result<(), DbErr> {
    let value = format!("{}ms", time.as_millis());
    tx.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [value.into()])).await.map(drop)
}

/// The lock of `MySQL` belongs to the connection: a transaction there ends with its first DDL statement.
///
/// Lock names hold for the whole server, so the name of the database is part of it.
async fn mysql(db: &DatabaseConnection, terms: &Terms<'_>) -> Result<Option<Held>, DbErr> {
    let tx = db.begin_with_options(TransactionOptions::default()).await?;
    let seconds = i64::try_from(terms.lock_timeout.as_secs().max(1)).unwrap_or(i64::MAX);
    let lock = "SELECT CAST(GET_LOCK(CONCAT('auth_schema_', MD5(DATABASE())), ?) AS SIGNED) AS `held`, \
        CONNECTION_ID() AS `connection`";
    let row = tx.query_one_raw(Statement::from_sql_and_values(DbBackend::MySql, lock, [seconds.into()])).await?;
    let Some(row) = row else { return Ok(None) };
    match row.try_get::<Option<i64>>("", "held")? {
        Some(1) => {}
        Some(_) => return Ok(None),
        None => return Err(DbErr::Custom(NOWHERE.to_owned())),
    }
    let connection = Some(row.try_get("", "connection")?);
    patience(&tx, terms.lock_timeout).await?;
    Ok(Some(Held { tx, connection }))
}

/// How long a connection of `MySQL` waits for whoever holds a table, and a row.
async fn patience(tx: &DatabaseTransaction, time: Duration) -> Result<(), DbErr> {
    let seconds = time.as_secs().clamp(1, 31_536_000);
    tx.execute_unprepared(&format!("SET SESSION lock_wait_timeout = {seconds}")).await?;
    tx.execute_unprepared(&format!("SET SESSION innodb_lock_wait_timeout = {seconds}")).await.map(drop)
}

/// Lets a connection of `MySQL` wait as long as any other.
async fn impatience(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::MySql {
        tx.execute_unprepared("SET SESSION lock_wait_timeout = DEFAULT").await?;
        tx.execute_unprepared("SET SESSION innodb_lock_wait_timeout = DEFAULT").await?;
    }
    Ok(())
}

/// Gives back the lock of `MySQL`, and the connection to the pool as it was.
async fn release(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    impatience(tx).await?;
    if tx.get_database_backend() == DbBackend::MySql {
        tx.execute_unprepared("DO RELEASE_LOCK(CONCAT('auth_schema_', MD5(DATABASE())))").await?;
    }
    Ok(())
}

/// Why a database stopped a statement before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// It waited too long for somebody else.
    Waiting,
    /// It took too long.
    Working,
}

impl Stopped {
    /// Judges by the code of the driver, never by the words.
    pub(super) fn by(error: &DbErr) -> Option<Self> {
        match crate::database::code_of(error)?.as_str() {
            // PostgreSQL: lock_not_available, query_canceled. MySQL by its number.
            "55P03" | "1205" => Some(Self::Waiting),
            "57014" => Some(Self::Working),
            _ => None,
        }
    }
}
