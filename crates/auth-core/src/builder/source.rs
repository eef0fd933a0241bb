//! The database an app is built on.

use std::fmt;

use sea_orm::DatabaseConnection;

use crate::database::masked;

/// Where the data is.
#[derive(Clone)]
pub enum DatabaseSource {
    /// A URL to connect to: `sqlite:app.sqlite`.
    Url(String),
    /// A connection the app already has.
    Connection(DatabaseConnection),
}

impl fmt::Debug for DatabaseSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => write!(f, "Url({})", masked(url)),
            Self::Connection(_) => f.write_str("Connection(..)"),
        }
    }
}

impl From<String> for DatabaseSource {
    fn from(url: String) -> Self {
        Self::Url(url)
    }
}

impl From<&str> for DatabaseSource {
    fn from(url: &str) -> Self {
        Self::Url(url.to_owned())
    }
}

impl From<DatabaseConnection> for DatabaseSource {
    fn from(connection: DatabaseConnection) -> Self {
        Self::Connection(connection)
    }
}
