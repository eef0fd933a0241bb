//! Writes a schema as entities of `SeaORM`, for an app to query.

use std::fmt::Write as _;

use super::ident::{Names, lower_camel};
use super::link::{End, Field, Link, Module, Rows, modules};
use crate::schema::merged::{Index, Schema, Table};
use crate::schema::spec::{DefaultValue, LogicalType, OnDelete};

/// Writes the whole schema as one file of entities, a module for each table.
///
/// Each has all columns of its table, whoever adds them, and the relations from both ends. The file
/// needs nothing but `sea-orm` with `macros`, `with-json` and `with-chrono`, and compiles without a
/// warning.
pub fn render_entities(schema: &Schema) -> String {
    let mut text = String::from(HEAD);
    for module in modules(schema) {
        write(&mut text, &module);
    }
    text
}

const HEAD: &str = "\
//! The tables of the app as entities, to query them. Generated; keep it as it is.
//!
//! The tables belong to the plugins that are named: only they add, change and delete rows, and they
//! count on that. Read what you like, and write nothing but what is of `app`: its own tables, and in
//! others its own columns, by an update that sets no more. Some columns hold digests or sealed
//! values, which are of use to their plugin alone.
#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(
    dead_code,
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = \"what is here follows from the tables, and is there whether it is used or not\"
)]
";

// Writing to a String cannot fail, so the results of `write!` are let go of.

