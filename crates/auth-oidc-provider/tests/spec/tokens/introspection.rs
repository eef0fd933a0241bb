//! Introspection. RFC 7662.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::Registration;
use serde_json::{Value, json};

use super::{AS_FORM, HOUR, SCOPE, SECOND, START, form, is_refused, posts, with_code, with_tokens};
use crate::{app, provider};

/// What is told about a token the caller must learn nothing about.
const INACTIVE: &str = r#"{"active":false}"#;

#[tokio::test]
async fn a_client_is_told_about_its_access_token() {
    let (app, client, tokens) = with_tokens().await;
    let sub = client.userinfo(&tokens.access_token).await.is_ok()["sub"].clone();

    let answer = client.introspects(&tokens.access_token).await;

    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(
        answer.is_ok(),
        json!({
            "active": true, "scope": SCOPE, "client_id": client.client_id,
            "token_type": "Bearer", "exp": START + 3600, "iat": START, "sub": sub,
            "aud": app.url("/mcp").as_str(), "iss": app.base_url(),
        })
    );
}

#[tokio::test]
async fn a_client_is_told_about_its_refresh_token() {
    let (app, client, tokens) = with_tokens().await;

    let facts = client.introspects(tokens.refresh()).await.is_ok();

    assert_eq!(facts["active"], true);
    assert_eq!(facts["client_id"], client.client_id);
    assert_eq!(facts["iss"], app.base_url());
    assert_eq!(facts["exp"], START + 30 * 86_400);
    assert_eq!(facts["scope"], SCOPE);
    assert_eq!(facts.get("token_type"), None, "a refresh token is no Bearer token");
}

#[tokio::test]
async fn of_a_token_of_another_client_nothing_is_told() {
    let (app, client, tokens) = with_tokens().await;
    let other = app.registers(Registration::confidential_basic()).await;

    for token in [&*tokens.access_token, tokens.refresh()] {
        let answer = other.introspects(token).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.text(), INACTIVE);
        assert_eq!(client.introspects(token).await.is_ok()["active"], true);
    }
}

#[tokio::test]
async fn of_what_is_no_token_of_ours_nothing_is_told() {
    let (app, client, code) = with_code().await;
    let spare = app.bob().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();
    let secret = client.client_secret.clone().unwrap();
    let long = "x".repeat(8192);

    for token in ["x", "at_x", "rt_x", "'--", &long, tokens.id(), &spare.value, &secret] {
        assert_eq!(client.introspects(token).await.text(), INACTIVE, "{token}");
    }
}

#[tokio::test]
async fn a_hint_changes_nothing() {
    let (_app, client, tokens) = with_tokens().await;

    for token in [&*tokens.access_token, tokens.refresh()] {
        let told: Value = client.introspects(token).await.is_ok();
        for hint in ["access_token", "refresh_token", "id_token", "nonsense", ""] {
            let answer = client.posts("/oauth2/introspect", &[("token", token), ("token_type_hint", hint)]).await;
            assert_eq!(answer.is_ok(), told, "RFC 7662 §2.1: {hint}");
        }
    }
}

#[tokio::test]
async fn a_dead_token_is_inactive() {
    let (app, client, first) = with_tokens().await;
    let second = client.refreshes(first.refresh()).await.succeeds();
    assert_eq!(client.introspects(first.refresh()).await.text(), INACTIVE, "used");

    app.clock.advance(Duration::from_secs(HOUR - 1));
    assert_eq!(client.introspects(&second.access_token).await.is_ok()["active"], true);
    app.clock.advance(SECOND);
    assert_eq!(client.introspects(&second.access_token).await.text(), INACTIVE, "expired");

    let third = client.refreshes(second.refresh()).await.succeeds();
    client.revokes(&third.access_token).await.is_ok();
    assert_eq!(client.introspects(&third.access_token).await.text(), INACTIVE, "revoked");
    client.revokes(third.refresh()).await.is_ok();
    assert_eq!(client.introspects(third.refresh()).await.text(), INACTIVE, "revoked");
}

#[tokio::test]
async fn a_public_client_may_not_ask() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::public_on_the_web()).await;
    let code = app.alice().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();

    for token in [&*tokens.access_token, tokens.refresh(), "x"] {
        is_refused(&*client.introspects(token).await, 401, OAuthErrorCode::InvalidClient);
    }
}

#[tokio::test]
async fn nobody_asks_without_authentication() {
    let (app, client, tokens) = with_tokens().await;
    let bearer = format!("Bearer {}", tokens.access_token);
    let fields = [("token", &*tokens.access_token)];

    let alone = posts(&app, "/oauth2/introspect", &[AS_FORM], form(&fields)).await;
    let with_token = [AS_FORM, ("authorization", bearer.as_bytes())];
    let by_token = posts(&app, "/oauth2/introspect", &with_token, form(&fields)).await;
    let named = [fields[0], ("client_id", &client.client_id)];
    let by_name = posts(&app, "/oauth2/introspect", &[AS_FORM], form(&named)).await;

    for answer in [alone, by_token, by_name] {
        is_refused(&answer, 401, OAuthErrorCode::InvalidClient);
    }
}

#[tokio::test]
async fn a_request_without_a_token_is_invalid() {
    let (_app, client, _tokens) = with_tokens().await;

    for fields in [&[][..], &[("token", "")]] {
        let answer = client.posts("/oauth2/introspect", fields).await;
        is_refused(&answer, 400, OAuthErrorCode::InvalidRequest);
    }
}

#[tokio::test]
async fn asking_changes_nothing() {
    let (app, client, tokens) = with_tokens().await;
    let before = app.dump_tables().await;

    for token in [&*tokens.access_token, tokens.refresh(), "x"] {
        client.introspects(token).await.is_ok();
    }

    assert_eq!(app.dump_tables().await, before);
}
