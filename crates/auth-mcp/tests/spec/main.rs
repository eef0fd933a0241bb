//! MCP through its front door: metadata, challenges, the guard, and a real MCP client.

// Futures of tests lie deep in each other.
#![recursion_limit = "256"]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these steps stand outside test functions, and are tests all the same"
)]

mod adoption;
mod aliases;
mod anonymous;
mod client_registration;
mod defaults;
mod description;
mod dpop;
mod failures;
mod guard;
mod log;
mod logs;
mod metadata;
mod options;
mod resources;
mod rmcp_client;
#[cfg(feature = "rmcp")]
mod rmcp_tools;
mod self_check;
mod session;
mod tool_scopes;
mod transport_session;

use auth_core::{Auth, plugins};
use auth_email_password::EmailPassword;
use auth_mcp::{Mcp, McpGuard, McpSession};
use auth_pages::Pages;
use auth_testkit::{OAuthClient, Person, TestApp, TestAppBuilder, Tokens};
use axum::Router;
use axum::routing::any;

/// MCP as an app would list it.
fn mcp() -> Mcp {
    Mcp::new()
        .login_page("/sign-in")
        .resource("/mcp")
        .base_scope("mcp:tools", "Use the tools of this server")
        .scope("notes:write", "Write and delete your notes")
}

async fn whoami(session: McpSession) -> String {
    let person = session.user_id.as_deref().unwrap_or("nobody");
    format!("{person} through {} with {}", session.client_id, session.scopes)
}

/// Two endpoints of one resource, and a route of the app's own.
fn routes(auth: &Auth) -> Router {
    let guard = auth.handle::<McpGuard>().unwrap();
    let write = Router::new().route("/mcp/write", any(whoami)).route_layer(guard.requiring("notes:write").unwrap());
    let mcp = Router::new().route("/mcp", any(whoami)).route("/mcp/", any(whoami)).route_layer(guard);
    Router::new().merge(mcp).merge(write).route("/open", any(|| async { "open" }))
}

fn builder(mcp: Mcp) -> TestAppBuilder {
    TestApp::builder().plugins(plugins![EmailPassword::new(), Pages::new(), mcp]).routes(routes)
}

async fn app() -> TestApp {
    builder(mcp()).build().await
}

/// A client of the MCP endpoint that asks for this scope.
async fn client(app: &TestApp, scope: &str) -> OAuthClient {
    app.registers_client().await.with_scope(scope).with_resource("/mcp")
}

async fn tokens(app: &TestApp, person: &Person, scope: &str) -> Tokens {
    let client = client(app, scope).await;
    let code = person.authorizes(&client).await;
    client.exchanges(&code).await.succeeds()
}
