//! Typed, open events: any crate defines one, any plugin listens.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tracing::Instrument as _;

use super::calling::{apart, ask, tell};
use super::every::{About, Each, EveryInTransaction};
use super::list::{Hook, When};
use crate::database::asks_again;
use crate::error::ErrorCode;
use crate::metrics::Metrics;
use crate::plugin::PluginId;

/// Something that happened, in the past tense: `SignedIn`.
pub trait Event: Clone + Send + Sync + 'static {
    /// The name in logs and metrics: `session.issued`.
    const NAME: &'static str;

    /// Whether it takes access away, as a sign-out or a revocation does. Default false.
    ///
    /// Then no hook can hold it up: what a hook that fails or refuses has written is undone by
    /// itself, the failure is logged and counted, and the access ends all the same.
    const ENDS_ACCESS: bool = false;

    /// What it is about, for those who listen to every event. Default nothing.
    fn about(&self) -> About {
        About::default()
    }
}

/// Listens to an event after its transaction has committed. It can only notify.
///
/// It runs on a task of its own: a request that is given up keeps nobody from being told. The request
/// waits for it, for 5 s at most; what takes longer goes on beside the answer.
#[async_trait]
pub trait On<E: Event>: Send + Sync + 'static {
    /// Is told of the event; a failure is logged and changes nothing.
    async fn on(&self, event: &E) -> Result<(), HookError>;
}

/// Takes part in the transaction of an event, and can abort it unless the event
/// [ends access](Event::ENDS_ACCESS).
#[async_trait]
pub trait InTransaction<E: Event>: Send + Sync + 'static {
    /// Acts in the open transaction; a failure rolls all of it back.
    async fn on(&self, event: &E, tx: &DatabaseTransaction) -> Result<(), HookError>;
}

/// A hook that failed, or that refused what was about to happen.
#[derive(Debug)]
pub struct HookError {
    event: &'static str,
    plugin: Option<PluginId>,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Failed(Box<dyn Error + Send + Sync>),
    Refused(ErrorCode),
}

impl HookError {
    /// The same, of this plugin.
    pub(super) fn of(self, plugin: PluginId) -> Self {
        Self { plugin: Some(plugin), ..self }
    }

    /// Wraps the cause of a failure in a hook on `E`: 500, and the transaction is rolled back.
    pub fn new<E: Event>(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { event: E::NAME, plugin: None, why: Why::Failed(cause.into()) }
    }

    /// Wraps the cause of a failure in a hook on every event.
    pub fn on_every(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { event: "every event", plugin: None, why: Why::Failed(cause.into()) }
    }

