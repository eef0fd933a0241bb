//! One at a time: the lock under which a schema is changed.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};

/// The key of the advisory lock of `PostgreSQL`: any number nobody else uses.
const POSTGRES_KEY: i64 = 4_919_131_752_989_213_764;

/// How long `MySQL` waits for the lock, in seconds.
const MYSQL_WAIT: i32 = 60;

/// Begins a transaction that nobody else can be in. None if somebody else kept it too long.
pub(super) async fn begin(db: &DatabaseConnection) -> Result<Option<DatabaseTransaction>, DbErr> {
    // On SQLite this is the lock: a transaction that reads first could not write later.
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = db.begin_with_options(options).await?;
    let held = match tx.get_database_backend() {
        DbBackend::Postgres => postgres(&tx).await?,
        DbBackend::MySql => mysql(&tx).await?,
        _ => true,
    };
    Ok(held.then_some(tx))
}

/// Commits, and lets the next one in.
pub(super) async fn commit(tx: DatabaseTransaction) -> Result<(), DbErr> {
    release(&tx).await?;
    tx.commit().await
}

/// Undoes what can be undone, and lets the next one in.
pub(super) async fn roll_back(tx: DatabaseTransaction) -> Result<(), DbErr> {
    release(&tx).await?;
    tx.rollback().await
}

/// The lock of `PostgreSQL` ends with the transaction.
async fn postgres(tx: &DatabaseTransaction) -> Result<bool, DbErr> {
    let lock = "SELECT pg_advisory_xact_lock($1)";
    tx.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, lock, [POSTGRES_KEY.into()])).await?;
    Ok(true)
}

/// The lock of `MySQL` belongs to the connection: a transaction there ends with its first DDL statement.
///
/// Lock names hold for the whole server, so the name of the database is part of it.
async fn mysql(tx: &DatabaseTransaction) -> Result<bool, DbErr> {
    let lock = "SELECT CAST(GET_LOCK(CONCAT('auth_schema_', MD5(DATABASE())), ?) AS SIGNED) AS `held`";
    let row = tx.query_one_raw(Statement::from_sql_and_values(DbBackend::MySql, lock, [MYSQL_WAIT.into()])).await?;
    let held: Option<i64> = row.map(|row| row.try_get("", "held")).transpose()?.flatten();
    Ok(held == Some(1))
}

async fn release(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::MySql {
        tx.execute_unprepared("DO RELEASE_LOCK(CONCAT('auth_schema_', MD5(DATABASE())))").await?;
    }
    Ok(())
}
