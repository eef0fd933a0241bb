//! Answers at the client: `state` and `iss` on every one. RFC 6749 §4.1.2.1, RFC 9207 §2.

use auth_protocol::OAuthErrorCode;
use auth_testkit::{Decision, Registration};
use http::StatusCode;
use url::Url;

use super::{error_at_client, gets_with, leads_to, parameter, started};

#[tokio::test]
async fn every_error_comes_with_state_and_issuer() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::public_on_the_web()).await;
    let asks = || client.asks();

    for (request, code) in [
        (asks().without("response_type"), OAuthErrorCode::InvalidRequest),
        (asks().with("response_type", "token"), OAuthErrorCode::UnsupportedResponseType),
        (asks().with("response_mode", "fragment"), OAuthErrorCode::InvalidRequest),
        (asks().without("code_challenge"), OAuthErrorCode::InvalidRequest),
        (asks().with("scope", "a\"b"), OAuthErrorCode::InvalidScope),
        (asks().with("scope", "unknown"), OAuthErrorCode::InvalidScope),
        (asks().with("resource", "https://evil.example/mcp"), OAuthErrorCode::InvalidTarget),
        (asks().with("request", "x"), OAuthErrorCode::RequestNotSupported),
        (asks().with("request_uri", "urn:x"), OAuthErrorCode::RequestUriNotSupported),
        (asks().with("registration", "{}"), OAuthErrorCode::RegistrationNotSupported),
        (asks().with("prompt", "none login"), OAuthErrorCode::InvalidRequest),
        (asks().with("max_age", "-1"), OAuthErrorCode::InvalidRequest),
        (asks().with("nonce", "n".repeat(2000)), OAuthErrorCode::InvalidRequest),
        (asks().with("prompt", "none"), OAuthErrorCode::ConsentRequired),
    ] {
        let error = error_at_client(&app, &alice.browser, &request).await;

        assert_eq!(error.code, code, "{:?}", error.description);
        assert!(error.description.is_some());
    }
    let error = error_at_client(&app, &app.browser(), &asks().with("prompt", "none")).await;
    assert_eq!(error.code, OAuthErrorCode::LoginRequired);
    assert_eq!(alice.denies(&client).await.code, OAuthErrorCode::AccessDenied);
}

#[tokio::test]
async fn the_issuer_of_an_answer_is_that_of_the_metadata() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let metadata = app.get("/.well-known/oauth-authorization-server").await.json();

    for decision in [Decision::Allow, Decision::Deny] {
        let url = alice.walks(&client.asks(), decision).await;

        assert_eq!(parameter(&url, "iss").as_deref(), metadata["issuer"].as_str());
    }
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
}

#[tokio::test]
async fn a_request_without_state_is_answered_without_one() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    for request in [client.asks().without("state"), client.asks().with("state", "")] {
        let allowed = alice.walks(&request, Decision::Allow).await;
        let refused = error_at_client(&app, &alice.browser, &request.without("state").with("scope", "unknown")).await;

        assert!(parameter(&allowed, "code").is_some());
        assert_eq!(parameter(&allowed, "state"), None, "{allowed}");
        assert_eq!(refused.code, OAuthErrorCode::InvalidScope);
    }
}

#[tokio::test]
async fn a_state_comes_back_character_for_character() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    for state in ["a b+c%20d&e=f#g", "é 漢 🦀", "{\"a\":[1]}", "\\\"'<script>", &"x".repeat(4096)] {
        let request = client.asks().with("state", state);
        alice.allows(&request).await;
        error_at_client(&app, &alice.browser, &request.with("scope", "unknown")).await;
    }
}

#[tokio::test]
async fn a_redirect_uri_keeps_its_query_in_every_answer() {
    let app = started().await;
    let alice = app.alice().await;
    let uri = "https://client.example/cb?tenant=1&x=a%20b";
    let client = app.registers(Registration::public().redirect_uri(uri)).await;

    let code = alice.authorizes(&client).await;
    let request = client.asks().with("prompt", "consent");
    let url = alice.walks(&request, auth_testkit::Decision::Deny).await;
    let error = request.reads(&url).unwrap_err();

    assert_eq!(code.redirect_uri, uri);
    assert_eq!(error.code, OAuthErrorCode::AccessDenied);
}

#[tokio::test]
async fn an_answer_is_not_kept_and_sends_no_referrer() {
    let app = started().await;
    let client = app.registers_client().await;
    let request = client.asks().with("prompt", "none");

    let answer = app.browser().fetches(request.url().as_str()).await;

    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn no_header_of_a_request_changes_where_an_answer_goes() {
    let app = started().await;
    let client = app.registers_client().await;
    let silent = client.asks().with("prompt", "none");
    for headers in [
        [("host", "evil.example"), ("x-forwarded-proto", "https")],
        [("x-forwarded-host", "evil.example"), ("x-original-url", "https://evil.example/")],
        [("forwarded", "host=evil.example"), ("referer", "https://evil.example/")],
    ] {
        let error = gets_with(&app.browser(), &silent.url(), &headers).await;
        let waits = gets_with(&app.browser(), &client.asks().url(), &headers).await;

        assert!(silent.reads(&leads_to(&error)).is_err());
        let location = waits.location().unwrap();
        assert!(location.starts_with("/sign-in?interaction="), "{location}");
        assert!(!location.contains("evil"), "{location}");
    }
}

#[tokio::test]
async fn no_origin_may_read_an_answer() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    for origin in ["https://evil.example", "null", "http://localhost:3000"] {
        let answer = gets_with(&alice.browser, &client.asks().url(), &[("origin", origin)]).await;

        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{origin}");
    }
}

#[tokio::test]
async fn a_client_without_a_state_of_its_own_still_gets_the_issuer_with_a_denial() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    let url: Url = alice.walks(&client.asks().without("state"), Decision::Deny).await;

    let names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["error", "error_description", "iss"]);
}
