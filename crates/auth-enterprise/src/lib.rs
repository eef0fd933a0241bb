#![doc = include_str!("../README.md")]

mod accounts;
mod codes;
mod complaints;
mod enterprise;
pub mod entity;
mod event;
mod flow;
mod grant;
mod identity_provider;
mod keys;
mod plugin;
mod store;

pub use accounts::{EnterpriseAccounts, LinkError};
pub use auth_protocol::identity_assertion::JWT_BEARER;
pub use enterprise::Enterprise;
pub use event::{EnterpriseAccountLinked, EnterpriseAccountUnlinked, IdentityAssertionUsed, LinkedBy};
pub use identity_provider::IdentityProvider;
pub use plugin::ENTERPRISE;
