//! Refusals: strangers cause them, so they are written beside the answers, and never more than fit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use auth_core::database::retrying;
use auth_core::{Event as _, Happened, HookError, On, RequestRefused};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::entity::event;
use crate::log::Log;
use crate::store;

/// The most refusals that wait to be written.
const WAITING: usize = 1000;
/// The most that one statement writes.
const AT_ONCE: usize = 100;

/// Takes refusals in, and drops what does not fit.
pub(crate) struct Queue {
    log: Log,
    sender: Sender<event::Model>,
    dropped: Arc<AtomicU64>,
}

/// Writes what waits.
pub(crate) struct Writer {
    log: Log,
    receiver: Receiver<event::Model>,
    dropped: Arc<AtomicU64>,
}

/// Makes a queue and who empties it.
pub(crate) fn queue(log: Log) -> (Queue, Writer) {
    let (sender, receiver) = channel(WAITING);
    let dropped = Arc::new(AtomicU64::new(0));
    (Queue { log: log.clone(), sender, dropped: Arc::clone(&dropped) }, Writer { log, receiver, dropped })
}

#[async_trait]
impl On<RequestRefused> for Queue {
    async fn on(&self, refused: &RequestRefused) -> Result<(), HookError> {
        let happened = Happened { name: RequestRefused::NAME, about: refused.about() };
        let row = self.log.row(&happened).map_err(HookError::new::<RequestRefused>)?;
        if self.sender.try_send(row).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Writer {
    /// Writes batch after batch, until the app ends.
    pub(crate) async fn run(mut self) {
        let mut rows = Vec::with_capacity(AT_ONCE);
        while self.receiver.recv_many(&mut rows, AT_ONCE).await > 0 {
            let batch = std::mem::take(&mut rows);
            let count = batch.len();
            if let Err(error) = retrying(|| store::insert(self.log.cx.db(), batch.clone())).await {
                tracing::warn!(%error, events = count, "events.dropped");
            }
            match self.dropped.swap(0, Ordering::Relaxed) {
                0 => {}
                events => tracing::warn!(events, reason = "too many refusals", "events.dropped"),
            }
        }
    }
}
