//! A session of the transport belongs to who began it. MCP transports, session management; security best practices,
//! session hijacking.
//!
//! What the server behind hands out goes to the client with a keyed tag over it and its holder, and comes back to the
//! server only from that holder: nothing is kept, so any instance can tell.

use auth_core::Unexpected;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

use crate::guard::McpGuard;
use crate::session::McpSession;

/// The header of a session.
pub(crate) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
/// What the tag is for.
const PURPOSE: &str = "mcp-transport-session";

/// Whose sessions a request may use: those of its person by its client, or of nobody.
pub(crate) struct Holder {
    resource: String,
    person_and_client: Option<(Option<String>, String)>,
}

impl Holder {
    pub(crate) fn of(guard: &McpGuard, request: &Parts) -> Self {
        let session = McpSession::of(request);
        Self {
            resource: guard.resource().as_str().to_owned(),
            person_and_client: session.map(|session| (session.user_id.clone(), session.client_id.clone())),
        }
    }

    /// Gives the server its own name of the session; says whether there is none, or one of this holder.
    pub(crate) fn takes(&self, guard: &McpGuard, headers: &mut HeaderMap) -> bool {
        let mut named = headers.get_all(SESSION_ID).iter();
        let own = match (named.next(), named.next()) {
            (None, _) => return true,
            (Some(named), None) => self.opened(guard, named),
            (Some(_), Some(_)) => None,
        };
        own.is_some_and(|own| headers.insert(SESSION_ID, own).is_some())
    }

    fn opened(&self, guard: &McpGuard, named: &HeaderValue) -> Option<HeaderValue> {
        let (own, tag) = named.to_str().ok()?.rsplit_once('.')?;
        let fits = guard.provider().cx().keys().tag_fits(PURPOSE, &self.bound(own), tag);
        HeaderValue::from_str(own).ok().filter(|_| fits)
    }

    /// Tells the client a name of the session that only this holder can use.
    pub(crate) fn keeps(&self, guard: &McpGuard, headers: &mut HeaderMap) {
        let Some(own) = headers.remove(SESSION_ID) else { return };
        let bound = own.to_str().ok().map(|own| {
            let tag = guard.provider().cx().keys().tag(PURPOSE, &self.bound(own));
            format!("{own}.{tag}")
        });
        if let Some(Ok(bound)) = bound.as_deref().map(HeaderValue::from_str) {
            headers.insert(SESSION_ID, bound);
        } else {
            let cause = Unexpected::new("the server names a session by what is no text");
            tracing::error!(reference = cause.report(), "transport_session.dropped");
        }
    }

    fn bound(&self, own: &str) -> String {
        json!([self.resource, self.person_and_client, own]).to_string()
    }
}
