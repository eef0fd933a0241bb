//! What plugins do: routes, hooks, handles, start-up jobs.

use std::any::{Any, TypeId};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::complaint::Complaint;
use crate::continuation::Continuation;
use crate::hooks::{After, Before, Event, Events, EveryInTransaction, InTransaction, On, PathPattern};
use crate::order::Order;
use crate::pages::Pages;
use crate::plugin::PluginId;

/// Why a start-up job failed; its words go to whoever starts the app.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

type Job = Pin<Box<dyn Future<Output = Result<(), StartError>> + Send>>;
type AddListener = Box<dyn FnOnce(&mut Events) + Send>;

/// Puts what `routes!` made at another path: a configured page, a second name of a route.
///
/// The path stands in the API description too: `OpenApiRouter::new().routes(route_at("/login", routes!(page)))`.
pub fn route_at<S>(path: &str, routes: UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let (schemas, described, methods) = routes;
    let mut moved = utoipa::openapi::Paths::new();
    moved.paths.extend(described.paths.into_values().map(|item| (path.to_owned(), item)));
    (schemas, moved, methods)
}

/// The behaviour of one plugin, and of those it includes.
pub struct Mount {
    by: PluginId,
    pub(crate) base: Vec<(PluginId, OpenApiRouter)>,
    pub(crate) origin: Vec<(PluginId, OpenApiRouter)>,
    pub(crate) events: Vec<AddListener>,
    pub(crate) before: Vec<(PluginId, PathPattern, Arc<dyn Before>)>,
    pub(crate) after: Vec<(PluginId, PathPattern, Arc<dyn After>)>,
    pub(crate) handles: Vec<(PluginId, TypeId, &'static str, Box<dyn Any + Send + Sync>)>,
    pub(crate) jobs: Vec<(PluginId, Job)>,
    pub(crate) orders: Vec<Order>,
    pub(crate) continuations: Vec<(PluginId, Arc<dyn Continuation>)>,
    pub(crate) pages: Vec<(PluginId, Arc<dyn Pages>)>,
    pub(crate) complaints: Vec<Complaint>,
}

impl fmt::Debug for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mount").field("by", &self.by).finish_non_exhaustive()
    }
}

impl Mount {
    /// An empty mount of this plugin.
    pub fn of(by: PluginId) -> Self {
        Self {
            by,
            base: Vec::new(),
            origin: Vec::new(),
            events: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
            handles: Vec::new(),
            jobs: Vec::new(),
            orders: Vec::new(),
            continuations: Vec::new(),
            pages: Vec::new(),
            complaints: Vec::new(),
        }
    }

    /// Adds routes below the base path. Only those made with `routes!` reach the API description.
    #[must_use]
    pub fn base(mut self, router: OpenApiRouter) -> Self {
        self.base.push((self.by, router));
        self
    }

    /// Adds routes at the origin: pages and well-known documents.
    #[must_use]
    pub fn origin(mut self, router: OpenApiRouter) -> Self {
        self.origin.push((self.by, router));
        self
    }

    /// Listens to an event after its transaction has committed. It can only notify.
    #[must_use]
    pub fn on<E: Event>(mut self, hook: impl On<E>) -> Self {
        let (by, hook): (_, Arc<dyn On<E>>) = (self.by, Arc::new(hook));
        self.events.push(Box::new(move |events| events.add(by, hook)));
        self
    }

    /// Takes part in the transaction of an event, and can abort it.
    #[must_use]
    pub fn on_in_transaction<E: Event>(mut self, hook: impl InTransaction<E>) -> Self {
        let (by, hook): (_, Arc<dyn InTransaction<E>>) = (self.by, Arc::new(hook));
        self.events.push(Box::new(move |events| events.add_in_transaction(by, hook)));
        self
    }

    /// Takes part in the transaction of every event, whatever plugin it is of, and can abort it.
    #[must_use]
    pub fn on_every_in_transaction(mut self, hook: impl EveryInTransaction) -> Self {
        let (by, hook): (_, Arc<dyn EveryInTransaction>) = (self.by, Arc::new(hook));
        self.events.push(Box::new(move |events| events.add_every_in_transaction(by, hook)));
        self
    }

    /// Runs a hook before requests to a path.
    #[must_use]
    pub fn before(mut self, path: impl Into<String>, hook: impl Before) -> Self {
        self.before.push((self.by, PathPattern::new(path), Arc::new(hook)));
        self
    }

    /// Runs a hook over the answers of a path.
    #[must_use]
    pub fn after(mut self, path: impl Into<String>, hook: impl After) -> Self {
        self.after.push((self.by, PathPattern::new(path), Arc::new(hook)));
        self
    }

    /// Offers a handle to the app: `auth.handle::<T>()`.
    #[must_use]
    pub fn expose<T: Clone + Send + Sync + 'static>(mut self, handle: T) -> Self {
        self.handles.push((self.by, TypeId::of::<T>(), std::any::type_name::<T>(), Box::new(handle)));
        self
    }

    /// Runs once after the schema check and before the app listens. Must be safe to run in
    /// several instances at once.
    #[must_use]
    pub fn at_start(mut self, job: impl Future<Output = Result<(), StartError>> + Send + 'static) -> Self {
        self.jobs.push((self.by, Box::pin(job)));
        self
    }

    /// Offers something an operator may order by the app's command line, beside instances that serve:
    /// `my-server run rotate-keys`. The name is lower-case words with dashes, and unique in an app.
    #[must_use]
    pub fn on_order<F>(
        mut self,
        name: &'static str,
        about: &'static str,
        run: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), StartError>> + Send + 'static,
    {
        let run = Arc::new(move || -> Job { Box::pin(run()) });
        self.orders.push(Order { plugin: self.by, name, about, run });
        self
    }

    /// Decides where a person goes after signing in. One plugin of an app may.
    #[must_use]
    pub fn continuation(mut self, continuation: impl Continuation) -> Self {
        self.continuations.push((self.by, Arc::new(continuation)));
        self
    }

    /// Renders the pages. One plugin of an app may.
    #[must_use]
    pub fn pages(mut self, pages: impl Pages) -> Self {
        self.pages.push((self.by, Arc::new(pages)));
        self
    }

    /// Says that the value of an option is wrong, where only mounting shows it.
    #[must_use]
    pub fn refuse(mut self, option: impl Into<String>, value: impl fmt::Display, right: impl Into<String>) -> Self {
        self.complaints.push(Complaint::option(self.by, option, value, right));
        self
    }

    /// Says what is wrong, where only mounting shows it and it is not the value of one option.
    #[must_use]
    pub fn complain(mut self, message: impl Into<String>) -> Self {
        self.complaints.push(Complaint::new(self.by, message));
        self
    }

    /// Takes in the mount of an included plugin, which keeps its own name.
    #[must_use]
    pub fn include(mut self, inner: Mount) -> Self {
        self.base.extend(inner.base);
        self.origin.extend(inner.origin);
        self.events.extend(inner.events);
        self.before.extend(inner.before);
        self.after.extend(inner.after);
        self.handles.extend(inner.handles);
        self.jobs.extend(inner.jobs);
        self.orders.extend(inner.orders);
        self.continuations.extend(inner.continuations);
        self.pages.extend(inner.pages);
        self.complaints.extend(inner.complaints);
        self
    }
}
