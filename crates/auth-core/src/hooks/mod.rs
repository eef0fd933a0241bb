//! What plugins do when something happens elsewhere: events, and hooks around requests.

mod calling;
mod event;
mod every;
mod list;
mod refused;
mod request;
mod user;

pub use event::{Event, Events, HookError, InTransaction, On};
pub use every::{About, EveryInTransaction, Happened};
pub use list::{Hook, When};
pub use refused::RequestRefused;
pub use request::{After, Before, Exchange, PathPattern, Stop};
pub use user::{UserCreated, UserDeleted};
