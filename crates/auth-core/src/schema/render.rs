//! Writes a schema down as files an app keeps: SQL, or one migration of sea-orm-migration.

use std::fmt::Write as _;

use sea_orm::DbBackend;

use super::live::LiveSchema;
use super::merged::Schema;
use super::plan::plan;
use super::step::Step;

impl Schema {
    /// The steps that make the whole schema in an empty database.
    pub fn steps(&self, backend: DbBackend) -> Vec<Step> {
        plan(self, &LiveSchema::empty(backend)).steps
    }
}

/// Writes the whole schema as SQL, for an empty database.
pub fn render_sql(schema: &Schema, backend: DbBackend) -> String {
    render_steps(&schema.steps(backend), backend)
}

/// Writes steps as SQL: one statement a line, under the name of the plugin that wants it.
pub fn render_steps(steps: &[Step], backend: DbBackend) -> String {
    let mut text = String::new();
    let mut last = None;
    for step in steps {
        let here = (step.by(), step.table());
        if last != Some(here) {
            let gap = if last.is_some() { "\n" } else { "" };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{gap}-- {}: {}", step.by(), step.table());
            last = Some(here);
        }
        for statement in step.sql(backend) {
            let _ = writeln!(text, "{statement};");
        }
    }
    text
}

/// Writes the whole schema as one file for an app that uses sea-orm-migration.
///
/// The file holds the statements of all databases, and chooses when it runs.
pub fn render_sea_orm_migration(schema: &Schema) -> String {
    let mut text = String::from(HEAD);
    for (name, backend) in
        [("SQLITE", DbBackend::Sqlite), ("POSTGRES", DbBackend::Postgres), ("MYSQL", DbBackend::MySql)]
    {
        let _ = writeln!(text, "\nconst {name}: &[&str] = &[");
        for statement in schema.steps(backend).iter().flat_map(|step| step.sql(backend)) {
            let _ = writeln!(text, "    {},", literal(&statement));
        }
        text.push_str("];\n");
    }
    text
}

/// A Rust literal of a statement: raw where that can be, so that it reads as it runs.
fn literal(statement: &str) -> String {
    if statement.contains("\"#") || statement.contains('\r') {
        format!("{statement:?}")
    } else {
        format!("r#\"{statement}\"#")
    }
}

const HEAD: &str = r"//! Creates the tables of the auth plugins in an empty database. Generated; keep it as it is.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// Creates the tables of the auth plugins.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            DbBackend::MySql => MYSQL,
            _ => SQLITE,
        };
        for statement in statements {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
";
