//! The provider's endpoints: extract, one flow call, render.

pub(crate) mod administration;
pub(crate) mod allowed;
pub(crate) mod authorize;
mod bearer;
pub(crate) mod consent;
pub(crate) mod discovery;
mod document;
pub(crate) mod end_session;
pub(crate) mod form;
pub(crate) mod form_post;
pub(crate) mod interaction;
pub(crate) mod introspect;
pub(crate) mod jwks;
pub(crate) mod manage;
pub(crate) mod page;
pub(crate) mod par;
pub(crate) mod register;
pub(crate) mod revoke;
pub(crate) mod schema;
pub(crate) mod token;
pub(crate) mod userinfo;

pub use document::Document;
