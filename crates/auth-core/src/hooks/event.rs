//! Typed, open events: any crate defines one, any plugin listens.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt as _;
use sea_orm::DatabaseTransaction;

/// Something that happened, in the past tense: `SignedIn`.
pub trait Event: Send + Sync + 'static {
    /// The name in logs: `session.issued`.
    const NAME: &'static str;
}

/// Listens to an event after its transaction has committed. It can only notify.
#[async_trait]
pub trait On<E: Event>: Send + Sync + 'static {
    /// Is told of the event; a failure is logged and changes nothing.
    async fn on(&self, event: &E) -> Result<(), HookError>;
}

/// Takes part in the transaction of an event, and can abort it.
#[async_trait]
pub trait InTransaction<E: Event>: Send + Sync + 'static {
    /// Acts in the open transaction; a failure rolls all of it back.
    async fn on(&self, event: &E, tx: &DatabaseTransaction) -> Result<(), HookError>;
}

/// A hook that failed.
#[derive(Debug, thiserror::Error)]
#[error("a hook on {event} failed")]
pub struct HookError {
    event: &'static str,
    #[source]
    cause: Box<dyn Error + Send + Sync>,
}

impl HookError {
    /// Wraps the cause of a failure in a hook on `E`.
    pub fn new<E: Event>(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { event: E::NAME, cause: cause.into() }
    }
}

type Lists = HashMap<TypeId, Box<dyn Any + Send + Sync>>;

/// Who listens to what.
#[derive(Default)]
pub struct Events {
    after: Lists,
    within: Lists,
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Events({} after commit, {} in transaction)", self.after.len(), self.within.len())
    }
}

impl Events {
    pub(crate) fn add<E: Event>(&mut self, hook: Arc<dyn On<E>>) {
        push(&mut self.after, TypeId::of::<E>(), hook);
    }

    pub(crate) fn add_in_transaction<E: Event>(&mut self, hook: Arc<dyn InTransaction<E>>) {
        push(&mut self.within, TypeId::of::<E>(), hook);
    }

    /// Tells everybody who listens to `E`; failures and panics are logged and the others still told.
    pub async fn emit<E: Event>(&self, event: &E) {
        for hook in list::<Arc<dyn On<E>>>(&self.after, TypeId::of::<E>()) {
            match AssertUnwindSafe(hook.on(event)).catch_unwind().await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(event = E::NAME, %error, cause = ?error.source(), "hook.failed"),
                Err(_) => tracing::error!(event = E::NAME, "hook.panicked"),
            }
        }
    }

    /// Lets everybody concerned act in the open transaction; the first failure stops.
    ///
    /// # Errors
    /// The failure of the first hook that failed: the caller rolls back.
    pub async fn emit_in<E: Event>(&self, event: &E, tx: &DatabaseTransaction) -> Result<(), HookError> {
        for hook in list::<Arc<dyn InTransaction<E>>>(&self.within, TypeId::of::<E>()) {
            hook.on(event, tx).await?;
        }
        Ok(())
    }
}

fn push<H: Send + Sync + 'static>(lists: &mut Lists, of: TypeId, hook: H) {
    let list = lists.entry(of).or_insert_with(|| Box::new(Vec::<H>::new()));
    if let Some(list) = list.downcast_mut::<Vec<H>>() {
        list.push(hook);
    }
}

fn list<H: 'static>(lists: &Lists, of: TypeId) -> &[H] {
    lists.get(&of).and_then(|list| list.downcast_ref::<Vec<H>>()).map_or(&[], Vec::as_slice)
}
