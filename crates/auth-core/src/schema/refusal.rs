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
            Self::Type { table, wanted, .. } => sql::retype(backend, table, wanted),
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
                format!("add {column} to {table} in your own migration, with values for the rows there are")
            }
            Self::Type { .. } | Self::NotNull { .. } | Self::NoDefault { .. } if by_statement => {
                "change the column by the statement given with this, after a backup".to_owned()
            }
            Self::Type { wanted, .. } | Self::NotNull { wanted, .. } | Self::NoDefault { wanted, .. } => {
                format!("this database cannot change a column: make the table anew with the column as {}", wanted.spec)
            }
            Self::Spelling { column, found, .. } => format!("rename {found} to {column} in your own migration"),
            Self::Key { table, columns, .. } => {
                format!("give {table} the key ({}), in your own migration", columns.join(", "))
            }
            Self::Reference { column, wanted, .. } => {
                format!("make {column} point to {wanted}, in your own migration")
            }
            Self::IndexName { name, .. } => format!("rename what is called {name} now"),
            Self::Duplicates { table, columns, .. } => {
                format!("find the rows of {table} with one and the same ({}) and keep one of each", columns.join(", "))
            }
        }
    }
}

/// What a database has otherwise than the schema says, and still works.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Warning {
    /// A live column can be null where the schema never writes null.
    #[error("{table}.{column} can be null; a row where it is cannot be read")]
    Nullable {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A live column has no default where the schema has one.
    #[error("{table}.{column} has no default; an insert must name it")]
    NoDefault {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A live column holds fewer characters than may be written.
    #[error("{table}.{column} holds {length} characters; longer values will be refused")]
    Narrow {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// How many it holds.
        length: u32,
    },
    /// A live column cuts fractions of seconds.
    #[error("{table}.{column} cuts fractions of seconds")]
    Coarse {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A live column takes texts that differ in case for one.
    #[error("{table}.{column} takes texts that differ in case only for one")]
    IgnoresCase {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A live column points to nothing, and the database cannot add that.
    #[error("{table}.{column} has no foreign key to {target}; deleting there leaves rows here")]
    NoForeignKey {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The table it should point to.
        target: String,
    },
    /// A live foreign key does something else on deletion.
    #[error("the foreign key of {table}.{column} does not {wanted} on delete")]
    OnDelete {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What it should do.
        wanted: super::spec::OnDelete,
    },
}
