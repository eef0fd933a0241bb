#![doc = include_str!("../README.md")]

mod account;
mod key;

pub use account::{Account, SignUpError};
pub use key::{Key, KeyError};
