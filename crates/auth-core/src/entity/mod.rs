//! The tables every app has: four named as Better Auth names them, and the ledger of migrations.
//!
//! Entities only describe tables. They are never serialised, and only stores query them.

#[expect(clippy::disallowed_methods, reason = "the derive writes nested saves, which nobody calls")]
pub mod account;
#[expect(clippy::disallowed_methods, reason = "the derive writes nested saves, which nobody calls")]
pub mod migration;
#[expect(clippy::disallowed_methods, reason = "the derive writes nested saves, which nobody calls")]
pub mod session;
#[expect(clippy::disallowed_methods, reason = "the derive writes nested saves, which nobody calls")]
pub mod user;
#[expect(clippy::disallowed_methods, reason = "the derive writes nested saves, which nobody calls")]
pub mod verification;