fn write(text: &mut String, module: &Module<'_>) {
    let Module { table, name, fields, links } = module;
    let _ = write!(
        text,
        "\n/// The table `{table}` of `{by}`.
pub mod {name} {{
    use sea_orm::entity::prelude::*;

    /// A row of `{table}`.\n",
        table = table.name,
        by = table.by,
    );
    describe(text, table);
    let _ = write!(
        text,
        "    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = {:?}, rename_all = \"camelCase\")]
    pub struct Model {{\n",
        table.name
    );
    let keys = unique_keys(table, fields);
    for field in fields {
        column(text, table, field, &keys);
    }
    for link in links {
        relation(text, link);
    }
    text.push_str("    }\n\n    impl ActiveModelBehavior for ActiveModel {}\n}\n");
}

/// Tells the indexes over several columns, which have no place at a field.
fn describe(text: &mut String, table: &Table) {
    let mut gap = "    ///\n";
    for index in table.indexes.iter().filter(|index| index.columns.len() > 1) {
        let kind = if index.unique { "Unique" } else { "Indexed" };
        let columns: Vec<String> = index.columns.iter().map(|column| format!("`{column}`")).collect();
        let _ = writeln!(text, "{gap}    /// {kind} together: {}.", columns.join(", "));
        gap = "";
    }
}

/// The unique indexes over several columns that the derive can be told of, each with a name.
///
/// It takes one for each column; another is left to the words above.
fn unique_keys<'a>(table: &'a Table, fields: &[Field<'_>]) -> Vec<(&'a Index, String)> {
    let mut names = Names::new();
    for field in fields {
        names.give(&[&field.snake]);
    }
    let mut told: Vec<(&Index, String)> = Vec::new();
    for index in table.indexes.iter().filter(|index| index.unique && index.columns.len() > 1) {
        let is_told = |column: &String| told.iter().any(|(other, _)| other.columns.contains(column));
        if !index.columns.iter().any(is_told) {
            let of_index = fields.iter().filter(|field| index.columns.contains(&field.column.spec.name));
            let parts: Vec<&str> = of_index.map(|field| field.snake.as_str()).collect();
            told.push((index, names.give(&[&parts.join("_and_")])));
        }
    }
    told
}

fn column(text: &mut String, table: &Table, field: &Field<'_>, keys: &[(&Index, String)]) {
    let spec = &field.column.spec;
    let _ = write!(text, "        /// The column `{}` of `{}`: {}", spec.name, field.column.by, spec.ty);
    if let Some(to) = &spec.references {
        let _ = write!(text, ", points to `{}.{}`, on delete {}", to.table, to.column, to.on_delete);
    }
    text.push_str(".\n");
    let indexed =
        |unique| table.indexes.iter().any(|index| index.unique == unique && index.columns == [spec.name.as_str()]);
    let mut said: Vec<String> = Vec::new();
    if table.primary_key.contains(&spec.name) {
        said.push("primary_key, auto_increment = false".to_owned());
    }
    if indexed(true) {
        said.push("unique".to_owned());
    }
    if indexed(false) {
        said.push("indexed".to_owned());
    }
    if let Some((_, key)) = keys.iter().find(|(index, _)| index.columns.contains(&spec.name)) {
        said.push(format!("unique_key = {key:?}"));
    }
    said.extend(column_type(table, field).map(|ty| format!("column_type = \"{ty}\"")));
    said.extend(spec.default.as_ref().map(|value| format!("default_value = {}", literal(value, spec.ty))));
    if lower_camel(&field.snake) != spec.name {
        said.push(format!("column_name = {:?}", spec.name));
    }
    let ty = rust_type(spec.ty);
    let ty = if spec.nullable { format!("Option<{ty}>") } else { ty.to_owned() };
    put(text, &said, &field.name, &ty);
}

fn relation(text: &mut String, link: &Link) {
    let entity = link.module.as_ref().map_or_else(|| "Entity".to_owned(), |module| format!("super::{module}::Entity"));
    let circle = link.module.is_none();
    let mut said: Vec<String> = Vec::new();
    let mut say = |what: &str, value: Option<&String>| said.extend(value.map(|value| format!("{what} = {value:?}")));
    let (kind, ty, about) = match &link.end {
        End::Forward { from, to, optional, on_delete, reverse } => {
            say("relation_enum", link.relation.as_ref());
            say("relation_reverse", reverse.as_ref());
            say("from", Some(from));
            say("to", Some(to));
            say("on_delete", action(*on_delete).map(str::to_owned).as_ref());
            let kind = if circle { "self_ref" } else { "belongs_to" };
            let ty = if *optional { format!("BelongsTo<Option<{entity}>>") } else { format!("BelongsTo<{entity}>") };
            (kind, ty, format!("The row of `{}` it points to", link.table))
        }
        End::Reverse { column, rows, via } => {
            say("relation_enum", link.relation.as_ref());
            say(if circle { "relation_reverse" } else { "via_rel" }, via.as_ref());
            let table = &link.table;
            match rows {
                Rows::One => {
                    let about = format!("The row of `{table}` that points here by `{column}`");
                    ("has_one", format!("HasOne<{entity}>"), about)
                }
                Rows::OneAsMany | Rows::Many => {
                    let most = if *rows == Rows::Many { "" } else { ", one at most" };
                    let about = format!("The rows of `{table}` that point here by `{column}`{most}");
                    (if circle { "self_ref" } else { "has_many" }, format!("HasMany<{entity}>"), about)
                }
            }
        }
    };
    said.insert(0, kind.to_owned());
    let _ = writeln!(text, "        /// {about}.");
    put(text, &said, &link.name, &ty);
}

fn put(text: &mut String, said: &[String], name: &str, ty: &str) {
    if !said.is_empty() {
        let _ = writeln!(text, "        #[sea_orm({})]", said.join(", "));
    }
    let _ = writeln!(text, "        pub {name}: {ty},");
}

fn rust_type(ty: LogicalType) -> &'static str {
    match ty {
        LogicalType::Id | LogicalType::Str(_) | LogicalType::Text => "String",
        LogicalType::Bool => "bool",
        LogicalType::Int => "i32",
        LogicalType::BigInt => "i64",
        LogicalType::Timestamp => "DateTimeUtc",
        LogicalType::Json => "Json",
    }
}

/// How the column is kept, where its Rust type does not tell.
fn column_type(table: &Table, Field { column, .. }: &Field<'_>) -> Option<String> {
    let spec = &column.spec;
    match spec.ty {
        // A key is an id anyway, and a reference takes the type of what it points to.
        LogicalType::Id if table.primary_key.contains(&spec.name) || spec.references.is_some() => None,
        LogicalType::Id => Some("Char(Some(64))".to_owned()),
        LogicalType::Str(length) if length != 255 => Some(format!("String(StringLen::N({length}))")),
        LogicalType::Text => Some("Text".to_owned()),
        LogicalType::Str(_)
        | LogicalType::Bool
        | LogicalType::Int
        | LogicalType::BigInt
        | LogicalType::Timestamp
        | LogicalType::Json => None,
    }
}

fn literal(value: &DefaultValue, ty: LogicalType) -> String {
    match (value, ty) {
        (DefaultValue::Bool(value), _) => value.to_string(),
        (DefaultValue::Int(value), LogicalType::BigInt) => format!("{}_i64", grouped(*value)),
        (DefaultValue::Int(value), _) => grouped(*value),
        (DefaultValue::Text(value), _) => format!("{value:?}"),
    }
}

/// Writes a number with a mark between each three digits.
fn grouped(value: i64) -> String {
    let mut text = String::new();
    let digits = value.unsigned_abs().to_string();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    if value < 0 { format!("-{text}") } else { text }
}

/// What happens on deletion, where it is not nothing.
fn action(on_delete: OnDelete) -> Option<&'static str> {
    match on_delete {
        OnDelete::NoAction => None,
        OnDelete::Restrict => Some("Restrict"),
        OnDelete::Cascade => Some("Cascade"),
        OnDelete::SetNull => Some("SetNull"),
    }
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn long_numbers_can_be_read() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(-999), "-999");
        assert_eq!(grouped(1_000), "1_000");
        assert_eq!(grouped(i64::MIN), "-9_223_372_036_854_775_808");
    }
}
