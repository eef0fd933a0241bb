#![doc = include_str!("../README.md")]

pub mod entity;
mod log;
mod plugin;
mod refusals;
mod store;

pub use plugin::EventLog;
