//! What a database has otherwise than the schema says, and still works.

use sea_orm::DbBackend;
use thiserror::Error;

use super::spec::OnDelete;
use super::sql;
use super::step::NewColumn;

/// What a database has otherwise than the schema says, and still works.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Warning {
    /// A live column is otherwise than it should be.
    #[error("{table}.{} {drift}", wanted.spec.name)]
    Column {
        /// The table.
        table: String,
        /// The column, as it should be.
        wanted: Box<NewColumn>,
        /// What is otherwise.
        drift: Drift,
    },
    /// A live column points to nothing, and a foreign key cannot be added.
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
        wanted: OnDelete,
    },
    /// Rows say something that another product did, and nobody here does.
    #[error("{table}.{column} is set in some rows, and means nothing here: {about}")]
    Unheeded {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What comes of it.
        about: &'static str,
        /// The statement that draws the consequence, where there is one.
        remedy: Option<String>,
    },
    /// A data migration ran in another form than it has now. It is not run again.
    #[error("the data migration {id} has run in another form than it has now, and is not run again")]
    Checksum {
        /// Its id in the ledger.
        id: String,
    },
}

/// How a live column differs from what the schema says.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Drift {
    /// It can be null where the schema never writes null.
    #[error("can be null; a row where it is cannot be read")]
    Nullable,
    /// It has no default where the schema has one.
    #[error("has no default; an insert must name it")]
    NoDefault,
    /// It has another default.
    #[error("has the default {0}; rows that others insert get that")]
    Default(String),
    /// It holds fewer characters than may be written.
    #[error("holds {0} characters; longer values will be refused")]
    Narrow(u32),
    /// It cuts fractions of seconds.
    #[error("cuts fractions of seconds")]
    Coarse,
    /// It takes texts that differ in case for one.
    #[error("takes texts that differ in case only for one")]
    IgnoresCase,
}

impl Warning {
    /// The statement a person may run to mend it, where there is one.
    ///
    /// `SQLite` cannot change a column, so there it is none: the table must be made anew.
    pub fn remedy(&self, backend: DbBackend) -> Option<String> {
        match self {
            Self::Column { table, wanted, drift } => match drift {
                Drift::Nullable | Drift::NoDefault | Drift::Default(_) | Drift::Coarse => {
                    sql::modify(backend, table, wanted)
                }
                Drift::Narrow(_) | Drift::IgnoresCase => sql::retype(backend, table, wanted),
            },
            Self::Unheeded { remedy, .. } => remedy.clone(),
            Self::NoForeignKey { .. } | Self::OnDelete { .. } | Self::Checksum { .. } => None,
        }
    }
}
