//! The queries of the core tables.

pub mod account;
pub mod session;
pub mod user;
