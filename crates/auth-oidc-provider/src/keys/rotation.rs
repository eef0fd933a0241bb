//! Changing signing keys: the next one is published before it signs, and one that signs no more stays
//! published until nothing it has signed can be valid.

use auth_core::AuthContext;
use auth_core::database::{begin_write, retrying};
use chrono::{DateTime, Duration, Utc};

use super::keyring::{Slot, new_row};
use super::{KeyError, SigningAlgorithm};
use crate::entity::key;
use crate::store;

/// How often an ordered change is tried, where a scheduled one of another instance comes between.
const MOST_TRIES: usize = 10;

/// When keys change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    /// How long a key signs; none means until somebody changes it.
    pub(crate) every: Option<Duration>,
    /// How long the next one is published before it signs.
    pub(crate) ahead: Duration,
    /// How long one that signs no more stays published.
    pub(crate) kept: Duration,
}

/// Whether the schedule decides, or a person has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    Scheduled,
    Ordered,
}

/// What an algorithm is due for.
#[derive(Debug)]
enum Due {
    /// A key that is to follow.
    Next,
    /// The change itself: from this row to that one.
    Change { from: String, to: String },
}

/// Does what is due, for each algorithm; says whether anything was. Several instances may at once.
pub(crate) async fn turn(cx: &AuthContext, schedule: Schedule, occasion: Occasion) -> Result<bool, KeyError> {
    let mut turned = false;
    for algorithm in SigningAlgorithm::ALL {
        if occasion == Occasion::Ordered {
            forget_next(cx, algorithm).await?;
        }
        for _ in 0..MOST_TRIES {
            let rows = store::key::all(cx.db()).await?;
            let Some(due) = due(&rows, algorithm, schedule, occasion, cx.now()) else { break };
            let is_change = matches!(due, Due::Change { .. });
            // Whoever may have a key could go on making tokens while it is published.
            let kept = if occasion == Occasion::Ordered { Duration::zero() } else { schedule.kept };
            let done = perform(cx, algorithm, kept, due).await?;
            turned |= done;
            if (is_change && done) || occasion == Occasion::Scheduled {
                break;
            }
        }
        if occasion == Occasion::Ordered {
            // Also those that the schedule has retired: whoever had one of them may still have it.
            retrying(|| store::key::unpublish_retired(cx.db(), algorithm.as_str(), cx.now())).await?;
        }
    }
    Ok(turned)
}

/// Takes the key away that was to follow: who may have read one of them may have read both.
async fn forget_next(cx: &AuthContext, algorithm: SigningAlgorithm) -> Result<(), KeyError> {
    let slot = &Slot::Next.of(algorithm);
    for row in store::key::all(cx.db()).await?.iter().filter(|row| row.slot.as_ref() == Some(slot)) {
        retrying(|| store::key::retire(cx.db(), &row.id, slot, cx.now())).await?;
    }
    Ok(())
}

fn due(
    rows: &[key::Model],
    algorithm: SigningAlgorithm,
    schedule: Schedule,
    occasion: Occasion,
    now: DateTime<Utc>,
) -> Option<Due> {
    let in_slot = |slot: Slot| rows.iter().find(|row| row.slot.as_deref() == Some(&*slot.of(algorithm)));
    let active = in_slot(Slot::Active)?;
    let signs_since = active.activated_at.unwrap_or(active.created_at);
    let is_after = |age: Duration| match (occasion, schedule.every) {
        (Occasion::Ordered, _) => true,
        (Occasion::Scheduled, Some(_)) => now - signs_since >= age,
        (Occasion::Scheduled, None) => false,
    };
    let every = schedule.every.unwrap_or_default();
    match in_slot(Slot::Next) {
        None => is_after(every - schedule.ahead).then_some(Due::Next),
        Some(next) => {
            let is_known = occasion == Occasion::Ordered || now - next.created_at >= schedule.ahead;
            (is_known && is_after(every)).then(|| Due::Change { from: active.id.clone(), to: next.id.clone() })
        }
    }
}

async fn perform(cx: &AuthContext, algorithm: SigningAlgorithm, kept: Duration, due: Due) -> Result<bool, KeyError> {
    let now = cx.now();
    match due {
        Due::Next => {
            let row = &new_row(cx, algorithm, Slot::Next)?;
            let made = retrying(|| store::key::insert(cx.db(), row.clone())).await;
            match made {
                Ok(()) => tracing::info!(alg = algorithm.as_str(), "key.published"),
                // Another instance was faster: its key is the next.
                Err(error) if is_taken(&error) => return Ok(false),
                Err(error) => return Err(error.into()),
            }
            Ok(true)
        }
        Due::Change { from, to } => {
            let (active, next) = (&Slot::Active.of(algorithm), &Slot::Next.of(algorithm));
            let (from, to) = (&from, &to);
            let changed = retrying(|| async move {
                let tx = begin_write(cx.db()).await?;
                let changed = store::key::retire(&tx, from, active, now + kept).await?
                    && store::key::activate(&tx, to, next, active, now).await?;
                if changed {
                    tx.commit().await?;
                } else {
                    tx.rollback().await?;
                }
                Ok::<_, sea_orm::DbErr>(changed)
            })
            .await?;
            if changed {
                tracing::info!(alg = algorithm.as_str(), "key.rotated");
            }
            Ok(changed)
        }
    }
}

/// Whether the unique slot refused a second key.
pub(crate) fn is_taken(error: &sea_orm::DbErr) -> bool {
    matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
}
