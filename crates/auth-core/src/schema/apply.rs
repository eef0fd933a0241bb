//! Brings a database up to a schema, one instance at a time.

use std::error::Error as StdError;
use std::time::Duration;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr};
use thiserror::Error;

use super::data::{Rewriting, Work};
use super::examine::{examine, still};
use super::ledger;
use super::lock::{self, Stopped};
use super::merged::Schema;
use super::plan::Plan;
use super::refusal::Refusal;
use super::step::{Rewrite, Step};
use super::terms::Terms;
use super::warning::Warning;
use crate::database::{Transient, asks_again};

/// How often a database that asks for another try gets one.
const ATTEMPTS: u32 = 10;

/// How long to wait before asking again; it grows with every attempt.
const PAUSE: Duration = Duration::from_millis(50);

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The steps, in order. None if the database had everything.
    pub steps: Vec<Step>,
    /// What is otherwise than the schema says, and still works.
    pub warnings: Vec<Warning>,
}

/// Why a database was not brought up to a schema.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The database has things that stand against it. Nothing was done; on `MySQL`, what came before
    /// the rewriting of rows that brought it to light stays.
    #[error("the database cannot be brought up to the schema: {}", listed(.0))]
    Refused(Vec<Refusal>),
    /// Rows that were rewritten still stand against what follows. On `MySQL` the steps before it stay.
    #[error("rows were rewritten, and still {0}")]
    Afterwards(Box<Refusal>),
    /// A person has to agree first. Nothing was done.
    #[error("somebody has to agree first, so run `migrate`: {}", .0.join("; "))]
    Consent(Vec<String>),
    /// Another instance kept the lock too long. Nothing was done.
    #[error("another instance is changing the schema, and did not finish within {} s; try again, or wait longer with --lock-timeout", .0.as_secs())]
    Locked(Duration),
    /// Somebody else uses a table too long. On `MySQL` the steps before it stay.
    #[error("cannot {doing}: somebody else uses the table, and did not finish within {} s; try again when it is quiet, or wait longer with --lock-timeout", .waited.as_secs())]
    Busy {
        /// The step, or the look at the rows.
        doing: String,
        /// How long it waited.
        waited: Duration,
    },
    /// A statement took longer than it may. On `MySQL` the steps before it stay.
    #[error("cannot {doing} within {} s; give it more time with --statement-timeout", .limit.as_secs_f64())]
    TooSlow {
        /// The step, or the look at the rows.
        doing: String,
        /// How long it may take.
        limit: Duration,
    },
    /// A step failed. On `MySQL` the steps before it stay, and a second run goes on after them.
    #[error("cannot {step}")]
    Step {
        /// The step.
        step: Box<Step>,
        /// What the database answered, or the plugin whose rows were rewritten.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The database failed otherwise.
    #[error("cannot compare the database with the schema")]
    Database(#[from] DbErr),
}

fn listed(refusals: &[Refusal]) -> String {
    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Transient for ApplyError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Step { source, .. } => asks_again(&**source),
            Self::Database(source) => source.is_transient(),
            Self::Refused(_)
            | Self::Afterwards(_)
            | Self::Consent(_)
            | Self::Locked(_)
            | Self::Busy { .. }
            | Self::TooSlow { .. } => false,
        }
    }
}

/// Brings a database up to a schema, on the default [`Terms`].
///
/// Takes the lock, looks, plans, runs the plan and commits. Of several instances that start
/// together one does the work and the others find nothing left to do.
///
/// # Errors
///
/// [`ApplyError::Refused`] if adding things is not enough, [`ApplyError::Consent`] if a person has to
/// agree; what the database answers otherwise.
pub async fn apply(db: &DatabaseConnection, schema: &Schema) -> Result<Applied, ApplyError> {
    apply_on(db, schema, &Terms::default()).await
}

/// Brings a database up to a schema: see [`apply`].
///
/// # Errors
///
/// As [`apply`].
#[tracing::instrument(skip_all)]
pub async fn apply_on(db: &DatabaseConnection, schema: &Schema, terms: &Terms<'_>) -> Result<Applied, ApplyError> {
    let mut attempt = 1;
    loop {
        match Box::pin(apply_once(db, schema, terms)).await {
            Err(error) if error.is_transient() && attempt < ATTEMPTS => {
                tracing::debug!(attempt, "schema.busy");
                tokio::time::sleep(PAUSE * attempt).await;
                attempt += 1;
            }
            result => return result,
        }
    }
}

/// Says what [`apply`] would do, on the default [`Terms`]. Takes no lock and changes nothing.
///
/// # Errors
///
/// [`ApplyError::Busy`] where somebody holds a table too long; what the database answers otherwise.
pub async fn pending(db: &DatabaseConnection, schema: &Schema) -> Result<Plan, ApplyError> {
    pending_on(db, schema, &Terms::default()).await
}

/// Says what [`apply_on`] would do: see [`pending`]. Agrees to nothing, and tells nobody.
///
/// # Errors
///
/// As [`pending`], and [`ApplyError::TooSlow`] where the database watches how long a statement takes.
pub async fn pending_on(db: &DatabaseConnection, schema: &Schema, terms: &Terms<'_>) -> Result<Plan, ApplyError> {
    let tx = lock::look(db, terms).await?;
    let plan = examine(&tx, schema).await.map_err(|error| looked(error, terms));
    // What went wrong first is what to tell.
    match (plan, lock::leave(tx).await) {
        (Ok(_), Err(error)) => Err(error.into()),
        (plan, _) => plan,
    }
}

