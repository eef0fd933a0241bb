//! The endpoints and the pages.

mod answer;
pub(crate) mod change_password;
pub(crate) mod delete_user;
mod form;
mod members;
pub(crate) mod sign_in;
pub(crate) mod sign_in_page;
pub(crate) mod sign_up;
pub(crate) mod sign_up_page;
