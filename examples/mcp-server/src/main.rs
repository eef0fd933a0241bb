//! An MCP server whose users sign in. Run it: `cargo run -p mcp-server`

mod config;
mod note;
mod secret;
mod signature;
mod tools;
mod welcome;

use std::process::ExitCode;

use auth_core::{Auth, AuthBuilder};
use auth_email_password::EmailPassword;
use auth_mcp::{Mcp, McpGuard};
use auth_pages::Pages;
use axum::Router;

use crate::config::Config;

/// The only plugin list: `serve`, `migrate`, `generate` and `openapi` all read it.
fn auth(config: &Config) -> AuthBuilder {
    Auth::builder(&config.base_url())
        .app_name("Notes")
        .database(config.database_url())
        .schema_mode(config.schema_mode())
        .secret_from(config.secret())
        .previous_secrets(config.auth_previous_secrets.iter().cloned())
        .rate_limits(config.rate_limits())
        .trusted_proxies(config.trusted_proxies.iter().copied())
        .app_schema(note::contribute)
        .app_schema(signature::contribute)
        .plugin(EmailPassword::new())
        .plugin(Pages::new())
        .plugin(
            Mcp::new()
                .login_page("/sign-in")
                .resource("/mcp")
                .base_scope("mcp:tools", "Use the tools of this server")
                .scope("notes:write", "Write and delete your notes")
                .provider(|provider| provider.outbound(config.outbound())),
        )
}

async fn serve(auth: Auth, config: Config) -> anyhow::Result<()> {
    let guard = auth.handle::<McpGuard>()?.tools(tools::scopes())?;
    let service = tools::service(auth.context());
    let mcp = Router::new().nest_service("/mcp", service.clone()).route_layer(guard.clone());
    let write = Router::new().nest_service("/mcp/write", service).route_layer(guard.requiring("notes:write")?);
    let app = Router::new().merge(write).merge(mcp).merge(auth.router());
    guard.self_check(&app).await?;

    let listener = auth_cli::listen(config.listen).await?;
    welcome::print(&config);
    Ok(auth_cli::serve(listener, app).await?)
}

fn main() -> ExitCode {
    auth_cli::main(auth, serve)
}
