//! The queries of the core tables.

pub mod account;
pub(crate) mod session;
pub mod user;
