//! The schema of a whole app: what all plugins want together.

use std::borrow::Cow;

use super::data::DataMigration;
use super::name;
use super::spec::{ColumnSpec, Reference};

/// All tables of an app, referenced ones before those that point to them.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    pub(super) tables: Vec<Table>,
    pub(super) migrations: Vec<Migration>,
}

impl Schema {
    /// The tables, referenced ones before those that point to them.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The data migrations, in the order in which they run.
    pub fn migrations(&self) -> &[Migration] {
        &self.migrations
    }

    /// The table of this name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// One data migration, and who wants it.
#[derive(Clone, Debug)]
pub struct Migration {
    /// The plugin that wants it.
    pub by: Cow<'static, str>,
    /// Plugin, number and name: `journal/0002-day`.
    pub id: String,
    /// What it does.
    pub data: DataMigration,
}

/// One table, with what other plugins add to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The plugin that owns it.
    pub by: Cow<'static, str>,
    /// The name.
    pub name: String,
    /// The columns of the key.
    pub primary_key: Vec<String>,
    /// The columns: the owner's first, then those of the others.
    pub columns: Vec<Column>,
    /// The indexes, also those of unique columns.
    pub indexes: Vec<Index>,
    /// The column by which a live table is told from somebody else's.
    pub mark: Option<String>,
}

impl Table {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.spec.name == name)
    }

    /// Whether no two rows can hold the same value in this column.
    pub fn is_unique(&self, column: &str) -> bool {
        let alone = |columns: &[String]| matches!(columns, [only] if only == column);
        alone(&self.primary_key) || self.indexes.iter().any(|index| index.unique && alone(&index.columns))
    }
}

/// One column, and who wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The plugin that wants it.
    pub by: Cow<'static, str>,
    /// What it holds. Its uniqueness is also an [`Index`].
    pub spec: ColumnSpec,
}

/// One index, and who wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// The plugin that wants it.
    pub by: Cow<'static, str>,
    /// The name, made from table and columns. A live index counts by its columns, not by this.
    pub name: String,
    /// The columns, in order.
    pub columns: Vec<String>,
    /// Whether no two rows may hold the same values.
    pub unique: bool,
}

/// One column pointing to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The name of the constraint, on databases that give it one.
    pub name: String,
    /// The table it starts from.
    pub table: String,
    /// The column it starts from.
    pub column: String,
    /// Where it points to.
    pub to: Reference,
}

impl ForeignKey {
    pub(super) fn of(table: &str, column: &ColumnSpec) -> Option<Self> {
        column.references.as_ref().map(|to| Self {
            name: name::of_foreign_key(table, &column.name),
            table: table.to_owned(),
            column: column.name.clone(),
            to: to.clone(),
        })
    }
}
