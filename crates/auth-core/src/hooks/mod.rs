//! What plugins do when something happens elsewhere: events, and hooks around requests.

mod event;
mod request;
mod user;

pub use event::{Event, Events, HookError, InTransaction, On};
pub use request::{After, Before, PathPattern, RequestHooks};
pub use user::UserCreated;
