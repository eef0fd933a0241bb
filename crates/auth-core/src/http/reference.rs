//! The merged API description, and a page to browse it that loads nothing from the network.

use axum::Router;
use axum::response::IntoResponse as _;
use axum::routing::get;
use http::{HeaderName, HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config as Page, SwaggerUi};

use crate::config::Config;

/// The page runs its own script, and nothing of it may come from or go anywhere else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// How the API reference is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiReference {
    /// Not at all: neither the page nor the document is there.
    Off,
    /// To be read: the page sends no request. The rule where the base URL is public.
    ReadOnly,
    /// To be read and tried out: the page sends real requests with the cookies of whoever reads it.
    /// The rule on this machine.
    TryOut,
}

impl ApiReference {
    /// What holds where the app says nothing.
    pub(crate) fn of(config: &Config) -> Self {
        if config.is_loopback() { Self::TryOut } else { Self::ReadOnly }
    }
}

/// The paths that are taken: the description, the page, and the parts of the page.
pub(crate) fn paths(base_path: &str) -> [String; 4] {
    ["openapi.json", "reference", "reference/", "reference/{*rest}"].map(|path| format!("{base_path}/{path}"))
}

/// Serves the description as bytes made once, and the page that shows it.
pub(crate) fn routes(how: ApiReference, base_path: &str, openapi: &OpenApi) -> Result<Router, serde_json::Error> {
    let methods: &[&str] = match how {
        ApiReference::Off => return Ok(Router::new()),
        ApiReference::ReadOnly => &[],
        ApiReference::TryOut => &["get", "post", "put", "patch", "delete"],
    };
    let document = axum::body::Bytes::from(openapi.to_pretty_json()?);
    let [path, page, ..] = paths(base_path);
    let config = Page::from(path.clone())
        // Without this the page sends the description's address to a validator elsewhere.
        .validator_url("none")
        // A link must not make the page show, and send requests by, another description.
        .query_config_enabled(false)
        .supported_submit_methods(methods.iter().copied())
        .persist_authorization(false)
        // The other layout has a bar that opens any description, and a logo with a style of its own.
        .use_base_layout()
        .deep_linking(true)
        .doc_expansion("list")
        .default_models_expand_depth(0);
    let fixed = |name: HeaderName, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    let ui = Router::from(SwaggerUi::new(page).config(config))
        .route_layer(fixed(header::CONTENT_SECURITY_POLICY, POLICY))
        .route_layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .route_layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
        .route_layer(fixed(header::REFERRER_POLICY, "no-referrer"));
    Ok(Router::new()
        .route(
            &path,
            get(move || {
                let document = document.clone();
                async move {
                    let json = HeaderValue::from_static("application/json");
                    let exact = HeaderValue::from_static("nosniff");
                    ([(header::CONTENT_TYPE, json), (header::X_CONTENT_TYPE_OPTIONS, exact)], document).into_response()
                }
            }),
        )
        .merge(ui))
}
