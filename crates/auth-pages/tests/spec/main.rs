//! The built-in pages, rendered from views and served over HTTP.
#![cfg(test)]

mod consent;
mod forms;
mod hostile;
mod stylesheet;
mod views;
