//! The use cases: sign-up, sign-in.

mod entry;
mod sign_in;
mod sign_up;
mod tries;

pub(crate) use entry::{Entered, Visit};
pub(crate) use sign_in::sign_in;
pub(crate) use sign_up::{NewPerson, sign_up};
