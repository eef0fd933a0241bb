//! Counters and times of one app, as Prometheus text.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::plugin::PluginId;

/// The format of [`Metrics::text`].
const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The upper bounds of request times, in seconds: a token check takes one millisecond, a password
/// hash tens, and nothing may take more than thirty seconds.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Counters and times of one app. Cheap to clone; clones count together.
///
/// | name | labels | what it is |
/// | --- | --- | --- |
/// | `auth_requests_total` | `method`, `route`, `status` | answered requests |
/// | `auth_request_seconds` | `method`, `route` | a histogram of how long they took |
/// | `auth_events_total` | `event` | what happened: every event that was emitted after its commit |
/// | `auth_hook_failures_total` | `plugin` | hooks that failed or panicked |
///
/// Labels are names of routes, events and plugins, never anything a stranger chooses.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Route, Histogram, Buckets>,
    events: Family<Happened, Counter>,
    hooks: Family<Failed, Counter>,
}

#[derive(Clone, Copy)]
struct Buckets;

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(BOUNDS)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: Arc<str>,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Happened {
    event: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failed {
    plugin: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let requests = Family::default();
        let seconds = Family::new_with_constructor(Buckets);
        let events = Family::default();
        let hooks = Family::default();
        let mut registry = Registry::with_prefix("auth");
        registry.register("requests", "Answered requests", requests.clone());
        registry.register_with_unit("request", "How long requests took", Unit::Seconds, seconds.clone());
        registry.register("events", "What happened, by the name of the event", events.clone());
        registry.register("hook_failures", "Hooks that failed or panicked", hooks.clone());
        Self(Arc::new(Inner { registry, requests, seconds, events, hooks }))
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics(..)")
    }
}

impl Metrics {
    /// Writes all of them down, in the text format of Prometheus (also known as `OpenMetrics`).
    pub fn text(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.0.registry) {
            Ok(()) => text,
            // Writing to a String cannot fail; half a text would be worse than none.
            Err(_) => String::new(),
        }
    }

    /// Counts one more event of this name. [`Events::emit`](crate::Events::emit) does it by itself.
    pub(crate) fn happened(&self, event: &'static str) {
        self.0.events.get_or_create(&Happened { event }).inc();
    }

    pub(crate) fn hook_failed(&self, plugin: PluginId) {
        self.0.hooks.get_or_create(&Failed { plugin }).inc();
    }

    pub(crate) fn answered(&self, method: &http::Method, route: &Arc<str>, status: StatusCode, took: Duration) {
        let method = named(method);
        let route = Arc::clone(route);
        self.0.seconds.get_or_create(&Route { method, route: Arc::clone(&route) }).observe(took.as_secs_f64());
        self.0.requests.get_or_create(&Answered { method, route, status: status.as_u16() }).inc();
    }

    /// The answer to whoever collects them.
    pub(crate) fn answer(&self) -> Response {
        let headers: [(HeaderName, HeaderValue); 2] = [
            (header::CONTENT_TYPE, HeaderValue::from_static(TEXT)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (headers, self.text()).into_response()
    }
}

/// A method of HTTP by name; a method somebody made up has none of its own.
fn named(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
