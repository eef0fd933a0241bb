//! Writes a schema, or what a database lacks of it, as a migration of sea-orm-migration.

use std::fmt::Write as _;

use sea_orm::DbBackend;

use crate::schema::merged::Schema;
use crate::schema::step::Step;

/// Writes the whole schema as one file for an app that uses sea-orm-migration.
///
/// The file holds the statements of all databases, and chooses when it runs.
pub fn render_sea_orm_migration(schema: &Schema) -> String {
    let all = [DbBackend::Sqlite, DbBackend::Postgres, DbBackend::MySql];
    let steps = all.map(|backend| (backend, schema.steps(backend)));
    let parts: Vec<Part<'_>> = steps.iter().map(|(backend, steps)| Part { backend: *backend, steps }).collect();
    file("Creates the tables of the auth plugins in an empty database.", &parts)
}

/// Writes steps as one file for an app that uses sea-orm-migration.
///
/// Steps come from a comparison with one database, so the file refuses to run on another kind.
pub fn render_sea_orm_steps(steps: &[Step], backend: DbBackend) -> String {
    let what = format!("Adds what a database of {} lacks of the tables of the auth plugins.", name(backend));
    file(&what, &[Part { backend, steps }])
}

/// What is to be done on one kind of database.
struct Part<'a> {
    backend: DbBackend,
    steps: &'a [Step],
}

// Writing to a String cannot fail, so the results of `write!` are let go of.

fn file(what: &str, parts: &[Part<'_>]) -> String {
    let names: Vec<&str> = parts.iter().map(|part| name(part.backend)).collect();
    let mut text = format!("//! {what} Generated; keep it as it is.\n{USES}\n/// {what}\n{HEAD}");
    for Part { backend, .. } in parts {
        let _ = writeln!(text, "            DbBackend::{backend:?} => {},", constant(*backend));
    }
    let _ = write!(
        text,
        "            other => {{
                let refusal = format!(\"made for {}, not for {{other:?}}\");
                return Err(DbErr::Migration(refusal));
            }}\n{TAIL}",
        names.join(", ")
    );
    for Part { backend, steps } in parts {
        let statements: Vec<String> = steps.iter().flat_map(|step| step.sql(*backend)).collect();
        let _ = write!(text, "\nconst {}: &[&str] = &[", constant(*backend));
        for statement in &statements {
            let _ = write!(text, "\n    {},", literal(statement));
        }
        text.push_str(if statements.is_empty() { "];\n" } else { "\n];\n" });
    }
    text
}

/// A Rust literal of a statement: as it runs where that can be.
fn literal(statement: &str) -> String {
    if statement.contains('\r') || !statement.contains(['"', '\\']) {
        return format!("{statement:?}");
    }
    // As many marks as stand behind a quotation mark somewhere, and one more.
    let marks = |piece: &str| piece.len() - piece.trim_start_matches('#').len();
    let most = statement.split('"').skip(1).map(|piece| marks(piece) + 1).max().unwrap_or_default();
    let fence = "#".repeat(most);
    format!("r{fence}\"{statement}\"{fence}")
}

fn name(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "PostgreSQL",
        DbBackend::MySql => "MySQL",
        _ => "SQLite",
    }
}

fn constant(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "POSTGRES",
        DbBackend::MySql => "MYSQL",
        _ => "SQLITE",
    }
}

const USES: &str = "#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(
    elided_lifetimes_in_paths,
    unreachable_pub,
    reason = \"written as the trait writes it, wherever the module stands\"
)]

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;
";

const HEAD: &str = "#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = match manager.get_database_backend() {
";

const TAIL: &str = "        };
        for statement in statements {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
";

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn a_literal_is_raw_only_where_it_has_to_be() {
        assert_eq!(literal("a `b`"), "\"a `b`\"");
        assert_eq!(literal("a \"b\""), "r#\"a \"b\"\"#");
        assert_eq!(literal("a \"#b##"), "r##\"a \"#b##\"##");
        assert_eq!(literal(r"a\b"), "r\"a\\b\"");
        assert_eq!(literal("a\r\"b\""), "\"a\\r\\\"b\\\"\"");
    }
}
