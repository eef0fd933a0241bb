#![doc = include_str!("../README.md")]

mod plugin;
mod stylesheet;
mod templates;

pub use plugin::Pages;
