//! A gate in front of a service: it lets a request through or answers it.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use tower::{Layer, Service};

/// Lets a request through, perhaps with something added to it, or answers it.
#[async_trait]
pub trait Gate: Send + Sync + 'static {
    /// Returns `Ok` to let the request through, or the answer that refuses it.
    async fn admit(&self, request: &mut Parts) -> Result<(), Response>;
}

/// Puts a gate in front of a service, as a [`Layer`].
///
/// Use it with `Router::route_layer`: `Router::layer` would guard the app's 404 as well.
#[derive(Clone)]
pub struct Guard(Arc<dyn Gate>);

impl Guard {
    /// Wraps a gate.
    pub fn new(gate: impl Gate) -> Self {
        Self(Arc::new(gate))
    }
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded::new(Arc::clone(&self.0), inner)
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}

/// A service that only sees what its gate lets through.
#[derive(Clone)]
pub struct Guarded<S> {
    gate: Arc<dyn Gate>,
    inner: S,
}

impl<S> Guarded<S> {
    /// Puts `gate` in front of `inner`.
    pub fn new(gate: Arc<dyn Gate>, inner: S) -> Self {
        Self { gate, inner }
    }
}

impl<S> Service<Request> for Guarded<S>
where
    S: Service<Request, Error = Infallible> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let gate = Arc::clone(&self.gate);
        let unready = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, unready);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match gate.admit(&mut parts).await {
                Ok(()) => ready.call(Request::from_parts(parts, body)).await.map(IntoResponse::into_response),
                Err(answer) => Ok(answer),
            }
        })
    }
}

impl<S: fmt::Debug> fmt::Debug for Guarded<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded").field("inner", &self.inner).finish_non_exhaustive()
    }
}
