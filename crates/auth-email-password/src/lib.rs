#![doc = include_str!("../README.md")]

mod accounts;
mod callback;
mod error;
mod flow;
mod hashing;
mod http;
mod options;
mod password;
mod plugin;
mod store;

pub use options::EmailPassword;
