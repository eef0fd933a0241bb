//! What the doctor says about real servers: one that is sound, and many that are not.

// Futures of tests lie deep in each other.
#![recursion_limit = "256"]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these steps stand outside test functions, and are tests all the same"
)]

mod attended;
mod broken;
mod deployment;
mod sound;