async fn apply_once(db: &DatabaseConnection, schema: &Schema, terms: &Terms<'_>) -> Result<Applied, ApplyError> {
    let Some(held) = lock::begin(db, terms).await? else { return Err(ApplyError::Locked(terms.lock_timeout)) };
    let error = match run(&held.tx, schema, terms).await {
        Ok(applied) => {
            lock::commit(held).await?;
            return Ok(applied);
        }
        Err(error) => error,
    };
    let given_up = match error {
        ApplyError::TooSlow { .. } => lock::abandon(db, held).await,
        _ => lock::roll_back(held).await,
    };
    // What went wrong first is what to tell, not what went wrong while giving up.
    if let Err(second) = given_up {
        tracing::warn!(error = %second, "schema.rollback_failed");
    }
    Err(error)
}

async fn run(tx: &DatabaseTransaction, schema: &Schema, terms: &Terms<'_>) -> Result<Applied, ApplyError> {
    let plan = examine(tx, schema).await.map_err(|error| looked(error, terms))?;
    if !plan.refusals.is_empty() {
        return Err(ApplyError::Refused(plan.refusals));
    }
    let consents = terms.consent.lacks(plan.consents());
    if !consents.is_empty() {
        return Err(ApplyError::Consent(consents));
    }
    for (position, step) in plan.steps.iter().enumerate() {
        terms.watch.begins(step, position + 1, plan.steps.len());
        perform(tx, schema, step, terms).await?;
        tracing::debug!(%step, "schema.changed");
    }
    Ok(Applied { steps: plan.steps, warnings: plan.warnings })
}

/// Why rows could not be looked at.
fn looked(error: DbErr, terms: &Terms<'_>) -> ApplyError {
    stopped(&error, "look at the rows", terms).unwrap_or(ApplyError::Database(error))
}

/// Tells what the database itself has stopped.
fn stopped(error: &DbErr, doing: &str, terms: &Terms<'_>) -> Option<ApplyError> {
    let doing = doing.to_owned();
    Some(match Stopped::by(error)? {
        Stopped::Waiting => ApplyError::Busy { doing, waited: terms.lock_timeout },
        Stopped::Working => ApplyError::TooSlow { doing, limit: terms.statement_timeout.unwrap_or_default() },
    })
}

async fn perform(tx: &DatabaseTransaction, schema: &Schema, step: &Step, terms: &Terms<'_>) -> Result<(), ApplyError> {
    let done = if let Step::Rewrite(rewrite) = step {
        rewritten(tx, schema, rewrite, terms).await
    } else if let Some(refusal) = still(tx, schema, step).await.map_err(|error| looked(error, terms))? {
        return Err(ApplyError::Afterwards(Box::new(refusal)));
    } else {
        within(terms, executed(tx, step)).await
    };
    done.map_err(|failed| match failed {
        Failed::Slow(limit) => ApplyError::TooSlow { doing: step.to_string(), limit },
        Failed::Source(source) => source
            .downcast_ref()
            .and_then(|error| stopped(error, &step.to_string(), terms))
            .unwrap_or_else(|| ApplyError::Step { step: Box::new(step.clone()), source }),
    })
}

/// Why a step was not done.
enum Failed {
    Slow(Duration),
    Source(Box<dyn StdError + Send + Sync>),
}

impl From<DbErr> for Failed {
    fn from(error: DbErr) -> Self {
        Self::Source(error.into())
    }
}

/// Waits no longer than a statement may take, for databases that do not watch that themselves.
async fn within(terms: &Terms<'_>, work: impl Future<Output = Result<(), DbErr>>) -> Result<(), Failed> {
    let Some(limit) = terms.statement_timeout else { return Ok(work.await?) };
    // A little more, so that the database comes first where it does.
    match tokio::time::timeout(limit + limit / 4 + PAUSE, work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Failed::Slow(limit)),
    }
}

async fn executed(tx: &DatabaseTransaction, step: &Step) -> Result<(), DbErr> {
    for statement in step.sql(tx.get_database_backend()) {
        tx.execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// Rewrites rows, and notes it in the ledger: both or neither.
async fn rewritten(
    tx: &DatabaseTransaction,
    schema: &Schema,
    Rewrite { id, checksum, .. }: &Rewrite,
    terms: &Terms<'_>,
) -> Result<(), Failed> {
    let Some(migration) = schema.migrations.iter().find(|migration| migration.id == *id) else { return Ok(()) };
    let backend = tx.get_database_backend();
    if backend == DbBackend::MySql {
        // The transaction has ended with the last DDL statement.
        tx.execute_unprepared("START TRANSACTION").await?;
    }
    let tell = |rows| terms.watch.rewrote(rows);
    match &migration.data.work {
        Work::Update(update) => {
            let updated = async { tx.execute(&**update).await.map(|done| tell(done.rows_affected())) };
            within(terms, updated).await?;
        }
        // Many statements: PostgreSQL watches each of them.
        Work::Code(code) => code.rewrite(&mut Rewriting { tx, done: 0, tell: &tell }).await.map_err(Failed::Source)?,
    }
    tx.execute_unprepared(&ledger::note(backend, id, checksum)).await?;
    if backend == DbBackend::MySql {
        tx.execute_unprepared("COMMIT").await?;
    }
    Ok(())
}
