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

use super::list::{Hook, When};
use crate::error::ErrorCode;
use crate::metrics::Metrics;
use crate::plugin::PluginId;

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

/// A hook that failed, or that refused what was about to happen.
#[derive(Debug)]
pub struct HookError {
    event: &'static str,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Failed(Box<dyn Error + Send + Sync>),
    Refused(ErrorCode),
}

impl HookError {
    /// Wraps the cause of a failure in a hook on `E`: 500, and the transaction is rolled back.
    pub fn new<E: Event>(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { event: E::NAME, why: Why::Failed(cause.into()) }
    }

    /// Refuses what is about to happen: the transaction is rolled back, and the caller is answered
    /// with this code, in the shape of the route. Of use in the transaction only.
    pub fn refuse<E: Event>(code: ErrorCode) -> Self {
        Self { event: E::NAME, why: Why::Refused(code) }
    }

    /// The code the hook refused with, if it did.
    pub fn refusal(&self) -> Option<ErrorCode> {
        match self.why {
            Why::Failed(_) => None,
            Why::Refused(code) => Some(code),
        }
    }
}

impl fmt::Display for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Failed(_) => write!(f, "a hook on {} failed", self.event),
            Why::Refused(code) => write!(f, "a hook on {} refused with {}", self.event, code.code),
        }
    }
}

impl Error for HookError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.why {
            Why::Failed(cause) => Some(&**cause),
            Why::Refused(_) => None,
        }
    }
}

type Lists = HashMap<TypeId, Box<dyn Any + Send + Sync>>;

/// Who listens to what.
#[derive(Default)]
pub struct Events {
    after: Lists,
    within: Lists,
    listed: Vec<Hook>,
    metrics: Metrics,
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Events({} after commit, {} in transaction)", self.after.len(), self.within.len())
    }
}

impl Events {
    pub(crate) fn new(metrics: Metrics) -> Self {
        Self { metrics, ..Self::default() }
    }

    pub(crate) fn add<E: Event>(&mut self, plugin: PluginId, hook: Arc<dyn On<E>>) {
        self.listed.push(Hook { when: When::AfterCommit, at: E::NAME.to_owned(), plugin });
        push(&mut self.after, TypeId::of::<E>(), (plugin, hook));
    }

    pub(crate) fn add_in_transaction<E: Event>(&mut self, plugin: PluginId, hook: Arc<dyn InTransaction<E>>) {
        self.listed.push(Hook { when: When::InTransaction, at: E::NAME.to_owned(), plugin });
        push(&mut self.within, TypeId::of::<E>(), (plugin, hook));
    }

    /// Who listens to what, in the order of the plugins.
    pub(crate) fn list(&self) -> &[Hook] {
        &self.listed
    }

    /// Counts the event and tells everybody who listens to `E`; failures and panics are logged and
    /// the others still told.
    pub async fn emit<E: Event>(&self, event: &E) {
        self.metrics.happened(E::NAME);
        for (plugin, hook) in list::<(PluginId, Arc<dyn On<E>>)>(&self.after, TypeId::of::<E>()) {
            match AssertUnwindSafe(hook.on(event)).catch_unwind().await {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => {
                    tracing::error!(event = E::NAME, plugin, %error, cause = ?error.source(), "hook.failed");
                }
                Err(_) => tracing::error!(event = E::NAME, plugin, "hook.panicked"),
            }
            self.metrics.hook_failed(plugin);
        }
    }

    /// Lets everybody concerned act in the open transaction; the first failure stops.
    ///
    /// # Errors
    /// The failure or refusal of the first hook that did not agree: the caller rolls back.
    pub async fn emit_in<E: Event>(&self, event: &E, tx: &DatabaseTransaction) -> Result<(), HookError> {
        for (plugin, hook) in list::<(PluginId, Arc<dyn InTransaction<E>>)>(&self.within, TypeId::of::<E>()) {
            // A panic is a failure like another: the caller rolls back, and the plugin is named.
            let done = AssertUnwindSafe(hook.on(event, tx)).catch_unwind().await;
            done.unwrap_or_else(|_| Err(HookError::new::<E>(format!("the hook of {plugin} panicked")))).inspect_err(
                |error| {
                    if error.refusal().is_none() {
                        self.metrics.hook_failed(plugin);
                    }
                },
            )?;
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
