//! The use cases: fetch through stores, judge with `auth-protocol`, write through stores.

pub(crate) mod allowed;
pub(crate) mod asked;
pub(crate) mod authorize;
pub(crate) mod check;
mod client_assertion;
pub(crate) mod client_auth;
pub(crate) mod consent;
pub(crate) mod direct;
pub(crate) mod end_session;
mod ended;
pub(crate) mod exchange;
pub(crate) mod form_post;
mod fresh;
pub(crate) mod interaction;
pub(crate) mod introspect;
pub(crate) mod issue;
pub(crate) mod manage;
pub(crate) mod next;
pub(crate) mod par;
pub(crate) mod proof;
pub(crate) mod refresh;
pub(crate) mod register;
pub(crate) mod revoke;
pub(crate) mod seed;
pub(crate) mod sweep;
pub(crate) mod userinfo;
