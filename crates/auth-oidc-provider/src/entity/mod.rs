//! The provider's tables.

#![expect(clippy::struct_excessive_bools, reason = "a row has a column for each")]
#![expect(clippy::disallowed_methods, reason = "the loaders sea-orm's macro writes begin transactions; none is called")]

pub mod access_token;
pub mod authorization_code;
pub mod client;
pub mod consent;
pub mod grant;
pub mod initial_access_token;
pub mod interaction;
pub mod key;
pub mod pairwise_subject;
pub mod refresh_token;
pub mod resource;
pub mod used_jti;
mod words;

pub use words::Words;
