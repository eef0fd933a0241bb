//! The framework through the front door: a builder with tiny plugins, and requests to its router.
#![cfg(test)]

mod address;
mod app;
mod bodies;
mod complaints;
mod cors;
mod description;
mod events;
mod failures;
mod hooks;
mod limits;
mod metrics;
mod origin;
mod plugins;
mod queries;
mod reference;
mod requests;
mod routes;
mod schema;
mod session;
mod sign_out;
mod sliding;
mod start;
