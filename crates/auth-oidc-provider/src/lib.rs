#![doc = include_str!("../README.md")]

mod administration;
mod authentication_context;
mod client_id_documents;
mod client_option;
mod codes;
mod complaints;
mod config;
mod declared_resources;
mod documents;
pub mod entity;
mod error;
mod event;
mod extension;
mod extension_claims;
mod extension_client_auth;
mod extension_metadata;
mod flow;
mod http;
mod issuer;
mod keys;
mod lifetimes;
mod options;
mod plugin;
mod provider;
mod registration_mode;
mod resource_server;
mod resources;
mod store;

pub use crate::http::Document;
pub use administration::{Administration, AdministrativeAction};
pub use client_id_documents::ClientIdDocuments;
pub use client_option::ClientOption;
pub use config::OidcProvider;
pub use event::{
    ClientCreated, ClientDeleted, ClientDisabled, ClientRegistered, ClientSecretEnded, ClientUpdated, CodeIssued,
    ConsentDenied, ConsentGiven, ConsentWithdrawn, GrantRevoked, GrantsRevoked, InitialAccessTokenIssued,
    RefreshReplayed, ResourceCreated, ResourceDisabled, ResourceUpdated, TokenRevoked, TokensIssued, TokensRefreshed,
};
pub use extension::{ExtensionGrant, GrantRefusal, GrantRequest, Granted};
pub use extension_claims::{ClaimsFor, ClaimsPlace, CustomClaim, ExtensionClaims};
pub use extension_client_auth::{ClientAuthRefusal, ClientAuthRequest, ExtensionClientAuth};
pub use flow::check::AccessTokenFacts;
pub use keys::SigningAlgorithm;
pub use options::{RefreshPolicy, ScopeOption};
pub use plugin::OIDC_PROVIDER;
pub use provider::Provider;
pub use registration_mode::Registration;
pub use resource_server::{AccessTokenFormat, ResourceOption};
