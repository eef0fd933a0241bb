//! What operators do while the app runs: clients, consents, resources, initial access tokens.

pub(crate) mod clients;
pub(crate) mod consents;
pub(crate) mod initial_access;
pub(crate) mod resources;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Serialize;

use crate::error::no_store;

/// An answer in JSON that nobody keeps.
fn told(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    no_store(response.headers_mut());
    response
}

/// That it is done, and nothing else.
fn done() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    no_store(response.headers_mut());
    response
}
