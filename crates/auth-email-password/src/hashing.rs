//! The bounded pool in which passwords are hashed.

use std::num::NonZero;
use std::sync::Arc;

use auth_core::Unexpected;
use tokio::sync::Semaphore;

use crate::error::Refusal;

/// How many may wait for each worker. At about 25 ms a hash the last one waits 6 s, well below the
/// 30 s a request may take.
const WAITING_PER_WORKER: usize = 256;

/// Lets only so many hashes run at once, and only so many wait; each takes 19 MiB and a core.
///
/// One core stays free, so that a storm of sign-ins does not stall the rest of the server.
#[derive(Clone, Debug)]
pub(crate) struct Hashing {
    workers: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Hashing {
    pub(crate) fn for_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let workers = cores.saturating_sub(1).max(1);
        Self::new(workers, workers * WAITING_PER_WORKER)
    }

    fn new(workers: usize, waiting: usize) -> Self {
        Self { workers: Arc::new(Semaphore::new(workers)), places: Arc::new(Semaphore::new(workers + waiting)) }
    }

    /// Runs one hash when its turn comes.
    ///
    /// # Errors
    /// [`Refusal::Busy`] at once when all places are taken.
    pub(crate) async fn run<T: Send + 'static>(&self, hash: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Refusal::Busy)?;
        let worker = Arc::clone(&self.workers).acquire_owned().await.map_err(Unexpected::new)?;
        // Both permits go along: a caller who hangs up does not free a core that is still busy.
        let work = tokio::task::spawn_blocking(move || {
            let _held = (place, worker);
            hash()
        });
        Ok(work.await.map_err(Unexpected::new)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn beyond_the_waiting_room_the_answer_is_busy() {
        let hashing = Hashing::new(1, 1);
        let (open, shut) = std::sync::mpsc::channel::<()>();
        let first = tokio::spawn({
            let hashing = hashing.clone();
            async move { hashing.run(move || shut.recv()).await.is_ok() }
        });
        while hashing.workers.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let second = tokio::spawn({
            let hashing = hashing.clone();
            async move { hashing.run(|| ()).await.is_ok() }
        });
        while hashing.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }

        let third = hashing.run(|| ()).await;

        assert!(matches!(third, Err(Refusal::Busy)));
        open.send(()).unwrap();
        assert!(first.await.unwrap() && second.await.unwrap());
        assert!(hashing.run(|| ()).await.is_ok(), "places are given back");
    }
}
