#![doc = include_str!("../README.md")]

mod address;
mod development;
mod error;
mod fetch;
mod form;
mod options;
mod resolver;
mod target;

pub use address::{is_loopback, is_public};
pub use development::{DevelopmentHosts, InvalidDevelopmentHosts};
pub use error::{OutboundError, UrlRefusal};
pub use fetch::{Fetched, Outbound};
pub use form::Form;
pub use options::{DEFAULT_BODY_LIMIT, DEFAULT_TIMEOUT, OutboundOptions};
pub use resolver::Lookup;
