//! The queries of the provider's tables.

pub(crate) mod access_token;
pub(crate) mod allowed;
pub(crate) mod authorization_code;
pub(crate) mod client;
pub(crate) mod comparable;
pub(crate) mod consent;
pub(crate) mod foreign_keys;
pub(crate) mod grant;
pub(crate) mod initial_access_token;
pub(crate) mod interaction;
pub(crate) mod key;
pub(crate) mod pairwise_subject;
pub(crate) mod refresh_token;
pub(crate) mod resource;
pub(crate) mod sweep;
pub(crate) mod used_jti;
