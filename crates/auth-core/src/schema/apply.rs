//! Brings a database up to a schema, one instance at a time.

use std::time::Duration;

use sea_orm::sea_query::{Asterisk, Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr};
use thiserror::Error;

use super::live::{LiveSchema, introspect};
use super::lock;
use super::merged::Schema;
use super::plan::{Plan, plan};
use super::refusal::{Refusal, Warning};
use super::step::Step;
use crate::database::Transient;

/// How often a busy database is asked.
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
    /// The database has things that stand against it. Nothing was done.
    #[error("the database cannot be brought up to the schema: {}", listed(.0))]
    Refused(Vec<Refusal>),
    /// Another instance kept the lock too long. Nothing was done.
    #[error("another instance is changing the schema and does not finish")]
    Locked,
    /// A step failed. On `MySQL` the steps before it stay, and a second run goes on after them.
    #[error("cannot {step}")]
    Step {
        /// The step.
        step: Box<Step>,
        /// What the database answered.
        #[source]
        source: DbErr,
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
            Self::Step { source, .. } | Self::Database(source) => source.is_transient(),
            Self::Refused(_) | Self::Locked => false,
        }
    }
}

/// Brings a database up to a schema.
///
/// Takes the lock, looks, plans, runs the plan and commits. Of several instances that start
/// together one does the work and the others find nothing left to do.
///
/// # Errors
///
/// [`ApplyError::Refused`] if adding things is not enough; what the database answers otherwise.
#[tracing::instrument(skip_all)]
pub async fn apply(db: &DatabaseConnection, schema: &Schema) -> Result<Applied, ApplyError> {
    let mut attempt = 1;
    loop {
        match apply_once(db, schema).await {
            Err(error) if error.is_transient() && attempt < ATTEMPTS => {
                tracing::debug!(attempt, "schema.busy");
                tokio::time::sleep(PAUSE * attempt).await;
                attempt += 1;
            }
            result => return result,
        }
    }
}

/// Says what [`apply`] would do. Takes no lock and changes nothing.
///
/// # Errors
///
/// What the database answers.
pub async fn pending(db: &DatabaseConnection, schema: &Schema) -> Result<Plan, DbErr> {
    examine(db, schema).await
}

async fn apply_once(db: &DatabaseConnection, schema: &Schema) -> Result<Applied, ApplyError> {
    let Some(tx) = lock::begin(db).await? else { return Err(ApplyError::Locked) };
    match run(&tx, schema).await {
        Ok(applied) => {
            lock::commit(tx).await?;
            Ok(applied)
        }
        Err(error) => {
            // What went wrong first is what to tell, not what went wrong while giving up.
            if let Err(second) = lock::roll_back(tx).await {
                tracing::warn!(error = %second, "schema.rollback_failed");
            }
            Err(error)
        }
    }
}

async fn run(tx: &DatabaseTransaction, schema: &Schema) -> Result<Applied, ApplyError> {
    let plan = examine(tx, schema).await?;
    if !plan.refusals.is_empty() {
        return Err(ApplyError::Refused(plan.refusals));
    }
    for step in &plan.steps {
        for statement in step.sql(plan.backend) {
            tx.execute_unprepared(&statement)
                .await
                .map_err(|source| ApplyError::Step { step: Box::new(step.clone()), source })?;
        }
        tracing::debug!(%step, "schema.changed");
    }
    Ok(Applied { steps: plan.steps, warnings: plan.warnings })
}

/// Plans, and looks for rows that would break a new unique index.
async fn examine<C: ConnectionTrait>(conn: &C, schema: &Schema) -> Result<Plan, DbErr> {
    let live = introspect(conn, schema).await?;
    let mut plan = plan(schema, &live);
    for step in &plan.steps {
        let Step::CreateIndex { by, table, columns, unique: true, .. } = step else { continue };
        if has_duplicates(conn, &live, table, columns).await? {
            let (by, table, columns) = (by.clone(), table.clone(), columns.clone());
            plan.refusals.push(Refusal::Duplicates { by, table, columns });
        }
    }
    Ok(plan)
}

async fn has_duplicates<C: ConnectionTrait>(
    conn: &C,
    live: &LiveSchema,
    table: &str,
    columns: &[String],
) -> Result<bool, DbErr> {
    // A column that is not there yet is null or has its default in every row, and is not asked about.
    let Some(found) = live.table(table) else { return Ok(false) };
    if !columns.iter().all(|column| found.column(column).is_some()) {
        return Ok(false);
    }
    let mut query = Query::select();
    query.expr(Expr::val(1)).from(table.to_owned()).limit(1);
    for column in columns {
        query.and_where(Expr::col(column.clone()).is_not_null()).add_group_by([Expr::col(column.clone())]);
    }
    query.and_having(Expr::col(Asterisk).count().gt(1));
    Ok(conn.query_one(&query).await?.is_some())
}
