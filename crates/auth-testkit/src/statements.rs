//! Which SQL statements an app runs.

use std::sync::{Arc, Mutex};

use sea_orm::DatabaseConnection;

/// The statements one database handle has run, in order. Placeholders only, no values.
///
/// Counted are queries and writes, also failed ones and those in a transaction; `BEGIN`, `COMMIT`
/// and the statements that change a schema are not.
#[derive(Clone, Debug, Default)]
pub struct StatementLog(Arc<Mutex<Vec<String>>>);

impl StatementLog {
    /// Makes a handle on the same pool that writes down what it runs.
    #[must_use]
    pub fn watch(&self, db: &DatabaseConnection) -> DatabaseConnection {
        let mut db = db.clone();
        let log = self.0.clone();
        db.set_metric_callback(move |ran: &sea_orm::metric::Info<'_>| {
            log.lock().unwrap().push(ran.statement.sql.clone());
        });
        db
    }

    /// Returns what was run since the last `take` or `clear`, and forgets it.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// Forgets what was run.
    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}
