//! The core's endpoints, and what stands before every endpoint.

mod address;
pub(crate) mod body;
pub(crate) mod csrf;
pub(crate) mod failure;
pub(crate) mod gate;
pub(crate) mod get_session;
pub(crate) mod ok;
mod query;
pub(crate) mod reference;
pub(crate) mod rules;
pub(crate) mod sign_out;
mod wire;

pub use address::ClientAddress;
pub use body::{FormBody, JsonBody, form_pairs};
pub use csrf::{CSRF_FIELD, Csrf};
pub use query::QueryParams;
pub use reference::ApiReference;
pub use wire::{SessionBody, UserBody};
