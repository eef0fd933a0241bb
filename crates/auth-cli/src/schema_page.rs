//! Writes a schema down for people: Markdown, with a diagram of what points to what.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use auth_core::schema::{Column, LogicalType, Schema, Table};

use crate::markdown::{cell, code};

/// Writes the whole schema as Markdown: an entity-relationship diagram in Mermaid, then each table
/// with its columns, who wants them, and its indexes.
pub(crate) fn write(schema: &Schema) -> String {
    let mut text = String::from(HEAD);
    diagram(&mut text, schema);
    for table in schema.tables() {
        describe(&mut text, table);
    }
    text
}

const HEAD: &str = "\
# Schema

Every table of the app, with the plugin that owns it.
Ids are text, timestamps are kept in milliseconds and UTC, and what is called a digest or sealed is no credential.
The planner adds what is missing and touches nothing else.

";

// Writing to a String cannot fail, so the results of `write!` are let go of.

fn diagram(text: &mut String, schema: &Schema) {
    text.push_str("```mermaid\nerDiagram\n");
    let mut arrows = BTreeSet::new();
    for table in schema.tables() {
        for column in &table.columns {
            let Some(to) = &column.spec.references else { continue };
            // One row there, and here none to many; or none to one where the column is unique.
            let many = if table.is_unique(&column.spec.name) { "o|" } else { "o{" };
            let one = if column.spec.nullable { "|o" } else { "||" };
            arrows.insert(format!("    \"{}\" {one}--{many} \"{}\" : {}\n", to.table, table.name, column.spec.name));
        }
    }
    for table in schema.tables() {
        let _ = writeln!(text, "    \"{}\" {{", table.name);
        for Column { spec, .. } in &table.columns {
            let key = if table.primary_key.contains(&spec.name) {
                " PK"
            } else if spec.references.is_some() {
                " FK"
            } else if table.is_unique(&spec.name) {
                " UK"
            } else {
                ""
            };
            let _ = writeln!(text, "        {} {}{key}", word(spec.ty), spec.name);
        }
        text.push_str("    }\n");
    }
    text.extend(arrows);
    text.push_str("```\n");
}

fn describe(text: &mut String, table: &Table) {
    let _ = writeln!(text, "\n## {}\n\nOf {}.\n", table.name, code(&table.by));
    text.push_str("| column | type | null | default | points to | plugin |\n| --- | --- | --- | --- | --- | --- |\n");
    for Column { by, spec } in &table.columns {
        let null = if spec.nullable { "yes" } else { "" };
        let default = spec.default.as_ref().map(|value| code(&value.to_string())).unwrap_or_default();
        let to = spec.references.as_ref().map_or_else(String::new, |to| {
            let at = code(&format!("{}.{}", to.table, to.column));
            format!("[{at}](#{}), on delete {}", to.table.to_lowercase(), to.on_delete)
        });
        let (name, by) = (code(&spec.name), cell(by));
        let _ = writeln!(text, "| {name} | {} | {null} | {default} | {to} | {by} |", spec.ty);
    }
    let key = ("key", table.primary_key.join(", "));
    let indexes = table.indexes.iter().map(|index| {
        let kind = if index.unique { "unique" } else { "index" };
        (kind, index.columns.join(", "))
    });
    text.push('\n');
    for (kind, columns) in std::iter::once(key).chain(indexes) {
        let _ = writeln!(text, "- {kind} ({columns})");
    }
}

/// A type as Mermaid takes it: one word.
fn word(ty: LogicalType) -> &'static str {
    match ty {
        LogicalType::Id => "id",
        LogicalType::Str(_) | LogicalType::Text => "text",
        LogicalType::Bool => "bool",
        LogicalType::Int => "int",
        LogicalType::BigInt => "bigint",
        LogicalType::Timestamp => "timestamp",
        LogicalType::Json => "json",
    }
}

#[cfg(test)]
#[path = "../../auth-core/tests/spec/schema/everything.rs"]
mod everything;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_everything() {
        insta::assert_snapshot!("page", write(&everything::schema()));
    }
}
