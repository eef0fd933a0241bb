//! What operators do while the app runs, and owners to the clients they have registered.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "these steps stand outside test functions, and are tests all the same"
)]

mod access;
mod clients;
mod consents;
mod events;
mod owners;
mod resource_servers;
mod resources;
mod secrets;

use auth_core::session::SignedIn;
use auth_oidc_provider::{AdministrativeAction, OidcProvider};
use auth_testkit::{Answer, OAuthClient, Person, TestApp};
use axum::body::Body;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::{app, provider};

const CALLBACK: &str = "https://client.example/callback";

/// Whoever has Olga's address is an operator.
fn is_olga(who: &SignedIn, _: AdministrativeAction<'_>) -> bool {
    who.user.email == "olga@example.com"
}

fn administered() -> OidcProvider {
    provider().administration(is_olga)
}

async fn started() -> (TestApp, Person) {
    let app = app(administered()).build().await;
    let olga = olga(&app).await;
    (app, olga)
}

async fn olga(app: &TestApp) -> Person {
    let olga = app.person("Olga", "olga@example.com");
    olga.signs_up().await;
    olga
}

/// Asks as a script of the app's own pages does.
async fn asks(person: &Person, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/auth/oauth2{path}"))
        .header("origin", "http://localhost:3000")
        .header("sec-fetch-site", "same-origin");
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    };
    person.browser.sends(request.unwrap()).await
}

async fn gets(person: &Person, path: &str) -> Answer {
    asks(person, Method::GET, path, None).await
}

async fn patches(person: &Person, path: &str, body: Value) -> Answer {
    asks(person, Method::PATCH, path, Some(&body)).await
}

/// Posts, and demands that something was made.
async fn makes(person: &Person, path: &str, body: Value) -> Value {
    let answer = asks(person, Method::POST, path, Some(&body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.describe());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.json()
}

/// A confidential client that people sign in to.
fn web() -> Value {
    json!({
        "client_name": "Desk", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
    })
}

/// The client that an answer is about.
fn client(app: &TestApp, answer: &Value) -> OAuthClient {
    let client = OAuthClient::known(app, answer["client_id"].as_str().unwrap(), CALLBACK);
    match answer["client_secret"].as_str() {
        Some(secret) => client.with_secret(secret),
        None => client,
    }
}

fn at(answer: &Value) -> String {
    format!("/clients/{}", answer["client_id"].as_str().unwrap())
}

#[track_caller]
fn is_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &json!(code)), "{}", answer.describe());
}

/// Every route there is, with a body that would do where one is needed.
fn routes(client_id: &str, user_id: &str, resource: &str) -> Vec<(Method, String, Option<Value>)> {
    let one = format!("/clients/{client_id}");
    vec![
        (Method::GET, "/clients".to_owned(), None),
        (Method::POST, "/clients".to_owned(), Some(web())),
        (Method::GET, one.clone(), None),
        (Method::PATCH, one.clone(), Some(json!({"client_name": "Other"}))),
        (Method::POST, format!("{one}/rotate-secret"), Some(json!({}))),
        (Method::DELETE, one, None),
        (Method::GET, format!("/consents?user_id={user_id}"), None),
        (Method::DELETE, format!("/consents/{client_id}/{user_id}"), None),
        (Method::GET, "/resources".to_owned(), None),
        (Method::POST, "/resources".to_owned(), Some(json!({"identifier": "https://new.example"}))),
        (Method::PATCH, format!("/resources/{resource}"), Some(json!({"disabled": true}))),
        (Method::POST, "/initial-access-tokens".to_owned(), Some(json!({}))),
    ]
}
