//! ID tokens, as a third party verifies them. OpenID Connect Core §2 and §3.1.3.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthClient, Registration, TestApp, Tokens};
use aws_lc_rs::digest::{SHA256, SHA512, digest};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, header};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::{START, deletes, verified_for, with_tokens};
use crate::{app, provider};

/// Verifies an ID token of a client; returns its claims.
async fn verified(app: &TestApp, client: &OAuthClient, token: &str) -> (Algorithm, Value) {
    let (header, claims) = verified_for(app, &client.client_id, token).await;
    (header.alg, claims)
}

/// The left half of a hash of the access token. OpenID Connect Core §3.1.3.6.
fn at_hash(algorithm: Algorithm, access_token: &str) -> String {
    let hash = if algorithm == Algorithm::EdDSA { &SHA512 } else { &SHA256 };
    let hash = digest(hash, access_token.as_bytes());
    let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

#[tokio::test]
async fn a_third_party_verifies_id_tokens_of_every_algorithm() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    app.clock.advance(Duration::from_mins(5));

    for (asked, algorithm) in [
        (None, Algorithm::ES256),
        (Some("ES256"), Algorithm::ES256),
        (Some("RS256"), Algorithm::RS256),
        (Some("EdDSA"), Algorithm::EdDSA),
    ] {
        let registration = Registration::confidential_basic();
        let registration = match asked {
            Some(name) => registration.with("id_token_signed_response_alg", name),
            None => registration,
        };
        let client = app.registers(registration).await;
        let code = alice.allows(&client.asks().with("nonce", "n-0S6_WzA2Mj")).await;
        let tokens = client.exchanges(&code).await.succeeds();

        let (signed_with, claims) = verified(&app, &client, tokens.id()).await;

        assert_eq!(signed_with, algorithm, "{asked:?}");
        let now = START + 300;
        let sub = client.userinfo(&tokens.access_token).await.is_ok()["sub"].clone();
        assert_eq!(
            claims,
            json!({
                "iss": app.base_url(), "sub": sub, "aud": client.client_id, "azp": client.client_id, "exp": now + 3600, "iat": now,
                "auth_time": START, "amr": ["pwd"], "nonce": "n-0S6_WzA2Mj", "at_hash": at_hash(algorithm, &tokens.access_token),
                "sid": claims["sid"],
            })
        );
        assert!(claims["sid"].as_str().is_some_and(|sid| sid.len() == 43), "{claims}");
    }
}

/// RFC 7591 §3.2.1. A client that says nothing may think of RS256 (OIDC Registration §2), so it is told; one that
/// wants no ID tokens did not ask.
#[tokio::test]
async fn a_client_is_told_how_they_are_signed_where_it_may_get_some_or_has_named_it() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;

    for (scope, named, told) in [
        (None, None, Some("ES256")),
        (Some("unknown"), None, Some("ES256")),
        (Some("mcp:tools openid"), None, Some("ES256")),
        (Some("mcp:tools"), None, None),
        (Some("mcp:tools"), Some("ES256"), Some("ES256")),
        (Some("mcp:tools"), Some("RS256"), Some("RS256")),
        (Some("mcp:tools"), Some("none"), Some("ES256")),
    ] {
        let registration = Registration::public_on_the_web();
        let registration = scope.into_iter().fold(registration, Registration::scope);
        let member = "id_token_signed_response_alg";
        let registration = named.into_iter().fold(registration, |asked, name: &str| asked.with(member, name));

        let client = app.registers(registration).await;

        let text = |answer: &Value| answer.get(member).and_then(Value::as_str).map(str::to_owned);
        assert_eq!(text(&client.registration).as_deref(), told, "{scope:?} {named:?}");
        let bearer = format!("Bearer {}", client.registration["registration_access_token"].as_str().unwrap());
        let read = Request::get(client.registration["registration_client_uri"].as_str().unwrap());
        let read = app.request(read.header(header::AUTHORIZATION, bearer).body(Body::empty()).unwrap()).await;
        assert_eq!(text(&read.json()).as_deref(), told, "{scope:?} {named:?}: reading tells the same");
        // Whoever was told nothing and asks for one all the same gets it by the default.
        let client = client.with_scope("openid");
        let tokens = client.exchanges(&alice.authorizes(&client).await).await;
        let header = jsonwebtoken::decode_header(tokens.succeeds().id()).unwrap();
        assert_eq!(format!("{:?}", header.alg), told.unwrap_or("ES256"), "{scope:?} {named:?}");
    }
}

