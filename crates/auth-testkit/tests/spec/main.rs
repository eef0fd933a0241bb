//! The kit against a small provider that keeps just enough of the contract to be walked through.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "handlers of the provider stand outside test functions, and are tests all the same"
)]

mod app;
mod browser;
mod clients;
mod database;
mod person;
mod provider;
