//! The database a command works on.

use std::path::Path;

use auth_core::database::{connect, connect_to_read, masked};
use auth_core::schema::{ApplyError, LiveSchema, Plan, Schema, Terms, pending_on, plan};
use auth_core::{BuildError, DatabaseSource};
use sea_orm::{DatabaseConnection, DbBackend, DbErr};

use crate::failure::Failure;

/// A database, with a name that is safe to show. Connected when first needed.
pub(crate) struct Source {
    from: DatabaseSource,
    pub(crate) name: String,
}

impl Source {
    pub(crate) fn of(given: Option<&DatabaseSource>) -> Result<Self, Failure> {
        let from = given.cloned().ok_or(BuildError::NoDatabase)?;
        let name = match &from {
            DatabaseSource::Url(url) => masked(url),
            DatabaseSource::Connection(_) => "of the app".to_owned(),
        };
        Ok(Self { from, name })
    }

    /// Says what the database lacks, and changes nothing. An SQLite file that does not exist is empty.
    pub(crate) async fn plan(&self, schema: &Schema, terms: &Terms<'_>) -> Result<Plan, Failure> {
        if self.is_missing_file() {
            return Ok(plan(schema, &LiveSchema::empty(DbBackend::Sqlite)));
        }
        let db = match &self.from {
            DatabaseSource::Connection(db) => db.clone(),
            DatabaseSource::Url(url) => connect_to_read(url).await.map_err(|cause| self.unreachable(cause))?,
        };
        let plan = Box::pin(pending_on(&db, schema, terms)).await;
        self.leave(db).await;
        plan.map_err(|cause| self.incomparable(cause))
    }

    pub(crate) async fn connect(&self) -> Result<DatabaseConnection, Failure> {
        match &self.from {
            DatabaseSource::Connection(db) => Ok(db.clone()),
            DatabaseSource::Url(url) => connect(url).await.map_err(|cause| self.unreachable(cause)),
        }
    }

    fn incomparable(&self, cause: ApplyError) -> Failure {
        let cause = match cause {
            ApplyError::Database(cause) => cause.into(),
            cause => cause.into(),
        };
        Failure::Compare { url: self.name.clone(), cause }
    }

    fn unreachable(&self, cause: DbErr) -> Failure {
        Failure::Unreachable { url: self.name.clone(), cause }
    }

    /// Closes a connection that was made here. What is done is done, so that it fails changes nothing.
    pub(crate) async fn leave(&self, db: DatabaseConnection) {
        if matches!(self.from, DatabaseSource::Url(_)) {
            let _ = db.close().await;
        }
    }

    fn is_missing_file(&self) -> bool {
        match &self.from {
            DatabaseSource::Url(url) => file(url).is_some_and(|path| !path.exists()),
            DatabaseSource::Connection(_) => false,
        }
    }
}

/// The file of an SQLite URL, if it names one plainly.
fn file(url: &str) -> Option<&Path> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
    let plain = !path.is_empty() && !path.starts_with(':') && !path.contains('%');
    (plain && !options.contains("mode=memory")).then(|| Path::new(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_sqlite_url_names_a_file() {
        assert_eq!(file("sqlite:a.sqlite"), Some(Path::new("a.sqlite")));
        assert_eq!(file("sqlite://a/b?mode=rwc"), Some(Path::new("a/b")));
        assert_eq!(file("sqlite:///a/b"), Some(Path::new("/a/b")));
        for none in ["sqlite::memory:", "sqlite://", "sqlite:a?mode=memory", "sqlite:a%20b", "postgres://h/d"] {
            assert_eq!(file(none), None, "{none}");
        }
    }

    #[test]
    fn without_a_database_the_flag_and_the_variable_are_named() {
        let failure = Source::of(None).err().unwrap().to_string();

        assert!(failure.contains("--database-url") && failure.contains("DATABASE_URL"));
    }

    #[test]
    fn a_database_is_named_without_its_password() {
        let given = DatabaseSource::from("postgres://u:hunter2@h/d");

        assert_eq!(Source::of(Some(&given)).unwrap().name, "postgres://u:***@h/d");
    }
}
