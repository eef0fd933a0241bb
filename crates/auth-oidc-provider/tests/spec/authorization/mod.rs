//! Everything up to the code: discovery, registration, authorize, sign-in, consent.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "these steps stand outside test functions, and are tests all the same"
)]

mod admission;
mod advertised;
mod answer;
mod changed;
mod claims;
mod consent;
mod consent_json;
mod consent_memory;
mod consent_page;
mod crowds;
mod discovery;
mod expectations;
mod form_post;
mod frames;
mod intents;
mod interaction;
mod issuer;
mod limits;
mod par;
mod parameters;
mod paths;
mod pkce;
mod posted;
mod probes;
mod prompt;
mod redirect_uri;
mod registration;
mod registration_body;
mod resource;
mod resume;
mod scope;
mod sector;
mod vanishing;

use auth_testkit::{Answer, AuthorizationError, AuthorizationRequest, Browser, Page, Registration, TestApp};
use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::Serializer;

/// An app with the provider most tests use.
async fn started() -> TestApp {
    crate::app(crate::provider()).build().await
}

/// Does something, and demands that every row of every table is as it was before.
pub(crate) async fn changing_nothing<T>(app: &TestApp, act: impl AsyncFnOnce() -> T) -> T {
    let before = app.dump_tables().await;
    let done = act().await;
    let after = app.dump_tables().await;
    let new = after.lines().find(|row| !before.lines().any(|old| old == *row));
    assert!(before == after, "something was written: {new:?}");
    done
}

/// Asks for a code; demands an error at the client, with its state and our issuer.
async fn error_at_client(app: &TestApp, browser: &Browser, request: &AuthorizationRequest) -> AuthorizationError {
    let url = request.url();
    let answer = changing_nothing(app, async || browser.fetches(url.as_str()).await).await;
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.describe());
    request.reads(&leads_to(&answer)).expect_err("an error")
}

/// Asks for a code; demands a page of ours, at the URL that was asked for.
async fn error_page(app: &TestApp, browser: &Browser, request: &AuthorizationRequest) -> Page {
    let url = request.url();
    let page = changing_nothing(app, async || browser.get(url.as_str()).await.page()).await;
    assert_eq!(page.url, url, "a redirect");
    assert_eq!(page.answer.status, StatusCode::BAD_REQUEST, "{}", page.describe());
    assert!(page.forms().is_empty() && page.links().is_empty(), "{}", page.describe());
    page
}

/// Asks for a code as somebody who is signed in; demands the consent page.
async fn consent_page(browser: &Browser, request: &AuthorizationRequest) -> Page {
    let page = browser.get(request.url().as_str()).await.page();
    assert_eq!(page.url.path(), "/consent", "{}", page.describe());
    assert_eq!(page.answer.status, StatusCode::OK, "{}", page.describe());
    page
}

/// Asks for a code; demands the sign-in page.
async fn sign_in_page(browser: &Browser, request: &AuthorizationRequest) -> Page {
    let page = browser.get(request.url().as_str()).await.page();
    assert_eq!(page.url.path(), "/sign-in", "{}", page.describe());
    page
}

/// What the server says a consent page is about.
async fn interaction(app: &TestApp, browser: &Browser, page: &Page) -> Value {
    let handle = parameter(&page.url, "consent_code").unwrap();
    let answer = details(app, browser, &handle).await;
    answer.expects(StatusCode::OK).json()
}

async fn details(app: &TestApp, browser: &Browser, handle: &str) -> Answer {
    let mut url = app.endpoint("/oauth2/interaction");
    url.query_pairs_mut().append_pair("consent_code", handle);
    browser.fetches(url.as_str()).await
}

/// The scopes the server would grant, as the consent page gets to know them.
async fn asked_scope(app: &TestApp, browser: &Browser, request: &AuthorizationRequest) -> Vec<String> {
    let page = consent_page(browser, request).await;
    let about = interaction(app, browser, &page).await;
    let scopes = about["scopes"].as_array().unwrap().iter();
    scopes.map(|scope| scope["name"].as_str().unwrap().to_owned()).collect()
}

/// The handle of the request a page is about.
fn handle(page: &Page) -> String {
    let named = ["consent_code", "interaction"].into_iter().find_map(|name| parameter(&page.url, name));
    named.unwrap_or_else(|| panic!("no handle in {}", page.url))
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Where an answer redirects to, which is no path of ours.
fn leads_to(answer: &Answer) -> Url {
    let location = answer.location().unwrap_or_else(|| panic!("no redirect: {}", answer.describe()));
    Url::parse(&location).unwrap_or_else(|error| panic!("a redirect to {location:?}: {error}"))
}

/// Posts a form with the cookies of a browser, and follows nothing.
async fn posts_form(browser: &Browser, url: &Url, origin: Option<&str>, fields: &[(&str, &str)]) -> Answer {
    let mut request = Request::post(url.as_str()).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(origin) = origin {
        request = request.header(header::ORIGIN, origin);
    }
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    browser.sends(request.body(body).unwrap()).await
}

/// Signs in by JSON as a page of ours does.
async fn signs_in_by_json(app: &TestApp, browser: &Browser, email: &str, more: Value) -> Value {
    let name = email.split('@').next().unwrap();
    let mut body = json!({ "email": email, "password": format!("{name}-correct-horse") });
    if let Value::Object(more) = more {
        body.as_object_mut().unwrap().extend(more);
    }
    let answer = browser.post_json(app.endpoint("/sign-in/email").as_str(), &body).await;
    answer.expects(StatusCode::OK).json()
}

/// A GET with headers of its own and the cookies of a browser, following nothing.
async fn gets_with(browser: &Browser, url: &Url, headers: &[(&str, &str)]) -> Answer {
    let request =
        headers.iter().fold(Request::get(url.as_str()), |request, (name, value)| request.header(*name, *value));
    browser.sends(request.body(Body::empty()).unwrap()).await
}

/// A confidential client at this URI.
fn confidential_at(redirect_uri: &str) -> Registration {
    Registration::confidential_basic().redirect_uri(redirect_uri)
}
