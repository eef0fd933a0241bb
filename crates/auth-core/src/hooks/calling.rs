//! Calling hooks: one that fails or panics is told by name, and takes nobody with it.

use std::error::Error as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use sea_orm::{DatabaseTransaction, TransactionTrait as _};

use super::event::{Event, HookError, InTransaction, Told};
use crate::metrics::Metrics;
use crate::plugin::PluginId;

/// Tells everybody, whatever becomes of the others.
pub(super) async fn tell<E: Event>(hooks: Vec<Told<E>>, event: E, metrics: Metrics) {
    for (plugin, hook) in hooks {
        // Also a hook that panics before there is anything to await.
        match AssertUnwindSafe(async { hook.on(&event).await }).catch_unwind().await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => {
                tracing::error!(event = E::NAME, plugin, %error, cause = ?error.source(), "hook.failed");
            }
            Err(_) => tracing::error!(event = E::NAME, plugin, "hook.panicked"),
        }
        metrics.hook_failed(plugin);
    }
}

/// Asks one hook. A panic is a failure like another: the caller rolls back, and the plugin is named.
pub(super) async fn ask<E: Event>(
    (plugin, hook): (PluginId, &Arc<dyn InTransaction<E>>),
    event: &E,
    tx: &DatabaseTransaction,
) -> Result<(), HookError> {
    let done = AssertUnwindSafe(async { hook.on(event, tx).await }).catch_unwind().await;
    let done = done.unwrap_or_else(|_| Err(HookError::new::<E>("it panicked")));
    done.map_err(|error| error.of(plugin))
}

/// Asks one hook in a part of the transaction, which is undone if it fails.
pub(super) async fn apart<E: Event>(
    (plugin, hook): (PluginId, &Arc<dyn InTransaction<E>>),
    event: &E,
    tx: &DatabaseTransaction,
) -> Result<(), HookError> {
    #[expect(clippy::disallowed_methods, reason = "a part of a transaction that is open already; the whole is retried")]
    let part = tx.begin().await.map_err(HookError::new::<E>)?;
    let asked = ask((plugin, hook), event, &part).await;
    let ended = if asked.is_ok() { part.commit().await } else { part.rollback().await };
    ended.map_err(HookError::new::<E>)?;
    asked
}
