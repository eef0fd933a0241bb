//! What a comparison cannot express: rows that have to be rewritten, once.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{SelectStatement, UpdateStatement};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr, Statement};
use sha2::{Digest as _, Sha256};

/// Why rows could not be rewritten.
pub type RewriteError = Box<dyn Error + Send + Sync>;

/// Rows of one table that have to be rewritten once: a backfill, a split, another form of a value.
///
/// It runs inside the lock under which the schema is changed, and the ledger (`authMigration`)
/// remembers it by its id. What a plugin adds with `data_migration` is pending until then.
#[derive(Clone)]
pub struct DataMigration {
    pub(super) phase: Phase,
    pub(super) table: String,
    pub(super) fills: Vec<String>,
    pub(super) about: Cow<'static, str>,
    pub(super) consent: Option<Cow<'static, str>>,
    pub(super) needed: Option<SelectStatement>,
    pub(super) revision: u32,
    pub(super) work: Work,
}

/// When rows are rewritten, seen from the other steps of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// After all tables and columns are there, before indexes and requirements on tables that exist.
    BeforeIndexes,
    /// After everything else.
    After,
}

/// How rows are rewritten.
#[derive(Clone)]
pub(super) enum Work {
    Update(Box<UpdateStatement>),
    Code(Arc<dyn RewriteRows>),
}

/// Rewrites rows by code, where one statement cannot.
#[async_trait]
pub trait RewriteRows: Send + Sync + 'static {
    /// Rewrites every row that still needs it, and calls [`Rewriting::keep`] after each batch.
    ///
    /// It may be run again after it was broken off, and then has to pass over what is done already.
    ///
    /// # Errors
    /// Whatever stands against it. Everything is undone, on `MySQL` everything since the last
    /// [`Rewriting::keep`].
    async fn rewrite(&self, rows: &mut Rewriting<'_>) -> Result<(), RewriteError>;
}

impl DataMigration {
    /// Rewrites rows of a table by one statement, before indexes and requirements follow.
    pub fn before_indexes(table: impl Into<String>, update: UpdateStatement) -> Self {
        Self::new(Phase::BeforeIndexes, table.into(), Work::Update(Box::new(update)))
    }

    /// Rewrites rows of a table by one statement, after everything else.
    pub fn after(table: impl Into<String>, update: UpdateStatement) -> Self {
        Self::new(Phase::After, table.into(), Work::Update(Box::new(update)))
    }

    /// Rewrites rows of a table by code, before indexes and requirements follow.
    pub fn code_before_indexes(table: impl Into<String>, rewrite: impl RewriteRows) -> Self {
        Self::new(Phase::BeforeIndexes, table.into(), Work::Code(Arc::new(rewrite)))
    }

    /// Rewrites rows of a table by code, after everything else.
    pub fn code_after(table: impl Into<String>, rewrite: impl RewriteRows) -> Self {
        Self::new(Phase::After, table.into(), Work::Code(Arc::new(rewrite)))
    }

    fn new(phase: Phase, table: String, work: Work) -> Self {
        let about = Cow::Borrowed("");
        Self { phase, table, fills: Vec::new(), about, consent: None, needed: None, revision: 1, work }
    }

    /// Says what it does, in a few words that stand in the plan: `the day of each entry`.
    #[must_use]
    pub fn about(mut self, words: impl Into<Cow<'static, str>>) -> Self {
        self.about = words.into();
        self
    }

    /// Says that it gives a required column of the table its value in every row there is.
    ///
    /// The column is added without the requirement, filled, and required from then on. `SQLite`
    /// cannot require it afterwards; there it may stay null for others than us.
    #[must_use]
    pub fn fills(mut self, column: impl Into<String>) -> Self {
        self.fills.push(column.into());
        self
    }

    /// Says by which rows one sees that there is something to do: with none of them it is noted as done.
    ///
    /// Names only columns that every release has had, or that it [`fills`](Self::fills).
    #[must_use]
    pub fn needed_if(mut self, any: SelectStatement) -> Self {
        self.needed = Some(any);
        self
    }

    /// Says that a person has to agree, and to what: it cannot be undone, or somebody notices it.
    ///
    /// `migrate` shows it and asks; a server that applies the schema itself refuses to start.
    #[must_use]
    pub fn asks(mut self, consequence: impl Into<Cow<'static, str>>) -> Self {
        self.consent = Some(consequence.into());
        self
    }

    /// Numbers the form of the work where code does it, for the checksum. Default 1.
    ///
    /// What ran in another form is not run again; a warning tells.
    #[must_use]
    pub fn revision(mut self, revision: u32) -> Self {
        self.revision = revision;
        self
    }

    /// What it writes to the ledger about itself: changes when its statement or revision does.
    pub(super) fn checksum(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(format!("{:?} {} {:?} {}", self.phase, self.table, self.fills, self.revision));
        if let Work::Update(update) = &self.work {
            // The SQL of one database stands for the statement, so that all databases note the same.
            digest.update(DbBackend::Sqlite.build(&**update).to_string());
        }
        digest.finalize().iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    /// The statement that does it, unless code does.
    pub(super) fn sql(&self, backend: DbBackend) -> Option<String> {
        match &self.work {
            Work::Update(update) => Some(backend.build(&**update).to_string()),
            Work::Code(_) => None,
        }
    }
}

impl fmt::Debug for DataMigration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataMigration").field("table", &self.table).field("phase", &self.phase).finish_non_exhaustive()
    }
}

/// Rows that are being rewritten: the transaction to do it in, and the count of what is done.
pub struct Rewriting<'a> {
    pub(super) tx: &'a DatabaseTransaction,
    pub(super) done: u64,
    pub(super) tell: &'a (dyn Fn(u64) + Send + Sync),
}

impl fmt::Debug for Rewriting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rewriting").field("done", &self.done).finish_non_exhaustive()
    }
}

impl Rewriting<'_> {
    /// The transaction. Ends with the whole migration on `SQLite` and `PostgreSQL`, and with each
    /// [`Rewriting::keep`] on `MySQL`.
    pub fn tx(&self) -> &DatabaseTransaction {
        self.tx
    }

    /// The time by the clock of the database, in milliseconds.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn now(&self) -> Result<DateTime<Utc>, DbErr> {
        let backend = self.tx.get_database_backend();
        let sql = match backend {
            DbBackend::Postgres => r#"SELECT (EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000)::int8 AS "now""#,
            DbBackend::MySql => "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS `now`",
            _ => r#"SELECT CAST(unixepoch('now', 'subsec') * 1000 AS integer) AS "now""#,
        };
        let row = self.tx.query_one_raw(Statement::from_string(backend, sql)).await?;
        let millis: i64 = row.map_or(Ok(0), |row| row.try_get("", "now"))?;
        Ok(DateTime::from_timestamp_millis(millis).unwrap_or_default())
    }

    /// Tells that this many rows more are done, and keeps them where the database can.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn keep(&mut self, rows: u64) -> Result<(), DbErr> {
        if self.tx.get_database_backend() == DbBackend::MySql {
            // Its first DDL statement has ended the transaction of the migration.
            self.tx.execute_unprepared("COMMIT").await?;
            self.tx.execute_unprepared("START TRANSACTION").await?;
        }
        self.done += rows;
        (self.tell)(self.done);
        Ok(())
    }
}
