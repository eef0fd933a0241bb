#![doc = include_str!("../README.md")]

pub mod accept;
pub mod authorize;
pub mod bearer;
pub mod challenge;
pub mod claims;
pub mod claims_request;
pub mod client;
pub mod client_assertion;
pub mod client_auth;
pub mod client_credentials;
pub mod client_id_document;
pub mod code;
pub mod consent;
pub mod dpop;
pub mod end_session;
pub mod error;
pub mod identity_assertion;
pub mod introspection;
pub mod metadata;
pub mod params;
pub mod pkce;
pub mod prompt;
pub mod redirect_uri;
pub mod refresh;
pub mod registered_claim;
pub mod registration;
pub mod resource;
pub mod revocation;
pub mod scope;
pub mod scope_hierarchy;
pub mod token;

pub use error::{OAuthError, OAuthErrorCode};
