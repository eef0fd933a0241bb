//! The plugin's table. Entities only describe tables; they are never serialised.

#[expect(clippy::disallowed_methods, reason = "the derive writes nested saves, which nobody calls")]
pub mod enterprise_account;
