//! The endpoints and the pages.

mod answer;
mod form;
mod members;
pub(crate) mod sign_in;
pub(crate) mod sign_in_page;
pub(crate) mod sign_up;
pub(crate) mod sign_up_page;
