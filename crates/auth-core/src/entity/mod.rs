//! The four tables every app has, named as Better Auth names them.
//!
//! Entities only describe tables. They are never serialised, and only stores query them.

pub mod account;
pub mod session;
pub mod user;
pub mod verification;
