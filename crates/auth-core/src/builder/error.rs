//! Why an app did not come up.

use std::fmt;

use sea_orm::DbErr;

use crate::complaint::Complaint;
use crate::database::Trouble;

/// Why an app did not come up.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The configuration is wrong; every complaint at once.
    #[error("the configuration has {} problem(s):{}", .0.len(), lines(.0))]
    Configuration(Vec<Complaint>),
    /// No database was named.
    #[error("no database is set; pass --database-url or set DATABASE_URL")]
    NoDatabase,
    /// The database does not answer.
    #[error("the database {url} {}", Trouble::told(cause, "does not answer"))]
    Unreachable {
        /// Its URL, without password.
        url: String,
        /// What the driver said.
        #[source]
        cause: DbErr,
    },
    /// The database lacks something, or has it differently.
    #[error("the database is not ready, {} step(s) are missing; run `cargo xtask migrate`, or this program with `migrate`:{}", .0.len(), lines(.0))]
    NotReady(Vec<String>),
    /// Adding what is missing failed.
    #[error("the schema could not be brought up to date")]
    Schema(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A plugin's start-up job failed.
    #[error("{plugin} could not start: {cause}")]
    Start {
        /// The plugin.
        plugin: &'static str,
        /// What it said.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

fn lines<T: fmt::Display>(list: &[T]) -> String {
    list.iter().fold(String::new(), |text, item| format!("{text}\n  - {item}"))
}
