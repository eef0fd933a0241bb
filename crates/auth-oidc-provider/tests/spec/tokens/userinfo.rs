//! Userinfo. OpenID Connect Core §5.3, RFC 6750 §2 and §3.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::{Answer, Registration, TestApp};
use axum::body::Body;
use http::{Method, Request};
use serde_json::json;

use super::{AS_FORM, HOUR, SECOND, START, deletes, disables, form, posts, with_code, with_tokens};
use crate::{app, provider};

/// Asks with these `Authorization` headers.
async fn asks(app: &TestApp, method: Method, headers: &[&str]) -> Answer {
    let mut request = Request::builder().method(method).uri(app.endpoint("/oauth2/userinfo").as_str());
    for header in headers {
        request = request.header("authorization", *header);
    }
    app.request(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn get_and_post_tell_who_the_person_is() {
    let (app, client, tokens) = with_tokens().await;
    let got = asks(&app, Method::GET, &[&format!("Bearer {}", tokens.access_token)]).await;
    // RFC 9110 §11.1: the scheme in any case.
    let posted = asks(&app, Method::POST, &[&format!("bEARER {}", tokens.access_token)]).await;

    let sub = client.introspects(&tokens.access_token).await.is_ok()["sub"].clone();
    assert_eq!(
        got.json(),
        json!({
            "sub": sub, "name": "Alice", "updated_at": START,
            "email": "alice@example.com", "email_verified": false,
        })
    );
    assert_eq!(posted.json(), got.json());
    for answer in [got, posted] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn a_scope_opens_its_claims_only() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;

    for (scope, members) in [
        ("openid", &["sub"][..]),
        ("openid profile", &["name", "sub", "updated_at"]),
        ("openid email", &["email", "email_verified", "sub"]),
        ("openid mcp:tools offline_access", &["sub"]),
    ] {
        let code = alice.authorizes(&client.clone().with_scope(scope)).await;
        let tokens = client.exchanges(&code).await.succeeds();
        let claims = client.userinfo(&tokens.access_token).await.is_ok();
        let mut told: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
        told.sort_unstable();
        assert_eq!(told, members, "{scope}");
    }
}

#[tokio::test]
async fn a_narrowed_token_tells_less() {
    let (_app, client, tokens) = with_tokens().await;

    let narrow = client.refreshes_with(tokens.refresh(), &[("scope", "openid")]).await.succeeds();

    let claims = client.userinfo(&narrow.access_token).await.is_ok();
    assert_eq!(claims.as_object().unwrap().len(), 1, "{claims}");
}

#[tokio::test]
async fn without_a_token_the_challenge_names_no_error() {
    let app = app(provider()).build().await;
    let basic = "Basic YWxpY2U6eA==";

    for headers in [&[][..], &[basic]] {
        for method in [Method::GET, Method::POST] {
            let answer = asks(&app, method, headers).await;
            assert_eq!(answer.status, 401, "{}", answer.describe());
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "RFC 6750 §3");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }
}

#[tokio::test]
async fn a_malformed_header_is_an_invalid_request() {
    let (app, _client, tokens) = with_tokens().await;
    let bearer = format!("Bearer {}", tokens.access_token);
    let two = format!("Bearer {} {}", tokens.access_token, tokens.access_token);
    let long = format!("Bearer {}", "x".repeat(1024 * 1024));

    for headers in [&["Bearer"][..], &["Bearer "], &[&two], &["Bearer a,b"], &[&long], &[&bearer, &bearer]] {
        let answer = asks(&app, Method::GET, headers).await;
        assert_eq!(answer.status, 400, "{}", answer.describe());
        assert_eq!(answer.challenge()["error"], "invalid_request", "RFC 6750 §3.1");
        assert_eq!(answer.json()["error"], "invalid_request");
    }
}

#[tokio::test]
async fn an_unknown_token_is_invalid() {
    let (app, ..) = with_tokens().await;

    for token in ["x", "at_x", "null", "undefined", "eyJhbGciOiJub25lIn0.e30."] {
        let answer = asks(&app, Method::GET, &[&format!("Bearer {token}")]).await;
        assert_eq!(answer.status, 401, "{}", answer.describe());
        assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer error=\"invalid_token\""));
        assert_eq!(answer.json()["error"], "invalid_token");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn a_token_in_the_query_is_ignored() {
    let (app, _client, tokens) = with_tokens().await;
    let mut url = app.endpoint("/oauth2/userinfo");
    url.query_pairs_mut().append_pair("access_token", &tokens.access_token);

    let answer = app.get(url.as_str()).await;

    assert_eq!(answer.status, 401, "OAuth 2.1 §5.1: {}", answer.describe());
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

/// RFC 6750 §2.2, OIDC Core §5.3.1.
#[tokio::test]
async fn a_token_may_come_in_a_posted_form_and_in_one_place_only() {
    let (app, _client, tokens) = with_tokens().await;
    let body = || form(&[("access_token", &tokens.access_token)]);
    let bearer = format!("Bearer {}", tokens.access_token);

    let told = posts(&app, "/oauth2/userinfo", &[AS_FORM], body()).await;
    assert_eq!((told.status.as_u16(), told.json()["email"].as_str()), (200, Some("alice@example.com")));
    let twice = posts(&app, "/oauth2/userinfo", &[AS_FORM, ("authorization", bearer.as_bytes())], body()).await;
    assert_eq!((twice.status.as_u16(), twice.json()["error"].as_str()), (400, Some("invalid_request")));
    let not_a_form = posts(&app, "/oauth2/userinfo", &[("content-type", b"text/plain")], body()).await;
    assert_eq!(not_a_form.status, 401, "{}", not_a_form.describe());
    for wrong in ["access_token=x", "access_token=", "other=1"] {
        let answer = posts(&app, "/oauth2/userinfo", &[AS_FORM], wrong).await;
        assert_eq!(answer.status, 401, "{wrong}: {}", answer.describe());
    }
    let repeated = format!("{}&{}", body(), body());
    let answer = posts(&app, "/oauth2/userinfo", &[AS_FORM], repeated).await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (400, Some("invalid_request")));
}

#[tokio::test]
async fn a_session_is_no_access_token() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;

    let answer = alice.browser.fetches("/api/auth/oauth2/userinfo").await;

    assert_eq!(answer.status, 401, "{}", answer.describe());
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

#[tokio::test]
async fn nothing_but_an_access_token_opens_userinfo() {
    let (app, client, code) = with_code().await;
    let spare = app.bob().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();
    let secret = client.client_secret.clone().unwrap();

    for credential in [tokens.refresh(), tokens.id(), &spare.value, &secret, &client.client_id] {
        client.userinfo(credential).await.fails_with(OAuthErrorCode::InvalidToken);
    }

    client.userinfo(&tokens.access_token).await.is_ok();
    client.exchanges(&spare).await.succeeds();
}

#[tokio::test]
async fn an_access_token_dies_after_its_hour() {
    let (app, client, tokens) = with_tokens().await;

    app.clock.advance(Duration::from_secs(HOUR - 1));
    client.userinfo(&tokens.access_token).await.is_ok();
    app.clock.advance(SECOND);

    client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
}

#[tokio::test]
async fn a_token_dies_with_its_client_and_with_its_person() {
    let (app, client, tokens) = with_tokens().await;
    let bob = app.bob().await;
    let other = app.registers(Registration::public_on_the_web()).await;
    let of_bob = other.exchanges(&bob.authorizes(&other).await).await.succeeds();
    client.userinfo(&tokens.access_token).await.is_ok();
    other.userinfo(&of_bob.access_token).await.is_ok();

    disables(&app, &client).await;
    deletes(&app, &bob).await;

    client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
    other.userinfo(&of_bob.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
}

#[tokio::test]
async fn a_token_without_openid_is_not_enough() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope("mcp:tools");
    let code = app.alice().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();

    let answer = client.userinfo(&tokens.access_token).await;

    assert_eq!(answer.status, 403, "{}", answer.describe());
    assert_eq!(answer.challenge()["error"], "insufficient_scope", "RFC 6750 §3.1");
    assert_eq!(answer.json()["error"], "insufficient_scope");
}
