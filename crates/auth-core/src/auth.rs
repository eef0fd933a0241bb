//! An app's authentication, assembled.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;

use axum::Router;
use axum::routing::{MethodRouter, get};
use utoipa::openapi::OpenApi;

use crate::assemble::DeclaredError;
use crate::builder::AuthBuilder;
use crate::context::AuthContext;
use crate::hooks::Hook;
use crate::metrics::Metrics;
use crate::order::Order;

/// An app's authentication: routes to serve, handles to use.
pub struct Auth {
    pub(crate) cx: AuthContext,
    pub(crate) api: Router,
    pub(crate) origin: Router,
    pub(crate) openapi: OpenApi,
    pub(crate) handles: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) errors: Vec<DeclaredError>,
    pub(crate) orders: Vec<Order>,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("config", self.cx.config()).finish_non_exhaustive()
    }
}

/// No plugin exposes a handle of the asked type.
#[derive(Debug, thiserror::Error)]
#[error("no plugin exposes a {0}; is the plugin listed?")]
pub struct NoHandle(&'static str);

impl Auth {
    /// Begins to put an app together, for this public URL: `https://auth.example.com`.
    pub fn builder(base_url: &str) -> AuthBuilder {
        AuthBuilder::new(base_url)
    }

    /// All routes: those below the base path and those at the origin.
    pub fn router(&self) -> Router {
        self.api.clone().merge(self.origin.clone())
    }

    /// The routes below the base path, at their full paths.
    pub fn api_router(&self) -> Router {
        self.api.clone()
    }

    /// The routes at the origin: pages and well-known documents.
    pub fn origin_router(&self) -> Router {
        self.origin.clone()
    }

    /// The merged description of all routes.
    pub fn openapi(&self) -> &OpenApi {
        &self.openapi
    }

    /// All hooks: around requests, then on events, each in the order they run in.
    pub fn hooks(&self) -> &[Hook] {
        &self.hooks
    }

    /// Every code an endpoint can answer, with the plugin that declares it.
    pub fn errors(&self) -> &[DeclaredError] {
        &self.errors
    }

    /// What an operator may order.
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    /// Counters and times since the app came up.
    pub fn metrics(&self) -> &Metrics {
        self.cx.metrics()
    }

    /// A route that answers with [`Auth::metrics`] as Prometheus text, for the app to mount where
    /// only those who collect them can ask: `Router::new().route("/metrics", auth.metrics_route())`.
    ///
    /// It asks nobody who they are: put it on a private listener or behind the proxy's own rules.
    pub fn metrics_route(&self) -> MethodRouter {
        let metrics = self.metrics().clone();
        get(move || async move { metrics.answer() })
    }

    /// The shared state.
    pub fn context(&self) -> &AuthContext {
        &self.cx
    }

    /// Returns a handle a plugin exposes: `auth.handle::<McpGuard>()?`.
    ///
    /// # Errors
    /// [`NoHandle`] when no plugin exposes one of this type.
    pub fn handle<T: Clone + Send + Sync + 'static>(&self) -> Result<T, NoHandle> {
        self.handles
            .get(&TypeId::of::<T>())
            .and_then(|handle| handle.downcast_ref::<T>())
            .cloned()
            .ok_or(NoHandle(std::any::type_name::<T>()))
    }
}
