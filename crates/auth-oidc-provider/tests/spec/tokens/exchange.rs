//! Authorization code grant at the token endpoint. RFC 6749 §4.1.3, OAuth 2.1 §4.1.3, RFC 7636 §4.6.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::Registration;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::{AS_FORM, SCOPE, SECOND, are_alive, are_dead, deletes, form, is_refused, posts, redeems, revoked_grants};
use super::{with_code, with_tokens};
use crate::{app, provider};

#[tokio::test]
async fn a_code_gives_tokens_in_the_shape_of_rfc_6749() {
    let (_app, client, code) = with_code().await;

    let answer = client.exchanges(&code).await;

    let tokens = answer.succeeds();
    assert_eq!(tokens.json["token_type"], "Bearer");
    assert_eq!(tokens.json["expires_in"], 3600);
    assert_eq!(tokens.json["scope"], SCOPE);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("pragma"), Some("no-cache"), "RFC 6749 §5.1");
    assert_eq!(tokens.json.as_object().unwrap().len(), 6, "no nulls, nothing else: {}", tokens.json);
    are_alive(&client, &tokens).await;
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_everything_it_gave() {
    let (app, client, code) = with_code().await;
    let first = client.exchanges(&code).await.succeeds();
    let second = client.refreshes(first.refresh()).await.succeeds();
    are_alive(&client, &second).await;

    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);

    assert_eq!(revoked_grants(&app).await, 1, "RFC 6749 §4.1.2: revoke what the code gave");
    are_dead(&client, &first).await;
    are_dead(&client, &second).await;
    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);
}

#[tokio::test]
async fn a_replayed_code_ends_no_other_grant() {
    let (app, client, code) = with_code().await;
    let replayed = client.exchanges(&code).await.succeeds();
    let bob = app.bob().await;
    let others = client.exchanges(&bob.authorizes(&client).await).await.succeeds();

    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);

    are_dead(&client, &replayed).await;
    are_alive(&client, &others).await;
}

#[tokio::test]
async fn a_code_works_until_the_end_of_its_minute() {
    let (app, client, code) = with_code().await;

    app.clock.advance(Duration::from_secs(59));

    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn a_code_is_worth_nothing_after_its_minute() {
    let (app, client, code) = with_code().await;
    app.clock.advance(Duration::from_mins(1));
    let before = app.dump_tables().await;

    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);

    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn a_code_lives_as_long_as_the_app_says() {
    let app = app(provider().code_expires_in(5)).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let (first, second) = (alice.authorizes(&client).await, alice.authorizes(&client).await);

    app.clock.advance(Duration::from_secs(4));
    client.exchanges(&first).await.succeeds();
    app.clock.advance(SECOND);

    client.exchanges(&second).await.fails_with(OAuthErrorCode::InvalidGrant);
}

#[tokio::test]
async fn another_client_can_neither_redeem_nor_burn_a_code() {
    let (app, client, code) = with_code().await;
    let other = app.registers(Registration::confidential_basic()).await;
    let public = app.registers(Registration::public_on_the_web()).await;
    let before = app.dump_tables().await;

    other.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);
    public.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);

    assert_eq!(app.dump_tables().await, before);
    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn another_client_cannot_revoke_anything_with_a_used_code() {
    let (app, client, code) = with_code().await;
    let tokens = client.exchanges(&code).await.succeeds();
    let other = app.registers(Registration::confidential_basic()).await;
    let before = app.dump_tables().await;

    other.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);
    // Neither can somebody who has learnt the code and is the client, but lacks the verifier.
    let stranger = "a".repeat(43);
    client.exchanges_with(&code, &[("code_verifier", &stranger)]).await.fails_with(OAuthErrorCode::InvalidGrant);

    assert_eq!(app.dump_tables().await, before);
    are_alive(&client, &tokens).await;
}