#[tokio::test]
async fn without_a_nonce_there_is_none_in_the_token() {
    let (app, client, tokens) = with_tokens().await;

    let (_, claims) = verified(&app, &client, tokens.id()).await;

    assert_eq!(claims.get("nonce"), None);
}

#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope("mcp:tools profile");
    let code = app.alice().await.authorizes(&client).await;

    assert_eq!(client.exchanges(&code).await.succeeds().id_token, None);
}

#[tokio::test]
async fn a_refresh_renews_the_id_token_for_the_same_sign_in() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let code = app.alice().await.allows(&client.asks().with("nonce", "once")).await;
    let first = client.exchanges(&code).await.succeeds();
    app.clock.advance(Duration::from_hours(2));

    let second = client.refreshes(first.refresh()).await.succeeds();

    let (_, before) = verified(&app, &client, first.id()).await;
    let (_, after) = verified(&app, &client, second.id()).await;
    for same in ["iss", "sub", "aud", "auth_time", "sid"] {
        assert_eq!(after[same], before[same], "OIDC Core §12.2: {same}");
    }
    assert_eq!(after["iat"], START + 7200);
    assert_eq!(after["exp"], START + 7200 + 3600);
    assert_eq!(after["at_hash"], at_hash(Algorithm::ES256, &second.access_token));
    assert_eq!(after.get("nonce"), None, "OIDC Core §12.2: the nonce belongs to the first");
}

#[tokio::test]
async fn sessions_have_names_of_their_own_and_rows_stay_inside() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let elsewhere = alice.elsewhere();
    elsewhere.signs_in().await;
    let sid = async |tokens: &Tokens| verified(&app, &client, tokens.id()).await.1["sid"].clone();
    let here = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    let again = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    let there = client.exchanges(&elsewhere.authorizes(&client).await).await.succeeds();

    assert_eq!(sid(&here).await, sid(&again).await);
    assert_ne!(sid(&here).await, sid(&there).await);
    let rows = app.dump_tables().await;
    assert!(!rows.contains(sid(&here).await.as_str().unwrap()), "a sid is no row id");
}

#[tokio::test]
async fn an_id_token_says_when_the_person_signed_in_last() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    app.clock.advance(Duration::from_hours(1));
    let old = client.exchanges(&alice.authorizes(&client).await).await.succeeds();

    let fresh = alice.allows(&client.asks().with("prompt", "login")).await;
    let fresh = client.exchanges(&fresh).await.succeeds();

    assert_eq!(verified(&app, &client, old.id()).await.1["auth_time"], START);
    assert_eq!(verified(&app, &client, fresh.id()).await.1["auth_time"], START + 3600);
}

#[tokio::test]
async fn an_id_token_is_no_access_token() {
    let (app, client, tokens) = with_tokens().await;
    let before = app.dump_tables().await;

    client.userinfo(tokens.id()).await.fails_with(OAuthErrorCode::InvalidToken);
    client.refreshes(tokens.id()).await.fails_with(OAuthErrorCode::InvalidGrant);
    assert_eq!(client.introspects(tokens.id()).await.text(), r#"{"active":false}"#);
    let provider: auth_oidc_provider::Provider = app.auth().handle().unwrap();
    assert_eq!(provider.check_access_token(tokens.id()).await.unwrap(), None);

    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn the_subject_is_never_given_to_somebody_else() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let first = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    let (_, first) = verified(&app, &client, first.id()).await;
    deletes(&app, &alice).await;

    let returned = app.person("Alice", "alice@example.com");
    let second = client.exchanges(&returned.authorizes(&client).await).await.succeeds();

    let (_, second) = verified(&app, &client, second.id()).await;
    assert_ne!(second["sub"], first["sub"], "OIDC Core §2: never reassigned");
}
