//! What a plan may not do, and what it leaves as it is.

use std::borrow::Cow;

use sea_orm::DbBackend;
use thiserror::Error;

use super::sql;
use super::step::NewColumn;

/// The name of a plugin.
type By = Cow<'static, str>;

/// Why a database cannot be brought up to a schema by adding things. With one of these nothing runs.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The name of a table stands for something else.
    #[error("{table} is no table, and {by} needs a table of this name")]
    NotATable {
        /// Who wants the table.
        by: By,
        /// The name.
        table: String,
    },
    /// A column that nobody writes must be written.
    #[error("{table}.{column} is NOT NULL without a default, and {by} does not write it: every insert would fail")]
    Unwritten {
        /// Who inserts into the table.
        by: By,
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its type, as the database declares it.
        declared: String,
    },
    /// A new required column would leave the rows there are without a value.
    #[error("{by} wants {table}.{column}, which is required and has no default, and {table} exists already")]
    Required {
        /// Who wants the column.
        by: By,
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A live column of a type that cannot be written or read.
    #[error("{table}.{} is {found:?}, and {by} keeps {} in it", wanted.spec.name, wanted.spec.ty)]
    Type {
        /// Who wants the column.
        by: By,
        /// The table.
        table: String,
        /// The column, as it should be.
        wanted: Box<NewColumn>,
        /// The type, as the database declares it.
        found: String,
    },
    /// A live column is never null where the schema writes null.
    #[error("{table}.{} is NOT NULL, and {by} writes null to it", wanted.spec.name)]
    NotNull {
        /// Who wants the column.
        by: By,
        /// The table.
        table: String,
        /// The column, as it should be.
        wanted: Box<NewColumn>,
    },
    /// A live column of somebody else's table has no default, so the owner's inserts miss it.
    #[error("{table}.{} has no default, and {owner}, who inserts the rows, does not know what {by} keeps there", wanted.spec.name)]
    NoDefault {
        /// Who wants the column.
        by: By,
        /// Who inserts into the table.
        owner: By,
        /// The table.
        table: String,
        /// The column, as it should be.
        wanted: Box<NewColumn>,
    },
    /// A live column whose name differs in case only.
    #[error("{table}.{found} should be spelled {column}, as {by} reads it")]
    Spelling {
        /// Who wants the column.
        by: By,
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The name it has.
        found: String,
    },
    /// A live table has another key.
    #[error("{table} has another key than ({}), by which {by} finds its rows", columns.join(", "))]
    Key {
        /// Who owns the table.
        by: By,
        /// The table.
        table: String,
        /// The columns of the key, as it should be.
        columns: Vec<String>,
    },
    /// A live column points to another table.
    #[error("{table}.{column} points to {found}, and {by} needs it to point to {wanted}")]
    Reference {
        /// Who wants the column.
        by: By,
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The table it points to.
        found: String,
        /// The table it should point to.
        wanted: String,
    },
    /// The name of a new index is taken.
    #[error("the name {name} is taken, and {by} needs it for an index on {table} ({})", columns.join(", "))]
    IndexName {
        /// Who wants the index.
        by: By,
        /// The table.
        table: String,
        /// The columns.
        columns: Vec<String>,
        /// The name.
        name: String,
    },
    /// A live column that an index is wanted on, of a type that the database cannot index.
    #[error("{table}.{} is {found:?}, which this database cannot index, and {by} needs an index on it", wanted.spec.name)]
    Unindexable {
        /// Who wants the index.
        by: By,
        /// The table.
        table: String,
        /// The column, as it should be.
        wanted: Box<NewColumn>,
        /// The type, as the database declares it.
        found: String,
    },
    /// A table of somebody else's, and the name it would get is taken.
    #[error("{table} is a table of somebody else's, and {taken}, which it would be renamed to, exists already")]
    SetAside {
        /// Who wants the name.
        by: By,
        /// The table.
        table: String,
        /// The name that is taken.
        taken: String,
    },
    /// Rows that are there already point to nothing, which a new foreign key forbids.
    #[error("{table} has rows whose {column} is in no row of {target}, and {by} needs it to be")]
    Orphans {
        /// Who wants the foreign key.
        by: By,
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The table it points to.
        target: String,
    },
    /// Rows that are there already would break a new unique index.
    #[error("{table} has rows with the same ({}), and {by} needs them to differ", columns.join(", "))]
    Duplicates {
        /// Who wants the index.
        by: By,
        /// The table.
        table: String,
        /// The columns.
        columns: Vec<String>,
    },
}

impl Refusal {
    /// The statement a person may run to get past it, where there is one.
    ///
    /// `SQLite` cannot change a column, so there it is none: the table must be made anew.
    pub fn remedy(&self, backend: DbBackend) -> Option<String> {
        match self {
            Self::Type { table, wanted, .. } | Self::Unindexable { table, wanted, .. } => {
                sql::retype(backend, table, wanted)
            }
            Self::NotNull { table, wanted, .. } | Self::NoDefault { table, wanted, .. } => {
                sql::modify(backend, table, wanted)
            }
            Self::Unwritten { table, column, declared, .. } => sql::make_nullable(backend, table, column, declared),
            Self::NotATable { .. }
            | Self::Required { .. }
            | Self::Spelling { .. }
            | Self::Key { .. }
            | Self::Reference { .. }
            | Self::IndexName { .. }
            | Self::SetAside { .. }
            | Self::Orphans { .. }
            | Self::Duplicates { .. } => None,
        }
    }
}

impl Refusal {
    /// What a person can do about it, in one sentence.
    pub fn advice(&self, backend: DbBackend) -> String {
        let by_statement = self.remedy(backend).is_some();
        match self {
            Self::NotATable { table, .. } => {
                format!("rename or drop what is called {table} now, or point the app at a database of its own")
            }
            Self::Unwritten { column, .. } if by_statement => {
                format!(
                    "let {column} be null or give it a default, by the statement given with this or by your own migration"
                )
            }
            Self::Unwritten { column, .. } => {
                format!("let {column} be null or give it a default, in your own migration that makes the table anew")
            }
            Self::Required { table, column, .. } => {
                format!(
                    "give {column} a default, or a data migration that fills it; or add it to {table} in your own migration, with values for the rows there are"
                )
            }
            Self::SetAside { taken, .. } => format!("rename {taken}, or drop it if nobody needs it any more"),
            Self::Orphans { table, column, target, .. } => {
                format!("delete the rows of {table} whose {column} is in no row of {target}, or mend them")
            }
            Self::Type { .. } | Self::Unindexable { .. } | Self::NotNull { .. } | Self::NoDefault { .. }
                if by_statement =>
            {
                "change the column by the statement given with this, after a backup".to_owned()
            }
            Self::Type { wanted, .. }
            | Self::Unindexable { wanted, .. }
            | Self::NotNull { wanted, .. }
            | Self::NoDefault { wanted, .. } => {
                format!("this database cannot change a column: make the table anew with the column as {}", wanted.spec)
            }
            Self::Spelling { column, found, .. } => format!("rename {found} to {column} in your own migration"),
            Self::Key { table, columns, .. } => {
                format!("give {table} the key ({}), in your own migration", columns.join(", "))
            }
            Self::Reference { column, wanted, .. } => {
                format!("make {column} point to {wanted}, in your own migration")
            }
            Self::IndexName { name, .. } => {
                format!("rename what is called {name} now, or drop it if it is an index that was not made to its end")
            }
            Self::Duplicates { table, columns, .. } => {
                format!("find the rows of {table} with one and the same ({}) and keep one of each", columns.join(", "))
            }
        }
    }
}
