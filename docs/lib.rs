//! The pages of this folder, so that their Rust compiles: `cargo test --doc -p docs`
//!
//! `cargo xtask docs --check` finds a page that is missing here.
#![cfg(doctest)]

#[doc = include_str!("guides/adopting-better-auth.md")]
mod adopting_better_auth {}

#[doc = include_str!("guides/behind-a-proxy.md")]
mod behind_a_proxy {}

#[doc = include_str!("guides/clients-and-resources.md")]
mod clients_and_resources {}

#[doc = include_str!("guides/enterprise.md")]
mod enterprise {}

#[doc = include_str!("guides/first-mcp-server.md")]
mod first_mcp_server {}

#[doc = include_str!("guides/migrating.md")]
mod migrating {}

#[doc = include_str!("guides/observing.md")]
mod observing {}

#[doc = include_str!("guides/your-own-pages.md")]
mod your_own_pages {}
