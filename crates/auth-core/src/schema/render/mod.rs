//! Writes a schema down as files an app keeps: SQL, a migration of sea-orm-migration, entities.

mod entities;
mod ident;
mod link;
mod migration;

use std::fmt::Write as _;

use sea_orm::DbBackend;

use super::live::LiveSchema;
use super::merged::Schema;
use super::plan::plan;
use super::step::Step;

pub use entities::render_entities;
pub use migration::{render_sea_orm_migration, render_sea_orm_steps};

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
        if let Some(statement) = step.concurrent_sql(backend) {
            let _ = writeln!(text, "-- Outside of a transaction, so that others can write meanwhile.\n{statement};");
            continue;
        }
        let statements = step.sql(backend);
        if statements.is_empty() {
            let _ = writeln!(text, "-- Done by the program, with `migrate`: {step}");
        }
        for statement in statements {
            let _ = writeln!(text, "{statement};");
        }
    }
    text
}
