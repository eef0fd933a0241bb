//! Enterprise-managed authorization through its front door: an identity provider over https, a client, and an MCP
//! endpoint behind its guard.

// Futures of tests lie deep in each other.
#![recursion_limit = "256"]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "these steps stand outside test functions, and are tests all the same"
)]

mod accounts;
mod claims;
mod creation;
mod grant;
mod keys;
mod options;
mod replay;
mod scope;
mod world;
