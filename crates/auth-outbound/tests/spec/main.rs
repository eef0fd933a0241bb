//! What the guarded client reaches, and what it refuses to.
#![cfg(test)]

mod addresses;
mod answers;
mod forms;
mod server;
