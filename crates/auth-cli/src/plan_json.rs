//! A plan as JSON a program reads.

use auth_core::schema::{Plan, Step};
use sea_orm::DbBackend;
use serde::Serialize;

/// A plan, and what became of it.
#[derive(Debug, Serialize)]
pub(crate) struct PlanJson {
    /// The database, without password.
    database: String,
    /// `sqlite`, `postgres` or `mysql`.
    backend: &'static str,
    status: Status,
    /// What was done if `applied`, otherwise what is missing.
    steps: Vec<StepJson>,
    refusals: Vec<RefusalJson>,
    warnings: Vec<WarningJson>,
    /// What the schema does not know, and nobody touches; with `--verbose`.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<Vec<String>>,
}

/// What became of it. Every JSON that `migrate` writes says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Nothing is missing, or another instance added it meanwhile.
    Done,
    /// Something is missing, and nothing was changed.
    Pending,
    /// What was missing was added.
    Applied,
    /// Something stands against it, and nothing was changed.
    Refused,
    /// It could not be found out or done.
    Failed,
}

#[derive(Debug, Serialize)]
struct StepJson {
    step: &'static str,
    table: String,
    columns: Vec<String>,
    plugin: String,
    /// Empty where a program does it.
    sql: Vec<String>,
    /// About how many rows a table has that is so large that writes would wait for long.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    /// How a large index is made while others write: beforehand, outside of a transaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrent_sql: Option<String>,
    /// The ids of the data migrations it runs or notes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    migrations: Vec<String>,
    /// What `--yes` agrees to.
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<String>,
}

#[derive(Debug, Serialize)]
struct WarningJson {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sql: Option<String>,
}

#[derive(Debug, Serialize)]
struct RefusalJson {
    message: String,
    advice: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sql: Option<String>,
}

impl PlanJson {
    pub(crate) fn of(database: &str, plan: &Plan, status: Status, verbose: bool) -> Self {
        let refusals = plan.refusals.iter().map(|refusal| RefusalJson {
            message: refusal.to_string(),
            advice: refusal.advice(plan.backend),
            sql: refusal.remedy(plan.backend),
        });
        let warnings = plan
            .warnings
            .iter()
            .map(|warning| WarningJson { message: warning.to_string(), sql: warning.remedy(plan.backend) });
        Self {
            database: database.to_owned(),
            backend: name(plan.backend),
            status,
            steps: plan.steps.iter().map(|step| StepJson::of(step, plan.backend)).collect(),
            refusals: refusals.collect(),
            warnings: warnings.collect(),
            unknown: verbose.then(|| plan.unknown.clone()),
        }
    }

    /// Writes it down, and ends the line.
    pub(crate) fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| format!("{text}\n"))
    }
}

impl StepJson {
    fn of(step: &Step, backend: DbBackend) -> Self {
        let (name, columns) = match step {
            Step::CreateTable(table) => {
                ("create_table", table.columns.iter().map(|column| column.spec.name.clone()).collect())
            }
            Step::AddColumn { column, .. } => ("add_column", vec![column.spec.name.clone()]),
            Step::AddForeignKey { foreign_key, .. } => ("add_foreign_key", vec![foreign_key.column.clone()]),
            Step::CreateIndex { columns, .. } => ("create_index", columns.clone()),
            Step::SetAside { .. } => ("rename_table", Vec::new()),
            Step::Require { column, .. } => ("require_column", vec![column.spec.name.clone()]),
            Step::Rewrite(_) => ("rewrite_rows", Vec::new()),
            Step::Note { .. } => ("note_as_done", Vec::new()),
        };
        let migrations = match step {
            Step::Rewrite(rewrite) => vec![rewrite.id.clone()],
            Step::Note { migrations } => migrations.iter().map(|(id, _)| id.clone()).collect(),
            _ => Vec::new(),
        };
        let rows = if let Step::CreateIndex { rows, .. } = step { *rows } else { None };
        Self {
            step: name,
            table: step.table().to_owned(),
            columns,
            plugin: step.by().to_owned(),
            sql: step.sql(backend),
            rows,
            concurrent_sql: step.concurrent_sql(backend),
            migrations,
            consent: step.consent(),
        }
    }
}

/// A database as `--backend` names it.
fn name(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => "sqlite",
        DbBackend::Postgres => "postgres",
        DbBackend::MySql => "mysql",
        // sea-orm may come to know more than the planner does.
        _ => "other",
    }
}
