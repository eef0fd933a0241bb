#![doc = include_str!("../README.md")]

mod access;
mod adoption;
mod assemble;
mod auth;
mod builder;
mod clock;
pub mod codes;
mod complaint;
mod config;
mod context;
mod continuation;
mod contributions;
pub mod database;
mod email;
pub mod entity;
mod error;
mod error_shape;
mod hooks;
mod http;
mod metrics;
mod mount;
mod order;
pub mod pages;
mod plugin;
mod random;
mod rate_limit;
pub mod schema;
mod secret;
pub mod session;
pub mod store;

pub use access::Access;
pub use assemble::DeclaredError;
pub use auth::{Auth, NoHandle};
pub use builder::{AuthBuilder, BuildError, DatabaseSource, SchemaMode};
pub use clock::{Clock, SystemClock, after};
pub use complaint::{Complaint, Wrong};
pub use config::{Config, CookieOptions, SessionOptions, is_loopback, is_plain_path};
pub use context::AuthContext;
pub use continuation::{Continuation, Resume};
pub use contributions::{Contributions, Entry};
pub use email::Email;
pub use error::{ApiError, ErrorBody, ErrorCode, Unexpected};
pub use error_shape::ErrorShape;
pub use hooks::{
    About, After, Before, Event, Events, EveryInTransaction, Exchange, Happened, Hook, HookError, InTransaction, On,
    PathPattern, RequestRefused, Stop, UserCreated, UserDeleted, When,
};
pub use http::{
    ApiReference, CSRF_FIELD, ClientAddress, Csrf, FormBody, JsonBody, QueryParams, SessionBody, UserBody, form_pairs,
};
pub use metrics::Metrics;
pub use mount::{Mount, StartError, route_at};
pub use order::Order;
pub use plugin::{Plugin, PluginId};
pub use random::{NoRandomness, Random, SystemRandom};
pub use rate_limit::{MemoryStore, RateLimit, RateLimitStore, Verdict};
pub use secret::{Keys, OpenError, Sealing, Secret, digest};
