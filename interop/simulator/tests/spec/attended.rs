//! What is found once somebody signs in.

use std::sync::Arc;

use auth_core::Auth;
use auth_doctor::{Doctor, Examination, Rule, Step, Trial};
use auth_mcp::{McpGuard, ToolScopes};
use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use client_simulator::{Account, Key};
use http::{StatusCode, header};
use serde_json::json;

use crate::deployment::{Deployment, answers, deployed, mcp, rewritten};

fn tools(auth: &Auth) -> Router {
    let scopes = ToolScopes::new().open("echo").tool("add_note", "notes:write");
    let guard = auth.handle::<McpGuard>().unwrap().tools(scopes).unwrap();
    Router::new().route("/mcp", any(answers)).route_layer(guard)
}

async fn behind<F>(proxy: impl Fn(Request, Next) -> F + Clone + Send + Sync + 'static) -> Deployment
where
    F: Future<Output = Response> + Send + 'static,
{
    deployed(mcp(), tools, proxy).await
}

/// The way of one client, with somebody who allows everything.
async fn walked(server: &Deployment, client: &str) -> Examination {
    let alice = Account::signed_up(&server.url.join("/api/auth/").unwrap(), "Alice").await.unwrap();
    let trial = Trial { open: ("echo".to_owned(), json!({})), scoped: ("add_note".to_owned(), json!({})) };
    let key = Arc::new(Key::new().unwrap());
    let doctor = Doctor::new().unwrap().only(&[client.to_owned()]).attended(Arc::new(alice), trial, key);
    doctor.examine(&server.url).await.unwrap()
}

fn ends_at(found: &Examination, step: Step, rule: Rule) {
    let (at, failure) = found.reports[0].failure().unwrap_or_else(|| panic!("{found}"));
    assert_eq!((at, failure.rule), (step, rule), "{found}");
}

fn is_at(request: &Request, path: &str) -> bool {
    request.uri().path() == path
}

#[tokio::test]
async fn a_sound_server_lets_a_client_go_to_the_end() {
    let server = behind(|request, next| next.run(request)).await;

    let found = walked(&server, "cursor").await;

    assert!(found.is_sound(), "{found}");
    assert_eq!(found.reports[0].steps.len(), Step::ALL.len());
}

#[tokio::test]
async fn an_answer_without_its_issuer() {
    let server = behind(async |request: Request, next: Next| {
        let is_meant = is_at(&request, "/api/auth/oauth2/consent");
        let response = next.run(request).await;
        if is_meant { rewritten(response, |text| text.replace("iss=", "issuer=")).await } else { response }
    })
    .await;

    ends_at(&walked(&server, "specification").await, Step::Authorization, Rule::Iss);
}

#[tokio::test]
async fn tokens_without_a_refresh_token() {
    let server = behind(async |request: Request, next: Next| {
        let is_meant = is_at(&request, "/api/auth/oauth2/token");
        let response = next.run(request).await;
        if is_meant { rewritten(response, |text| text.replace("refresh_token", "other_token")).await } else { response }
    })
    .await;

    ends_at(&walked(&server, "cursor").await, Step::Token, Rule::RefreshToken);
}

#[tokio::test]
async fn tokens_that_a_cache_may_keep() {
    let server = behind(async |request: Request, next: Next| {
        let mut response = next.run(request).await;
        response.headers_mut().remove(header::CACHE_CONTROL);
        response
    })
    .await;

    ends_at(&walked(&server, "cursor").await, Step::Token, Rule::NoStore);
}

#[tokio::test]
async fn calls_that_lose_their_token() {
    let server = behind(async |mut request: Request, next: Next| {
        request.headers_mut().remove(header::AUTHORIZATION);
        next.run(request).await
    })
    .await;

    ends_at(&walked(&server, "cursor").await, Step::Call, Rule::Call);
}

#[tokio::test]
async fn a_refusal_that_does_not_say_what_is_needed() {
    let server = behind(async |request: Request, next: Next| {
        let response = next.run(request).await;
        let is_refusal = response.status() == StatusCode::FORBIDDEN;
        if is_refusal { StatusCode::FORBIDDEN.into_response() } else { response }
    })
    .await;

    ends_at(&walked(&server, "cursor").await, Step::StepUp, Rule::StepUp);
}

#[tokio::test]
async fn refreshes_at_once_of_which_one_counts() {
    let strict = mcp().provider(|provider| provider.replay_window(0));
    let server = deployed(strict, tools, |request, next| next.run(request)).await;

    ends_at(&walked(&server, "claude code").await, Step::Refresh, Rule::Refresh);
}

#[tokio::test]
async fn a_revocation_that_goes_nowhere() {
    let server = behind(async |request: Request, next: Next| {
        let is_meant = is_at(&request, "/api/auth/oauth2/revoke");
        if is_meant { StatusCode::OK.into_response() } else { next.run(request).await }
    })
    .await;

    ends_at(&walked(&server, "cursor").await, Step::Revocation, Rule::Revocation);
}
