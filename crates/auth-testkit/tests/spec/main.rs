//! The kit against a small provider that keeps just enough of the contract to be walked through.

mod app;
mod browser;
mod clients;
mod person;
mod provider;
