//! Callers without a token, where some tools are for everybody.

use async_trait::async_trait;
use auth_resource_server::{DPOP, Gate};
use axum::response::Response;
use http::Method;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::guard::McpGuard;

/// What may be asked without a token, besides tools for everybody.
const PUBLIC: [&str; 4] = ["initialize", "server/discover", "ping", "tools/list"];
/// What may be told without a token: those of the protocol, since a server may act on others.
const TOLD: [&str; 4] = [
    "notifications/initialized",
    "notifications/cancelled",
    "notifications/progress",
    "notifications/roots/list_changed",
];

/// MCP transports, resumability.
const LAST_EVENT_ID: &str = "last-event-id";

/// A request that brings no credentials. It is let in where its body asks for nothing but what is public.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anonymous;

/// Whether a message is one that needs no token: a request, or what has no id and is told.
pub(crate) fn is_public(method: &str, has_id: bool) -> bool {
    PUBLIC.contains(&method) || (!has_id && TOLD.contains(&method))
}

/// Whether a request brings nothing that could be a credential, however bad: only then is it anonymous.
fn brings_nothing(request: &Parts) -> bool {
    !request.headers.contains_key(AUTHORIZATION) && !request.headers.contains_key(DPOP)
}

/// The guard before bodies are read: by itself it lets nobody in without a token, and so does not stand alone.
#[derive(Debug)]
pub(crate) struct Door(McpGuard);

impl Door {
    pub(crate) fn of(guard: McpGuard) -> Self {
        Self(guard)
    }

    fn is_for_everybody(&self) -> bool {
        self.0.rules().tools.as_ref().is_some_and(|tools| tools.has_anonymous())
    }
}

#[async_trait]
impl Gate for Door {
    async fn admit(&self, request: &mut Parts) -> Result<(), Response> {
        if request.method == Method::OPTIONS || !self.is_for_everybody() || !brings_nothing(request) {
            return self.0.admit(request).await;
        }
        self.0.rules().hosts.admit(request).await?;
        self.0.rules().origins.admit(request).await?;
        // Where a stream is taken up again, servers look at the event alone: it may be of somebody's.
        request.headers.remove(LAST_EVENT_ID);
        request.extensions.insert(Anonymous);
        Ok(())
    }
}
