//! The background task that deletes what nobody needs any more, and changes signing keys in time.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::provider::Provider;
use crate::store::sweep;

/// How often expired rows are looked for.
const EVERY: Duration = Duration::from_mins(1);
/// How often unused clients are looked for, in looks at expired rows.
const CLIENTS_EVERY: u32 = 60;
/// The pause between two full batches, in which others may write.
const PAUSE: Duration = Duration::from_millis(50);

/// Deletes expired rows every minute and unused clients every hour, and keeps up with what other instances
/// change, until the app ends.
pub(crate) async fn run(provider: Provider) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looks = 0_u32;
    loop {
        ticks.tick().await;
        if let Err(error) = provider.keep_signing_keys().await {
            tracing::warn!(%error, "keys.not_kept");
        }
        // The start has just read them.
        if looks > 0
            && let Err(error) = provider.reload_resources().await
        {
            tracing::warn!(%error, "resources.not_read");
        }
        if let Err(error) = look(&provider, looks.is_multiple_of(CLIENTS_EVERY)).await {
            tracing::warn!(%error, "expired.not_deleted");
        }
        looks = looks.wrapping_add(1);
    }
}

/// Deletes batch after batch while they come back full.
#[tracing::instrument(skip_all)]
pub(crate) async fn look(provider: &Provider, clients_too: bool) -> Result<(), sea_orm::DbErr> {
    let cx = provider.cx();
    while sweep::batch(cx.db(), cx.now(), provider.grants_kept_since()).await? >= sweep::BATCH {
        tokio::time::sleep(PAUSE).await;
    }
    if let Some(then) = provider.clients_unused_since().filter(|_| clients_too) {
        while sweep::unused_clients(cx.db(), then).await? >= sweep::BATCH {
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(())
}
