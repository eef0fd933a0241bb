//! The browser: redirects, cookies, forms.

use auth_core::plugins;
use auth_testkit::{TestApp, Visit};
use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};

async fn cookies(headers: HeaderMap) -> String {
    headers.get(header::COOKIE).map_or("none", |value| value.to_str().unwrap()).to_owned()
}

fn routes() -> Router {
    Router::new()
        .route("/set", get(([(header::SET_COOKIE, "a=1; Path=/; Max-Age=60")], Redirect::to("/hop"))))
        .route("/hop", get(Redirect::to("/cookies")))
        .route("/cookies", get(cookies))
        .route("/out", get(Redirect::to("http://127.0.0.1:9/callback?code=a-long-code")))
        .route("/loop", get(Redirect::to("/loop")))
        .route("/search", get((StatusCode::OK, axum::response::Html("<form><input name=q></form>"))))
}

async fn app() -> TestApp {
    TestApp::builder().plugins(plugins![]).routes(|_| routes()).build().await
}

#[tokio::test]
async fn redirects_are_followed_within_the_app_with_the_cookies_set_on_the_way() {
    let app = app().await;
    let browser = app.browser();

    let page = browser.get("/set").await.page();

    assert_eq!(page.url.path(), "/cookies");
    assert_eq!(page.text(), "a=1");
    assert_eq!(app.browser().get("/cookies").await.page().text(), "none");
}

#[tokio::test]
async fn a_cookie_ends_with_the_time_of_the_app() {
    let app = app().await;
    let browser = app.browser();
    browser.get("/set").await;

    app.clock.advance(std::time::Duration::from_mins(1));

    assert_eq!(browser.get("/cookies").await.page().text(), "none");
}

#[tokio::test]
async fn a_foreign_url_is_returned_and_not_asked() {
    let app = app().await;

    let Visit::Away(url) = app.browser().get("/out").await else { panic!("a page") };

    assert_eq!(url.as_str(), "http://127.0.0.1:9/callback?code=a-long-code");
    assert!(app.secrets().iter().any(|known| known.value == "a-long-code"));
}

#[tokio::test]
#[should_panic(expected = "the redirects never end")]
async fn endless_redirects_end() {
    app().await.browser().get("/loop").await;
}

#[tokio::test]
async fn a_form_without_a_method_is_sent_as_a_query() {
    let app = app().await;
    let browser = app.browser();
    let page = browser.get("/search?old=1").await.page();

    let found = browser.fills(page.form(), &[("q", "a b")], "").await.page();

    assert_eq!(found.url.query(), Some("q=a+b"));
}
