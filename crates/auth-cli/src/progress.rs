//! How far a migration is, for a person who waits.

use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use auth_core::schema::{Step, Watch};
use tokio::time::{Instant, interval_at};

use crate::console::Console;

/// How often it is told what takes so long.
const EVERY: Duration = Duration::from_secs(2);

/// Waits for the end of some work, and tells a person every while what takes so long.
pub(crate) async fn watched<T>(
    work: impl Future<Output = T>,
    mut console: Option<&mut Console<'_>>,
    told: impl Fn() -> String,
) -> T {
    let mut work = pin!(work);
    let mut ticks = interval_at(Instant::now() + EVERY, EVERY);
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = ticks.tick() => {
                if let Some(console) = &mut console {
                    console.message(&told());
                }
            }
        }
    }
}

/// How far a migration is.
#[derive(Debug, Default)]
pub(crate) struct Progress(Mutex<Now>);

#[derive(Debug, Default)]
struct Now {
    step: Option<String>,
    number: usize,
    of: usize,
    rows: u64,
}

impl Progress {
    /// Says what is being done: `3 of 12: create index on "session" (userId)  [core]`.
    pub(crate) fn told(&self) -> String {
        let Now { step, number, of, rows } = &*self.now();
        match step {
            None => "Still waiting for another instance, or looking at the rows.".to_owned(),
            Some(step) if *rows > 0 => format!("Still at step {number} of {of}: {step}; {rows} rows done."),
            Some(step) => format!("Still at step {number} of {of}: {step}."),
        }
    }

    /// How many steps have come to their end.
    pub(crate) fn done(&self) -> usize {
        self.now().number.saturating_sub(1)
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for Progress {
    fn begins(&self, step: &Step, number: usize, of: usize) {
        *self.now() = Now { step: Some(step.to_string()), number, of, rows: 0 };
    }

    fn rewrote(&self, rows: u64) {
        self.now().rows = rows;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_is_being_done() {
        let progress = Progress::default();
        assert_eq!(progress.told(), "Still waiting for another instance, or looking at the rows.");

        let to = "note_old".to_owned();
        progress.begins(&Step::SetAside { by: "notes".into(), table: "note".to_owned(), to }, 1, 3);
        let told = progress.told();
        assert_eq!(told, r#"Still at step 1 of 3: rename "note", which is somebody else's, to "note_old"  [notes]."#);

        progress.rewrote(500);
        assert!(progress.told().ends_with("; 500 rows done."), "{}", progress.told());
    }
}
