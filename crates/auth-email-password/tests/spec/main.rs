//! Sign-up and sign-in with e-mail and password, through the front door.
#![cfg(test)]

mod app;
mod bodies;
mod browser;
mod change_password;
mod continuation;
mod enumeration;
mod events;
mod limits;
mod options;
mod pages;
mod passwords;
mod sign_in;
mod sign_up;
