//! The one stylesheet, under a path that changes with its content.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};

const CSS: &str = include_str!("../templates/auth.css");

/// The route of the stylesheet, at the origin.
pub(crate) const ROUTE: &str = "/auth-assets/{file}";

/// The stylesheet's file name and path: `/auth-assets/<digest>.css`.
#[derive(Clone, Debug)]
pub(crate) struct Stylesheet {
    file: Arc<str>,
    path: Arc<str>,
}

impl Stylesheet {
    /// Names the embedded stylesheet after its content.
    pub(crate) fn embedded() -> Self {
        let digest = auth_core::digest(CSS);
        let name: String = digest.chars().filter(char::is_ascii_alphanumeric).skip("sha256".len()).take(16).collect();
        let file = format!("{name}.css");
        Self { path: ROUTE.replace("{file}", &file).into(), file: file.into() }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

/// Serves the stylesheet of the built-in pages, to be kept forever: its path changes with it.
///
/// Any other name is 404, so that no cache ever keeps one version under the name of another.
#[utoipa::path(
    get, path = "/auth-assets/{file}", tag = "pages",
    params(("file" = String, Path, description = "The name the pages link to")),
    responses(
        (status = 200, description = "The stylesheet", content_type = "text/css", body = String),
        (status = 404, description = "No such file"),
    )
)]
pub(crate) async fn stylesheet(State(current): State<Stylesheet>, Path(file): Path<String>) -> Response {
    if *current.file != *file {
        return StatusCode::NOT_FOUND.into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, CSS).into_response()
}
