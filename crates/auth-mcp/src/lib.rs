#![doc = include_str!("../README.md")]

mod client_registration;
mod config;
mod guard;
mod http;
mod plugin;
mod self_check;
mod session;
mod tool_scopes;
mod verify;

pub use client_registration::ClientRegistration;
pub use config::Mcp;
pub use guard::{GuardError, McpGuard};
pub use plugin::MCP;
pub use self_check::SelfCheckError;
pub use session::McpSession;
pub use tool_scopes::{ToolScopes, Tooled};
