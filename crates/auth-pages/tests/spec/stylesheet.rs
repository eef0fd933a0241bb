//! The stylesheet: kept forever under a name that changes with its content. RFC 8246.

use auth_core::Auth;
use auth_core::pages::Pages as _;
use auth_pages::Pages;
use axum::body::Body;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::views;

fn auth() -> Auth {
    Auth::builder("http://localhost:3000").plugin(Pages::new()).assemble().unwrap()
}

async fn get(path: &str) -> Response<Body> {
    auth().router().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
}

/// The path every page links to.
fn linked() -> String {
    let html = Pages::new().sign_in(&views::sign_in());
    let (_, rest) = html.split_once("<link rel=\"stylesheet\" href=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_linked_stylesheet_is_served_to_be_kept() {
    let response = get(&linked()).await;

    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/css; charset=utf-8");
    assert_eq!(response.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert!(!response.headers().contains_key("set-cookie"));
    let css = response.into_body().collect().await.unwrap().to_bytes();
    assert!(css.starts_with(b":root"));
    let css = String::from_utf8(css.to_vec()).unwrap();
    assert!(!css.contains("url(") && !css.contains("@import"), "it loads nothing");
}

#[tokio::test]
async fn no_other_name_is_served() {
    for path in ["/auth-assets/0.css", "/auth-assets/auth.css", "/auth-assets/..%2fCargo.toml", "/auth-assets/"] {
        assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_route_is_described() {
    let auth = auth();

    let path = &auth.openapi().paths.paths["/auth-assets/{file}"];

    assert!(path.get.is_some());
    assert!(linked().starts_with("/auth-assets/"));
}
