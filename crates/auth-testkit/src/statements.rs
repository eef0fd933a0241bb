//! Which SQL statements an app runs.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use sea_orm::DatabaseConnection;

tokio::task_local! {
    /// Set while a request is answered.
    static ANSWERING: ();
}

/// The statements the requests to an app have run, in order. Placeholders only, no values.
///
/// Counted are queries and writes, also failed ones and those in a transaction; `BEGIN`, `COMMIT`
/// and statements that change a schema are not, nor is what background tasks run.
#[derive(Clone, Debug, Default)]
pub struct StatementLog(Arc<Mutex<Vec<String>>>);

impl StatementLog {
    /// Makes a handle on the same pool that writes down what requests run.
    pub(crate) fn watch(&self, db: &DatabaseConnection) -> DatabaseConnection {
        let mut db = db.clone();
        let log = self.0.clone();
        db.set_metric_callback(move |ran: &sea_orm::metric::Info<'_>| {
            if ANSWERING.try_get().is_ok() {
                log.lock().unwrap().push(ran.statement.sql.clone());
            }
        });
        db
    }

    /// Marks what happens while this router answers.
    pub(crate) fn around(router: Router) -> Router {
        let mark = |request: Request, next: Next| ANSWERING.scope((), next.run(request));
        router.layer(from_fn(mark))
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