    /// Refuses what is about to happen: the transaction is rolled back, and the caller is answered
    /// with this code, in the shape of the route. Of use in the transaction only.
    pub fn refuse<E: Event>(code: ErrorCode) -> Self {
        Self { event: E::NAME, plugin: None, why: Why::Refused(code) }
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
        write!(f, "a hook ")?;
        if let Some(plugin) = self.plugin {
            write!(f, "of {plugin} ")?;
        }
        match &self.why {
            Why::Failed(_) => write!(f, "on {} failed", self.event),
            Why::Refused(code) => write!(f, "on {} refused with {}", self.event, code.code),
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
pub struct Events {
    after: Lists,
    within: Lists,
    every_within: Vec<(PluginId, Arc<dyn EveryInTransaction>)>,
    listed: Vec<Hook>,
    metrics: Metrics,
    patience: Duration,
}

/// How long a request waits for those who are told after the commit.
const PATIENCE: Duration = Duration::from_secs(5);

impl Default for Events {
    fn default() -> Self {
        Self::new(Metrics::default())
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Events({} after commit, {} in transaction)", self.after.len(), self.within.len())
    }
}

impl Events {
    pub(crate) fn new(metrics: Metrics) -> Self {
        let (after, within) = (Lists::default(), Lists::default());
        Self { after, within, every_within: Vec::new(), listed: Vec::new(), metrics, patience: PATIENCE }
    }

    pub(crate) fn add<E: Event>(&mut self, plugin: PluginId, hook: Arc<dyn On<E>>) {
        self.listed.push(Hook { when: When::AfterCommit, at: E::NAME.to_owned(), plugin });
        push(&mut self.after, TypeId::of::<E>(), (plugin, hook));
    }

    pub(crate) fn add_in_transaction<E: Event>(&mut self, plugin: PluginId, hook: Arc<dyn InTransaction<E>>) {
        self.listed.push(Hook { when: When::InTransaction, at: E::NAME.to_owned(), plugin });
        push(&mut self.within, TypeId::of::<E>(), (plugin, hook));
    }

    pub(crate) fn add_every_in_transaction(&mut self, plugin: PluginId, hook: Arc<dyn EveryInTransaction>) {
        self.listed.push(Hook { when: When::InTransaction, at: "*".to_owned(), plugin });
        self.every_within.push((plugin, hook));
    }

    /// Who listens to what, in the order of the plugins.
    pub(crate) fn list(&self) -> &[Hook] {
        &self.listed
    }

    /// Counts the event and tells everybody who listens to `E`, one after the other; failures and
    /// panics are logged and the others still told. Returns when all are told, or after 5 s.
    pub async fn emit<E: Event>(&self, event: &E) {
        self.metrics.happened(E::NAME);
        let hooks = list::<Told<E>>(&self.after, TypeId::of::<E>());
        if hooks.is_empty() {
            return;
        }
        let told = tell(hooks.to_vec(), event.clone(), self.metrics.clone());
        let task = tokio::spawn(told.in_current_span());
        if tokio::time::timeout(self.patience, task).await.is_err() {
            tracing::warn!(event = E::NAME, "hooks.slow");
        }
    }

    /// The same for many events at once, one after the other: whoever waits does so for 5 s in total, and what is
    /// not told by then is told all the same, also where nobody waits any more.
    pub async fn emit_all<E: Event>(&self, events: Vec<E>) {
        for _ in &events {
            self.metrics.happened(E::NAME);
        }
        let hooks = list::<Told<E>>(&self.after, TypeId::of::<E>()).to_vec();
        if hooks.is_empty() || events.is_empty() {
            return;
        }
        let metrics = self.metrics.clone();
        let told = async move {
            for event in events {
                tell(hooks.clone(), event, metrics.clone()).await;
            }
        };
        let task = tokio::spawn(told.in_current_span());
        if tokio::time::timeout(self.patience, task).await.is_err() {
            tracing::warn!(event = E::NAME, "hooks.slow");
        }
    }

    /// Counts the event and lets everybody who listens to `E` be told, without waiting for them: for
    /// what may come in floods.
    pub fn notify<E: Event>(&self, event: E) {
        self.metrics.happened(E::NAME);
        let hooks = list::<Told<E>>(&self.after, TypeId::of::<E>());
        if !hooks.is_empty() {
            tokio::spawn(tell(hooks.to_vec(), event, self.metrics.clone()).in_current_span());
        }
    }

    /// Lets everybody concerned act in the open transaction; the first that does not agree stops.
    ///
    /// Where the event [ends access](Event::ENDS_ACCESS) nobody stops it: each acts in a part of the
    /// transaction that is undone by itself if it fails.
    ///
    /// # Errors
    /// The failure or refusal of the first hook that did not agree: the caller rolls back.
    pub async fn emit_in<E: Event>(&self, event: &E, tx: &DatabaseTransaction) -> Result<(), HookError> {
        let own = list::<Asked<E>>(&self.within, TypeId::of::<E>()).iter().cloned();
        let every = self.every_within.iter().map(|(plugin, hook)| {
            let each: Arc<dyn InTransaction<E>> = Arc::new(Each(Arc::clone(hook)));
            (*plugin, each)
        });
        for (plugin, hook) in own.chain(every) {
            let agreed = if E::ENDS_ACCESS {
                apart((plugin, &hook), event, tx).await
            } else {
                ask((plugin, &hook), event, tx).await
            };
            let Err(error) = agreed else { continue };
            let failed = error.refusal().is_none();
            if failed || E::ENDS_ACCESS {
                self.metrics.hook_failed(plugin);
            }
            // A part the database wants tried again is tried with the whole.
            if !E::ENDS_ACCESS || is_transient(&error) {
                return Err(error);
            }
            tracing::error!(event = E::NAME, plugin, %error, cause = ?error.source(), "hook.failed");
        }
        Ok(())
    }
}

pub(super) type Told<E> = (PluginId, Arc<dyn On<E>>);
type Asked<E> = (PluginId, Arc<dyn InTransaction<E>>);

/// Whether the database wants the whole transaction tried again.
fn is_transient(error: &HookError) -> bool {
    error.source().is_some_and(asks_again)
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

#[cfg(test)]
mod tests {
    use tokio::sync::Notify;

    use super::*;

    #[derive(Clone)]
    struct Happened;

    impl Event for Happened {
        const NAME: &'static str = "test.happened";
    }

    /// Waits until it is let go, and says that it was.
    struct Slow(Arc<Notify>, Arc<Notify>);

    #[async_trait]
    impl On<Happened> for Slow {
        async fn on(&self, _: &Happened) -> Result<(), HookError> {
            self.0.notified().await;
            self.1.notify_one();
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_hook_that_takes_its_time_holds_nobody_up_and_goes_on() {
        let (go, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let mut events = Events { patience: Duration::from_millis(5), ..Events::default() };
        events.add("slow", Arc::new(Slow(Arc::clone(&go), Arc::clone(&gone))));

        events.emit(&Happened).await;
        go.notify_one();

        tokio::time::timeout(Duration::from_secs(5), gone.notified()).await.unwrap();
    }

    #[tokio::test]
    async fn a_request_that_is_given_up_keeps_nobody_from_being_told() {
        let (go, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let mut events = Events::default();
        events.add("slow", Arc::new(Slow(Arc::clone(&go), Arc::clone(&gone))));

        let given_up = tokio::time::timeout(Duration::from_millis(5), events.emit(&Happened)).await;
        go.notify_one();

        assert!(given_up.is_err());
        tokio::time::timeout(Duration::from_secs(5), gone.notified()).await.unwrap();
    }
}
