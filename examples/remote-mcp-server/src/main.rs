//! An MCP server whose people sign in elsewhere. Run it: `cargo run -p remote-mcp-server`, beside an authorization
//! server: `cargo run -p remote-mcp-server --example provider`

mod config;
mod guard;
mod tools;

use std::io::Write as _;

use clap::Parser as _;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::Config;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let config = Config::parse();
    let app = guard::guarded(&config, tools::service())?;
    let listener = TcpListener::bind(config.listen).await?;
    // Nobody may be reading; the server serves all the same.
    let _ = writeln!(std::io::stdout(), "MCP endpoint    {}", config.resource());
    Ok(axum::serve(listener, app).await?)
}
