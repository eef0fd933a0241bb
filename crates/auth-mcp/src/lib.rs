#![doc = include_str!("../README.md")]

mod config;
mod guard;
mod http;
mod plugin;
mod session;
mod verify;

pub use config::Mcp;
pub use guard::{GuardError, McpGuard};
pub use plugin::MCP;
pub use session::McpSession;
