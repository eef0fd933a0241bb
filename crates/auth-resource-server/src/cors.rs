//! Which browser pages may call a guarded route: all of them, because only a bearer token counts there.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderName, Method};
use tower_http::cors::{Any, CorsLayer};

use crate::dpop::{DPOP, DPOP_NONCE};

const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
const MCP_METHOD: HeaderName = HeaderName::from_static("mcp-method");
const MCP_NAME: HeaderName = HeaderName::from_static("mcp-name");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// How long a browser may remember the answer to a preflight.
pub(crate) const REMEMBERED: Duration = Duration::from_mins(10);

/// Returns the CORS rules of an MCP route: any origin, no credentials, the challenge readable.
///
/// Put it around the guard, so that preflights are answered and refusals can be read.
pub fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        // Listed one by one: the wildcard does not cover `Authorization`.
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            ACCEPT,
            PROTOCOL_VERSION,
            SESSION_ID,
            MCP_METHOD,
            MCP_NAME,
            LAST_EVENT_ID,
            DPOP,
        ])
        .expose_headers([WWW_AUTHENTICATE, SESSION_ID, DPOP_NONCE])
        .max_age(REMEMBERED)
}
