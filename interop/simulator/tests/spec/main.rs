//! What the doctor says about real servers: one that is sound, and many that are not.

// Futures of tests lie deep in each other.
#![recursion_limit = "256"]
#![expect(clippy::unwrap_used, reason = "these steps stand outside test functions, and are tests all the same")]

mod broken;
mod deployment;
mod sound;
