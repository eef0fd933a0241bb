//! The use cases: sign-up, sign-in, a new password, the end of an account.

mod change_password;
mod entry;
mod sign_in;
mod sign_up;
mod tries;

pub(crate) use change_password::{change_password, delete_user};
pub(crate) use entry::{Entered, Visit};
pub(crate) use sign_in::sign_in;
pub(crate) use sign_up::{NewPerson, sign_up};
