//! The four tables every app has, named as Better Auth names them.
//!
//! Entities only describe tables. They are never serialised, and only stores query them.

#[expect(clippy::disallowed_methods, reason = "the derive writes nested saves, which nobody calls")]
pub mod account;
#[expect(clippy::disallowed_methods, reason = "the derive writes nested saves, which nobody calls")]
pub mod session;
#[expect(clippy::disallowed_methods, reason = "the derive writes nested saves, which nobody calls")]
pub mod user;
#[expect(clippy::disallowed_methods, reason = "the derive writes nested saves, which nobody calls")]
pub mod verification;