#[tokio::test]
async fn the_code_of_a_confidential_client_needs_its_authentication() {
    let (app, client, code) = with_code().await;
    let before = app.dump_tables().await;
    let mut fields = redeems(&code);
    fields.push(("client_id", &client.client_id));

    let answer = posts(&app, "/oauth2/token", &[AS_FORM], form(&fields)).await;

    is_refused(&answer, 401, OAuthErrorCode::InvalidClient);
    assert_eq!(app.dump_tables().await, before);
    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn the_code_of_somebody_who_was_deleted_is_refused() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let code = alice.authorizes(&client).await;
    deletes(&app, &alice).await;
    let before = app.dump_tables().await;

    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);

    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn a_code_does_not_outlive_the_session_it_was_given_in() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let code = alice.authorizes(&client).await;
    alice.signs_out().await;
    // Another session of the same person does not help.
    alice.elsewhere().signs_in().await;
    let before = app.dump_tables().await;

    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);

    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn the_handle_of_a_request_that_waits_for_consent_is_no_code() {
    let app = app(provider()).build().await;
    let client = app.registers_client().await;
    let verifier = "v".repeat(43);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
    let request = client.asks().with("code_challenge", URL_SAFE_NO_PAD.encode(digest));
    let page = app.alice().await.browser.get(request.url().as_str()).await.page();
    let handle = page.form().value("consent_code").unwrap();
    let before = app.dump_tables().await;

    for code in [handle.to_owned(), format!("ac_{handle}")] {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("redirect_uri", &client.redirect_uri),
            ("code_verifier", &verifier),
        ];
        client.posts("/oauth2/token", &fields).await.fails_with(OAuthErrorCode::InvalidGrant);
    }

    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn a_code_needs_the_verifier_of_its_challenge() {
    let (app, client, code) = with_code().await;
    let before = app.dump_tables().await;
    let challenge = {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, code.verifier.as_bytes());
        URL_SAFE_NO_PAD.encode(digest)
    };
    let long = "a".repeat(129);
    let truncated: String = code.verifier.chars().take(42).collect();
    let padded = format!("{}=", code.verifier);
    let illegal = format!("{}!", &code.verifier);
    let lower = code.verifier.to_ascii_lowercase();
    let wrong = "a".repeat(43);

    // An empty value leaves the parameter out.
    for verifier in ["", &*truncated, &long, &padded, &illegal, &lower, &wrong, &challenge] {
        let answer = client.exchanges_with(&code, &[("code_verifier", verifier)]).await;
        is_refused(&answer, 400, OAuthErrorCode::InvalidGrant);
    }

    assert_eq!(app.dump_tables().await, before);
    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn the_redirect_uri_is_repeated_as_it_was_sent() {
    let (app, client, code) = with_code().await;
    let before = app.dump_tables().await;
    let slash = format!("{}/", code.redirect_uri);
    let upper = code.redirect_uri.to_ascii_uppercase();

    // An empty value leaves the parameter out.
    for uri in ["", "https://evil.example/callback", &*slash, &upper, "https://client.example:443/callback"] {
        let answer = client.exchanges_with(&code, &[("redirect_uri", uri)]).await;
        is_refused(&answer, 400, OAuthErrorCode::InvalidGrant);
    }

    assert_eq!(app.dump_tables().await, before);
    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn the_port_of_a_loopback_redirect_is_repeated_too() {
    let app = app(provider()).build().await;
    let client = app.registers_client().await;
    let request = client.asks().with("redirect_uri", "http://127.0.0.1:51234/callback");
    let code = app.alice().await.allows(&request).await;

    let registered = client.exchanges_with(&code, &[("redirect_uri", &client.redirect_uri)]).await;

    registered.fails_with(OAuthErrorCode::InvalidGrant);
    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn a_redirect_uri_that_was_not_sent_is_not_repeated() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope("mcp:tools");
    let request = client.asks().without("redirect_uri");
    let code = app.alice().await.allows(&request).await;

    let evil = client.exchanges_with(&code, &[("redirect_uri", "https://evil.example/callback")]).await;

    evil.fails_with(OAuthErrorCode::InvalidGrant);
    assert_eq!(client.exchanges(&code).await.succeeds().scopes(), ["mcp:tools"]);
}

#[tokio::test]
async fn a_client_uses_only_the_grants_it_registered() {
    let app = app(provider()).build().await;
    let only_codes = Registration::confidential_basic().with("grant_types", json!(["authorization_code"]));
    let client = app.registers(only_codes).await;
    let code = app.alice().await.authorizes(&client).await;

    let tokens = client.exchanges(&code).await.succeeds();
    let (_app, _client, others) = with_tokens().await;

    assert_eq!(tokens.refresh_token, None);
    client.refreshes(others.refresh()).await.fails_with(OAuthErrorCode::UnauthorizedClient);
}

#[tokio::test]
async fn a_grant_that_is_not_offered_is_refused() {
    let (app, client, code) = with_code().await;
    let before = app.dump_tables().await;

    for grant_type in ["password", "implicit", "AUTHORIZATION_CODE", "authorization_code "] {
        let answer = client.exchanges_with(&code, &[("grant_type", grant_type)]).await;
        is_refused(&answer, 400, OAuthErrorCode::UnsupportedGrantType);
    }

    assert_eq!(app.dump_tables().await, before);
    client.exchanges(&code).await.succeeds();
}
