//! The built-in pages, rendered from views and served over HTTP.

mod consent;
mod forms;
mod hostile;
mod stylesheet;
mod views;
