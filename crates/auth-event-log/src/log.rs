//! Writing events down, and deleting old ones.

use std::time::Duration;

use async_trait::async_trait;
use auth_core::{AuthContext, EveryInTransaction, Happened, HookError, NoRandomness};
use sea_orm::DatabaseTransaction;
use serde_json::{Map, Value};
use tokio::time::MissedTickBehavior;

use crate::entity::event;
use crate::store;

/// How often old events are looked for.
const EVERY: Duration = Duration::from_hours(1);
/// The pause between two full batches, in which others may write.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest value of a detail that is written, in characters.
const LONGEST: usize = 255;

/// Makes rows of events.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    pub(crate) cx: AuthContext,
}

impl Log {
    pub(crate) fn new(cx: AuthContext) -> Self {
        Self { cx }
    }

    /// The row of an event that happens now.
    pub(crate) fn row(&self, happened: &Happened) -> Result<event::Model, NoRandomness> {
        let about = &happened.about;
        let details: Map<String, Value> = about
            .more
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.chars().take(LONGEST).collect::<String>().into()))
            .collect();
        Ok(event::Model {
            id: self.cx.new_id()?,
            name: happened.name.to_owned(),
            user_id: about.user_id.clone(),
            client_id: about.client_id.clone(),
            details: details.into(),
            created_at: self.cx.now(),
        })
    }
}

#[async_trait]
impl EveryInTransaction for Log {
    async fn on(&self, happened: &Happened, tx: &DatabaseTransaction) -> Result<(), HookError> {
        let row = self.row(happened).map_err(HookError::on_every)?;
        store::insert(tx, vec![row]).await.map_err(HookError::on_every)
    }
}

/// Deletes events older than this, hour after hour, until the app ends.
pub(crate) async fn keep_short(log: Log, days: u64) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = sweep(&log, days).await {
            tracing::warn!(%error, "events.not_deleted");
        }
    }
}

/// Deletes batch after batch while they come back full.
async fn sweep(log: &Log, days: u64) -> Result<(), sea_orm::DbErr> {
    let kept = i64::try_from(days).ok().and_then(chrono::Duration::try_days);
    let Some(until) = kept.and_then(|kept| log.cx.now().checked_sub_signed(kept)) else { return Ok(()) };
    while store::delete_before(log.cx.db(), until).await? >= store::BATCH {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use auth_core::{About, plugins};
    use auth_testkit::TestApp;

    use super::*;
    use crate::EventLog;

    #[tokio::test]
    async fn old_events_are_deleted_and_young_ones_stay() {
        let app = TestApp::with(plugins![EventLog::new()]).await;
        let log = Log::new(app.auth().context().clone());
        let happens = |name| {
            let row = log.row(&Happened { name, about: About::default() }).unwrap();
            store::insert(log.cx.db(), vec![row])
        };
        for _ in 0..3 {
            happens("test.old").await.unwrap();
        }
        app.clock.advance(Duration::from_hours(24 * 90));
        happens("test.young").await.unwrap();

        sweep(&log, 90).await.unwrap();

        assert_eq!(store::names(log.cx.db()).await.unwrap(), ["test.young"]);
    }
}
