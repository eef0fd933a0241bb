//! What plugins do when something happens elsewhere: events, and hooks around requests.

mod event;
mod list;
mod request;
mod user;

pub use event::{Event, Events, HookError, InTransaction, On};
pub use list::{Hook, When};
pub use request::{After, Before, Exchange, PathPattern, Stop};
pub use user::{UserCreated, UserDeleted};
