#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "test support: what goes wrong here is a failed test, told by a panic"
)]

mod answer;
mod app;
mod authorization;
mod browser;
mod builder;
mod clock;
mod cookie_jar;
mod database;
mod description;
mod form_action;
mod html;
mod markup;
mod mcp_client;
mod oauth_answer;
mod oauth_client;
mod person;
mod proof_key;
mod registration;
mod secrets;
mod statements;
mod web_site;

pub use answer::Answer;
pub use app::TestApp;
pub use authorization::{AuthorizationError, AuthorizationRequest, Code};
pub use browser::{Browser, Page, Visit};
pub use builder::{SECRET, TestAppBuilder};
pub use clock::FakeClock;
pub use cookie_jar::CookieJar;
pub use database::{TestDatabase, backend, definition, dump_tables, is_full_size, proved, runs_on};
pub use html::{Button, Field, Form, Link};
pub use mcp_client::{McpAnswer, McpClient};
pub use oauth_answer::{OAuthAnswer, Tokens};
pub use oauth_client::OAuthClient;
pub use person::{Decision, Person};
pub use proof_key::ProofKey;
pub use registration::{ClientAuthentication, Registration};
pub use secrets::KnownSecret;
pub use statements::StatementLog;
pub use web_site::WebSite;
