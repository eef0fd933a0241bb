#![doc = include_str!("../README.md")]

mod config;
pub mod entity;
mod error;
mod flow;
mod http;
mod keys;
mod plugin;
mod provider;
mod store;

pub use crate::http::Document;
pub use config::{OidcProvider, RefreshPolicy, ResourceOption, ScopeOption};
pub use flow::check::AccessTokenFacts;
pub use flow::revoke::GrantRevoked;
pub use plugin::OIDC_PROVIDER;
pub use provider::Provider;
