//! The merged API description, and a page to browse it that loads nothing from the network.

use axum::Router;
use axum::response::IntoResponse as _;
use axum::routing::get;
use http::{HeaderValue, header};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Serves the description as bytes made once, and the page that shows it.
pub(crate) fn routes(base_path: &str, openapi: &OpenApi) -> Result<Router, serde_json::Error> {
    let document = axum::body::Bytes::from(openapi.to_pretty_json()?);
    let path = format!("{base_path}/openapi.json");
    let ui = SwaggerUi::new(format!("{base_path}/reference")).config(Config::from(path.clone()));
    Ok(Router::new()
        .route(
            &path,
            get(move || {
                let document = document.clone();
                async move {
                    let json = HeaderValue::from_static("application/json");
                    ([(header::CONTENT_TYPE, json)], document).into_response()
                }
            }),
        )
        .merge(ui))
}
