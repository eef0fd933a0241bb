#![doc = include_str!("../README.md")]

mod codes;
mod complaints;
mod config;
pub mod entity;
mod error;
mod event;
mod flow;
mod http;
mod keys;
mod plugin;
mod provider;
mod resource_server;
mod store;

pub use crate::http::Document;
pub use config::{OidcProvider, RefreshPolicy, ScopeOption};
pub use event::{
    ClientRegistered, CodeIssued, ConsentDenied, ConsentGiven, GrantRevoked, RefreshReplayed, TokenRevoked,
    TokensIssued, TokensRefreshed,
};
pub use flow::check::AccessTokenFacts;
pub use plugin::OIDC_PROVIDER;
pub use provider::Provider;
pub use resource_server::{AccessTokenFormat, ResourceOption};
