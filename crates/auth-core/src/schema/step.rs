//! One thing a plan does.

use std::borrow::Cow;
use std::fmt;

use super::ledger;
use super::merged::{Column, ForeignKey};
use super::spec::ColumnSpec;

/// One thing a plan does, as data. [`Step::sql`] says it to a database, `Display` to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Renames a table of somebody else's that has the name of one of ours, with all its rows.
    SetAside {
        /// The plugin that wants the name.
        by: Cow<'static, str>,
        /// The name.
        table: String,
        /// The name it gets.
        to: String,
    },
    /// Creates a table.
    CreateTable(NewTable),
    /// Adds a column to a table that exists.
    AddColumn {
        /// The table.
        table: String,
        /// The column.
        column: NewColumn,
        /// What it points to, unless that follows as a step of its own.
        foreign_key: Option<ForeignKey>,
    },
    /// Lets a column that exists point to another. Never planned for `SQLite`, which cannot.
    AddForeignKey {
        /// The plugin that wants it.
        by: Cow<'static, str>,
        /// From where to where.
        foreign_key: ForeignKey,
    },
    /// Creates an index.
    CreateIndex {
        /// The plugin that wants it.
        by: Cow<'static, str>,
        /// The table.
        table: String,
        /// The name.
        name: String,
        /// The columns, in order.
        columns: Vec<String>,
        /// Whether no two rows may hold the same values.
        unique: bool,
        /// About how many rows there are, if those are so many that writes would wait for long.
        rows: Option<u64>,
    },
    /// Requires a column that was filled by a data migration. Never planned for `SQLite`, which cannot.
    Require {
        /// The plugin that wants it.
        by: Cow<'static, str>,
        /// The table.
        table: String,
        /// The column.
        column: NewColumn,
    },
    /// Runs a data migration, and notes it in the ledger.
    Rewrite(Rewrite),
    /// Notes data migrations in the ledger that have nothing to do: their tables are new or empty.
    Note {
        /// The ids, each with its checksum.
        migrations: Vec<(String, String)>,
    },
}

/// A data migration that has to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// The plugin that wants it.
    pub by: Cow<'static, str>,
    /// Its id in the ledger.
    pub id: String,
    /// The table whose rows it rewrites.
    pub table: String,
    /// What it does, in a few words.
    pub about: Cow<'static, str>,
    /// What a person has to agree to first.
    pub consent: Option<Cow<'static, str>>,
    /// The form of it, as the ledger notes it.
    pub checksum: String,
    /// The statement that does it; none if code does.
    pub statement: Option<String>,
}

/// A table that does not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTable {
    /// The plugin that owns it.
    pub by: Cow<'static, str>,
    /// The name.
    pub name: String,
    /// The columns of the key.
    pub primary_key: Vec<String>,
    /// The columns, in order.
    pub columns: Vec<NewColumn>,
    /// What its columns point to, unless that follows as a step of its own.
    pub foreign_keys: Vec<ForeignKey>,
}

/// A column that does not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewColumn {
    /// The plugin that wants it.
    pub by: Cow<'static, str>,
    /// What it holds.
    pub spec: ColumnSpec,
    /// The exact type, where the live column it points to has another than we would choose.
    ///
    /// `MySQL` refuses a foreign key between columns of different length or collation.
    pub declared: Option<String>,
}

impl NewColumn {
    pub(super) fn of(column: &Column) -> Self {
        Self { by: column.by.clone(), spec: column.spec.clone(), declared: None }
    }
}

impl Step {
    /// The plugin that wants it.
    pub fn by(&self) -> &str {
        match self {
            Self::CreateTable(table) => &table.by,
            Self::AddColumn { column, .. } => &column.by,
            Self::AddForeignKey { by, .. }
            | Self::CreateIndex { by, .. }
            | Self::SetAside { by, .. }
            | Self::Require { by, .. } => by,
            Self::Rewrite(rewrite) => &rewrite.by,
            Self::Note { .. } => "core",
        }
    }

    /// The table it is about.
    pub fn table(&self) -> &str {
        match self {
            Self::CreateTable(table) => &table.name,
            Self::AddColumn { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::SetAside { table, .. }
            | Self::Require { table, .. } => table,
            Self::AddForeignKey { foreign_key, .. } => &foreign_key.table,
            Self::Rewrite(rewrite) => &rewrite.table,
            Self::Note { .. } => ledger::TABLE,
        }
    }

    /// What a person has to agree to before this is done, if anything.
    pub fn consent(&self) -> Option<String> {
        match self {
            Self::SetAside { table, to, .. } => Some(format!(
                "{table} is a table of somebody else's; it is renamed to {to}, and nothing in it carries over"
            )),
            Self::Rewrite(rewrite) => rewrite.consent.as_ref().map(ToString::to_string),
            Self::CreateTable(_)
            | Self::AddColumn { .. }
            | Self::AddForeignKey { .. }
            | Self::CreateIndex { .. }
            | Self::Require { .. }
            | Self::Note { .. } => None,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTable(table) => {
                write!(f, "create table \"{}\" (", table.name)?;
                for (position, column) in table.columns.iter().enumerate() {
                    if position > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{}", column.spec)?;
                    if column.by != table.by {
                        write!(f, " [{}]", column.by)?;
                    }
                }
                f.write_str(")")?;
            }
            Self::AddColumn { table, column, .. } => {
                write!(f, "add column to \"{table}\": {}", column.spec)?;
            }
            Self::AddForeignKey { foreign_key: ForeignKey { table, column, to, .. }, .. } => {
                write!(f, "add foreign key to \"{table}\": {column} -> {}.{}", to.table, to.column)?;
                write!(f, " on delete {}", to.on_delete)?;
            }
            Self::CreateIndex { table, columns, unique, .. } => {
                let unique = if *unique { "unique " } else { "" };
                write!(f, "create {unique}index on \"{table}\" ({})", columns.join(", "))?;
            }
            Self::SetAside { table, to, .. } => write!(f, "rename \"{table}\", which is somebody else's, to \"{to}\"")?,
            Self::Require { table, column, .. } => write!(f, "require \"{table}\".{}", column.spec.name)?,
            Self::Rewrite(Rewrite { id, table, about, .. }) => {
                write!(f, "rewrite rows of \"{table}\": {id}")?;
                if !about.is_empty() {
                    write!(f, ", {about}")?;
                }
            }
            Self::Note { migrations } => {
                let ids: Vec<&str> = migrations.iter().map(|(id, _)| id.as_str()).collect();
                write!(f, "note as done, with nothing to rewrite: {}", ids.join(", "))?;
            }
        }
        write!(f, "  [{}]", self.by())
    }
}
