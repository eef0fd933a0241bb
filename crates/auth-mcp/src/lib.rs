#![doc = include_str!("../README.md")]

mod anonymous;
mod calls;
mod client_registration;
mod config;
mod guard;
mod http;
mod mcp_resource;
mod plugin;
#[cfg(feature = "rmcp")]
mod rmcp_tools;
mod self_check;
mod session;
mod tool_scopes;
mod tooled;
mod transport_session;
mod verify;

pub use client_registration::ClientRegistration;
pub use config::Mcp;
pub use guard::{GuardError, McpGuard};
pub use mcp_resource::McpResource;
pub use plugin::MCP;
pub use self_check::SelfCheckError;
pub use session::McpSession;
pub use tool_scopes::ToolScopes;
pub use tooled::Tooled;
