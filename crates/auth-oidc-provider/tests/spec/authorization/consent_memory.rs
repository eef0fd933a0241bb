//! When a person is asked again. RFC 8252 §8.6, RFC 6819 §5.2.3.2.

use auth_protocol::OAuthErrorCode;
use auth_testkit::{AuthorizationRequest, Decision, Person, Registration, TestApp, Visit};
use serde_json::json;

use super::{confidential_at, consent_page, error_at_client, handle, started};
use crate::{app, provider};

const CURSOR: &str = "cursor://anysphere.cursor-mcp/oauth/callback";

/// Gets a code without seeing a page.
async fn is_not_asked(person: &Person, request: &AuthorizationRequest) {
    match person.browser.get(request.url().as_str()).await {
        Visit::Away(url) => drop(request.reads(&url).unwrap()),
        Visit::Page(page) => panic!("asked: {}", page.describe()),
    }
}

async fn is_asked(person: &Person, request: &AuthorizationRequest) {
    consent_page(&person.browser, request).await;
}

async fn yes(app: &TestApp, registration: Registration) -> (Person, auth_testkit::OAuthClient) {
    let alice = app.alice().await;
    let client = app.registers(registration).await.with_scope("openid mcp:tools");
    alice.authorizes(&client).await;
    (alice, client)
}

#[tokio::test]
async fn a_yes_to_a_confidential_client_is_remembered() {
    let app = started().await;
    let (alice, client) = yes(&app, Registration::confidential_basic()).await;

    is_not_asked(&alice, &client.asks()).await;
    is_not_asked(&alice, &client.asks().with("prompt", "none")).await;
    is_not_asked(&alice, &client.asks().with("scope", "openid")).await;
    let elsewhere = alice.elsewhere();
    elsewhere.signs_in().await;
    is_not_asked(&elsewhere, &client.asks()).await;
    assert_eq!(app.count("oauthConsent").await, 1);
}

#[tokio::test]
async fn a_yes_to_a_confidential_client_on_this_machine_is_remembered() {
    let app = started().await;
    let (alice, client) = yes(&app, confidential_at("http://127.0.0.1:8976/callback")).await;

    is_not_asked(&alice, &client.asks()).await;
}

#[tokio::test]
async fn a_yes_to_a_public_client_on_the_web_is_remembered() {
    let app = started().await;
    let (alice, client) = yes(&app, Registration::public_on_the_web()).await;

    is_not_asked(&alice, &client.asks()).await;
}

#[tokio::test]
async fn a_yes_to_a_public_client_on_this_machine_is_never_remembered() {
    for uri in ["http://127.0.0.1:8976/callback", "http://[::1]:8976/cb", "https://localhost/cb", CURSOR] {
        let app = started().await;
        let (alice, client) = yes(&app, Registration::public().redirect_uri(uri)).await;

        is_asked(&alice, &client.asks()).await;
        let error = error_at_client(&app, &alice.browser, &client.asks().with("prompt", "none")).await;
        assert_eq!(error.code, OAuthErrorCode::ConsentRequired, "{uri}");
        assert_eq!(app.count("oauthConsent").await, 0, "{uri}");
    }
}

#[tokio::test]
async fn a_wider_scope_is_asked_for_again_and_then_remembered_too() {
    let app = started().await;
    let (alice, client) = yes(&app, Registration::confidential_basic()).await;
    let wider = || client.asks().with("scope", "mcp:tools notes:write");

    is_asked(&alice, &wider()).await;
    let error = error_at_client(&app, &alice.browser, &wider().with("prompt", "none")).await;
    assert_eq!(error.code, OAuthErrorCode::ConsentRequired);
    alice.allows(&wider()).await;

    is_not_asked(&alice, &client.asks().with("scope", "openid mcp:tools notes:write")).await;
    assert_eq!(app.count("oauthConsent").await, 1);
}

#[tokio::test]
async fn a_part_that_was_allowed_is_all_that_is_remembered() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = client.asks().with("scope", "openid notes:write");
    let page = consent_page(&alice.browser, &request).await;
    let body = json!({ "accept": true, "consent_code": handle(&page), "scopes": "openid" });
    let answer = alice.browser.post_json(app.endpoint("/oauth2/consent").as_str(), &body).await;
    assert_eq!(answer.status.as_u16(), 200);

    is_asked(&alice, &client.asks().with("scope", "openid notes:write")).await;
}

#[tokio::test]
async fn another_client_of_the_same_name_is_asked_for() {
    let app = started().await;
    let (alice, _) = yes(&app, Registration::confidential_basic()).await;
    let same_name = app.registers(Registration::confidential_basic()).await.with_scope("openid mcp:tools");

    is_asked(&alice, &same_name.asks()).await;
}

#[tokio::test]
async fn another_redirect_host_is_asked_for() {
    let app = started().await;
    let both = json!(["https://client.example/callback", "https://other.example/callback"]);
    let (alice, client) = yes(&app, Registration::confidential_basic().with("redirect_uris", both)).await;

    is_not_asked(&alice, &client.asks()).await;
    is_asked(&alice, &client.asks().with("redirect_uri", "https://other.example/callback")).await;
}

#[tokio::test]
async fn another_resource_is_asked_for() {
    let app = app(provider().resource("/files", ["files:read"])).build().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope("openid mcp:tools");
    let at = |resource: &str| client.clone().with_resource(resource).asks();
    alice.allows(&at("/mcp")).await;

    is_not_asked(&alice, &at("/mcp")).await;
    is_asked(&alice, &at("/files")).await;
    is_asked(&alice, &client.asks()).await;
    is_asked(&alice, &at("/mcp").and("resource", "http://localhost:3000/files")).await;
}

#[tokio::test]
async fn what_one_person_agreed_to_holds_for_nobody_else() {
    let app = started().await;
    let (_, client) = yes(&app, Registration::confidential_basic()).await;
    let bob = app.bob().await;

    is_asked(&bob, &client.asks()).await;
}

#[tokio::test]
async fn a_no_takes_nothing_back_and_adds_nothing() {
    let app = started().await;
    let (alice, client) = yes(&app, Registration::confidential_basic()).await;
    let wider = client.asks().with("scope", "openid notes:write");
    let url = alice.walks(&wider, Decision::Deny).await;
    wider.reads(&url).unwrap_err();

    is_asked(&alice, &client.asks().with("scope", "openid notes:write")).await;
    is_not_asked(&alice, &client.asks()).await;
}

#[tokio::test]
async fn a_client_that_wants_a_question_gets_one_although_the_answer_is_remembered() {
    let app = started().await;
    let (alice, client) = yes(&app, Registration::confidential_basic()).await;
    let request = client.asks().with("prompt", "consent");

    is_asked(&alice, &request).await;
    alice.allows(&request).await;

    is_asked(&alice, &request).await;
    is_not_asked(&alice, &client.asks()).await;
}

/// Chromium applies `form-action` to the whole chain of redirects that follows a post.
#[tokio::test]
async fn after_a_sign_in_a_remembered_yes_leads_straight_to_the_client() {
    let app = started().await;
    let (alice, client) = yes(&app, Registration::confidential_basic()).await;
    let elsewhere = alice.elsewhere();
    let request = client.asks();
    let sign_in = super::sign_in_page(&elsewhere.browser, &request).await;

    let url = elsewhere.answers(&sign_in, Decision::Allow).await.away();

    request.reads(&url).unwrap();
    let again = elsewhere.browser.get(&format!("/api/auth/oauth2/authorize?interaction={}", handle(&sign_in))).await;
    assert!(again.page().text().contains("Already answered"));
}
