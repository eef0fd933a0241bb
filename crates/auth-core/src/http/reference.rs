//! The merged API description, and a page to browse it that loads nothing from the network.

use axum::Router;
use axum::response::IntoResponse as _;
use axum::routing::get;
use http::{HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The page runs its own script, and nothing of it may come from or go anywhere else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The paths that are taken: the description, the page, and the parts of the page.
pub(crate) fn paths(base_path: &str) -> [String; 4] {
    ["openapi.json", "reference", "reference/", "reference/{*rest}"].map(|path| format!("{base_path}/{path}"))
}

/// Serves the description as bytes made once, and the page that shows it.
pub(crate) fn routes(base_path: &str, openapi: &OpenApi) -> Result<Router, serde_json::Error> {
    let document = axum::body::Bytes::from(openapi.to_pretty_json()?);
    let [path, page, ..] = paths(base_path);
    // Without this the page sends the description's address to a validator elsewhere.
    let config = Config::from(path.clone()).validator_url("none");
    let ui = Router::from(SwaggerUi::new(page).config(config)).route_layer(SetResponseHeaderLayer::overriding(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    ));
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
