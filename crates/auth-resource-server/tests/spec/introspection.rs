//! RFC 7662: access tokens that their issuer is asked about.

use std::collections::BTreeSet;
use std::time::Duration;

use auth_outbound::{Outbound, OutboundOptions};
use auth_protocol::client_assertion::{ASSERTION_TYPE, AssertionClaims, judge_assertion};
use auth_protocol::resource::Resource;
use auth_resource_server::{
    ByForm, ClientKey, Clock, Introspection, IntrospectionClient, InvalidToken, Jwks, RequireToken, VerifiedToken,
    Verifier, VerifyError,
};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::Router;
use axum::routing::post as route;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::json;

use crate::asked::AskedIssuer;
use crate::issuer::{Issuer, Key, RESOURCE};
use crate::requests::{Answer, post, sent, with_token};

pub(crate) const TOKEN: &str = "at_alice";
pub(crate) const JSON: &str = "application/json";

pub(crate) async fn refused(verifier: &impl Verifier, token: &str) -> InvalidToken {
    match verifier.verify(token).await {
        Err(VerifyError::Invalid(reason)) => reason,
        other => panic!("not refused as invalid: {other:?}"),
    }
}

pub(crate) fn is_unavailable(result: &Result<VerifiedToken, VerifyError>) -> bool {
    matches!(result, Err(VerifyError::Unavailable(_)))
}

/// An issuer with one good token, and who asks it.
pub(crate) async fn ready() -> (AskedIssuer, Introspection) {
    let issuer = AskedIssuer::new().await;
    issuer.issues(TOKEN);
    let verifier = issuer.verifier().build().unwrap();
    (issuer, verifier)
}

#[tokio::test]
async fn an_active_token_says_who_may_do_what() {
    let (issuer, verifier) = ready().await;

    let token = verifier.verify(TOKEN).await.unwrap();

    assert_eq!(token.subject, "alice");
    assert_eq!(token.client_id.as_deref(), Some("client-1"));
    assert_eq!(token.scope.to_string(), "mcp:tools files:read");
    assert_eq!(token.audience, [RESOURCE]);
    assert_eq!(token.issuer.as_deref(), Some(issuer.url.as_str()));
    assert_eq!(token.expires_at, Some(1_700_000_600));
    assert_eq!(token.claims["iat"], 1_700_000_000);
}

#[tokio::test]
async fn an_inactive_token_is_invalid() {
    let (issuer, verifier) = ready().await;
    issuer.issues_with("told-all-the-same", &json!({ "active": false }));

    assert_eq!(refused(&verifier, "at_nobody").await, InvalidToken::Unknown);
    assert_eq!(refused(&verifier, "told-all-the-same").await, InvalidToken::Unknown);
}

#[tokio::test]
async fn the_question_proves_who_asks_and_is_about_an_access_token() {
    let (issuer, verifier) = ready().await;
    let by_post = issuer.verifier_as(IntrospectionClient::client_secret_post("server", "hush")).build().unwrap();

    verifier.verify(TOKEN).await.unwrap();
    by_post.verify(TOKEN).await.unwrap();

    let [basic, post] = &issuer.questions()[..] else { panic!("{:?}", issuer.questions()) };
    let fields = |more: &[(&str, &str)]| {
        let all = [&[("token", TOKEN), ("token_type_hint", "access_token")], more].concat();
        all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    assert_eq!((basic.authorization.as_deref(), &basic.form), (Some("Basic c2VydmVyOmh1c2g="), &fields(&[])));
    let own = [("client_id", "server"), ("client_secret", "hush")];
    assert_eq!((post.authorization.as_deref(), &post.form), (None, &fields(&own)));
}

#[tokio::test]
async fn a_client_with_a_key_signs_each_question_for_the_issuer_alone() {
    let issuer = AskedIssuer::new().await;
    issuer.issues(TOKEN);
    let (pem, public) = signing_key();
    let client = IntrospectionClient::private_key_jwt("server", ClientKey::es256(&pem).unwrap().key_id("key-1"));
    let verifier = issuer.verifier_as(client).kept_for(Duration::ZERO).build().unwrap();

    verifier.verify(TOKEN).await.unwrap();
    verifier.verify(TOKEN).await.unwrap();

    let mut rules = Validation::new(Algorithm::ES256);
    rules.validate_exp = false;
    rules.validate_aud = false;
    let single_uses = issuer.questions().into_iter().map(|question| {
        let field = |name: &str| question.form.iter().find(|(known, _)| known == name).unwrap().1.clone();
        assert_eq!((question.authorization.clone(), field("client_assertion_type").as_str()), (None, ASSERTION_TYPE));
        let assertion = decode::<AssertionClaims>(&field("client_assertion"), &public, &rules).unwrap();
        assert_eq!(assertion.header.kid.as_deref(), Some("key-1"));
        judge_assertion(&assertion.claims, "server", &issuer.url, issuer.clock.unix_seconds()).unwrap().jti
    });
    assert_eq!(single_uses.collect::<BTreeSet<_>>().len(), 2, "each is used once");
    assert!(ClientKey::eddsa(&pem).is_err() && ClientKey::es256(b"hush").is_err());
}

/// A private key in PEM, and what verifies its signatures.
fn signing_key() -> (Vec<u8>, DecodingKey) {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
    let body = BASE64_STANDARD.encode(pkcs8.as_ref());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
    (pem.into_bytes(), DecodingKey::from_ec_der(pair.public_key().as_ref()))
}

#[tokio::test]
async fn issuer_audience_lifetime_and_kind_are_judged_as_those_of_a_jwt() {
    let (issuer, verifier) = ready().await;

    for (changes, reason) in [
        (json!({ "iss": "https://other.example" }), InvalidToken::Issuer),
        (json!({ "aud": "https://other.example/mcp" }), InvalidToken::Audience),
        (json!({ "aud": [] }), InvalidToken::Audience),
        (json!({ "aud": null }), InvalidToken::Claims),
        (json!({ "sub": null }), InvalidToken::Claims),
        (json!({ "exp": 1_700_000_000 - 30 }), InvalidToken::Expired),
        (json!({ "exp": "tomorrow" }), InvalidToken::Claims),
        (json!({ "nbf": 1_700_000_000 + 31 }), InvalidToken::NotYetValid),
        (json!({ "cnf": {"x5t#S256": "x"} }), InvalidToken::Claims),
        (json!({ "token_type": "DPoP" }), InvalidToken::Claims),
        (json!({ "token_type": "refresh_token" }), InvalidToken::Type),
        (json!({ "scope": "\"" }), InvalidToken::Claims),
    ] {
        let token = changes.to_string();
        issuer.issues_with(&token, &changes);

        assert_eq!(refused(&verifier, &token).await, reason, "{changes}");
    }
    issuer.issues_with("silent", &json!({ "iss": null, "exp": null, "token_type": null, "scope": null }));
    let silent = verifier.verify("silent").await.unwrap();
    assert_eq!((silent.issuer.as_deref(), silent.expires_at), (Some(issuer.url.as_str()), None), "RFC 7662 §2.2");
}

#[tokio::test]
async fn where_the_issuer_cannot_say_nobody_is_let_in_and_nothing_is_remembered() {
    let (issuer, verifier) = ready().await;
    let good = issuer.good().to_string();

    for (status, content_type, body) in [
        (500, JSON, good.as_str()),
        (503, JSON, ""),
        (429, JSON, "{}"),
        (401, JSON, r#"{"error":"invalid_client"}"#),
        (400, JSON, r#"{"error":"invalid_request"}"#),
        (302, JSON, good.as_str()),
        (204, JSON, ""),
        (201, JSON, good.as_str()),
        (200, "text/html", good.as_str()),
        (200, "application/token-introspection+jwt", "a.b.c"),
        (200, JSON, "<html>"),
        (200, JSON, ""),
        (200, JSON, "[]"),
        (200, JSON, r#"{"sub":"alice"}"#),
        (200, JSON, r#"{"active":"true"}"#),
        (200, JSON, &" ".repeat(100_000)),
    ] {
        issuer.answers(status, content_type, body);

        let result = verifier.verify(TOKEN).await;

        assert!(is_unavailable(&result), "{status} {body:.40}: {result:?}");
    }
    issuer.recovers();
    verifier.verify(TOKEN).await.unwrap();
}

#[tokio::test]
async fn metadata_of_another_issuer_is_not_believed_and_no_token_is_sent() {
    let (issuer, verifier) = ready().await;
    issuer.names("issuer", json!("https://somebody-else.example"));

    let result = verifier.verify(TOKEN).await;

    assert!(is_unavailable(&result), "{result:?}");
    assert_eq!(issuer.asked(), 0);
}

#[tokio::test]
async fn metadata_that_leads_inside_is_not_followed() {
    for inside in [
        json!("http://169.254.169.254/introspect"),
        json!("https://10.0.0.1/introspect"),
        json!("https://localhost.internal/introspect"),
        json!("file:///etc/passwd"),
        json!("https://a@b.example/"),
        json!("introspect"),
        json!(null),
    ] {
        let (issuer, verifier) = ready().await;
        issuer.names("introspection_endpoint", inside.clone());

        let result = verifier.verify(TOKEN).await;

        assert!(is_unavailable(&result), "{inside}: {result:?}");
        assert_eq!(issuer.asked(), 0);
    }
}

#[tokio::test]
async fn an_issuer_without_metadata_is_left_alone_for_a_while() {
    let (issuer, verifier) = ready().await;
    issuer.hides_its_metadata();

    for _ in 0..5 {
        assert!(is_unavailable(&verifier.verify(TOKEN).await));
    }
    assert_eq!((issuer.looks(), issuer.asked()), (1, 0));
    issuer.recovers();
    issuer.clock.advance(5);

    verifier.verify(TOKEN).await.unwrap();
    assert_eq!(issuer.looks(), 2);
}

#[tokio::test]
async fn the_endpoint_is_looked_for_anew_within_an_hour_and_the_known_one_survives_an_outage() {
    let (issuer, verifier) = ready().await;
    verifier.verify(TOKEN).await.unwrap();
    issuer.clock.advance(3600);
    issuer.issues(TOKEN);
    issuer.hides_its_metadata();

    verifier.verify(TOKEN).await.unwrap();

    assert_eq!((issuer.looks(), issuer.asked()), (2, 2));
}

#[tokio::test]
async fn a_configured_endpoint_needs_no_metadata() {
    let issuer = AskedIssuer::new().await;
    issuer.issues(TOKEN);
    issuer.names("issuer", json!("https://somebody-else.example"));
    let endpoint = format!("{}/introspect", issuer.url).parse().unwrap();
    let verifier = issuer.verifier().introspection_endpoint(endpoint).build().unwrap();

    verifier.verify(TOKEN).await.unwrap();

    assert_eq!(issuer.looks(), 0);
}

#[tokio::test]
async fn a_token_goes_to_loopback_only_where_that_is_allowed() {
    let issuer = AskedIssuer::new().await;
    let (strict, resource) = (Outbound::new(OutboundOptions::new()).unwrap(), Resource::parse(RESOURCE).unwrap());
    let client = IntrospectionClient::client_secret_basic("server", "hush");
    let endpoint = format!("{}/introspect", issuer.url).parse().unwrap();
    let builder = Introspection::builder(strict, &issuer.url, &resource, client);
    let verifier = builder.introspection_endpoint(endpoint).build().unwrap();

    assert!(is_unavailable(&verifier.verify(TOKEN).await));
    assert_eq!(issuer.asked(), 0);
}

#[tokio::test]
async fn what_can_be_no_token_asks_nobody() {
    let (issuer, verifier) = ready().await;

    for junk in ["", &"x".repeat(16_385)] {
        assert_eq!(refused(&verifier, junk).await, InvalidToken::Malformed);
    }
    assert_eq!(issuer.asked(), 0);
}

fn guarded(verifier: impl Verifier) -> Router {
    let metadata = "https://mcp.example/.well-known/oauth-protected-resource/mcp".parse().unwrap();
    let guard = RequireToken::builder(verifier, metadata).build().unwrap();
    Router::new().route("/mcp", route(|token: VerifiedToken| async move { token.subject })).route_layer(guard)
}

/// An answer of the guard as a client sees it, without the reference id.
fn seen(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status, answer.header("www-authenticate"))
}

#[tokio::test]
async fn a_guard_challenges_as_for_a_jwt_and_an_outage_is_503_without_a_word_about_it() {
    let (issuer, verifier) = ready().await;
    issuer.issues_with("at_elsewhere", &json!({ "aud": "https://other.example/mcp" }));
    let key = Key::es256("key-1");
    let of_jwts = Issuer::publishing(&[&key]).await;
    let mut claims = of_jwts.claims();
    claims["aud"] = json!("https://other.example/mcp");
    let jwt = key.signs(&key.header(), &claims);
    let (asking, reading) = (guarded(verifier), guarded(of_jwts.verifier().build().unwrap()));

    assert_eq!(sent(&asking, with_token(TOKEN)).await.body, "alice");
    let elsewhere = sent(&asking, with_token("at_elsewhere")).await;
    assert_eq!(seen(&elsewhere), seen(&sent(&reading, with_token(&jwt)).await));
    assert_eq!(elsewhere.status, 401);
    assert_eq!(seen(&sent(&asking, post("/mcp")).await), seen(&sent(&reading, post("/mcp")).await));
    issuer.answers(401, JSON, r#"{"error":"invalid_client","error_description":"hush"}"#);
    let outage = sent(&asking, with_token("at_other")).await;
    assert_eq!((outage.status, outage.header("retry-after")), (503, Some("5")));
    assert_eq!(outage.header("www-authenticate"), None, "another token would not help");
    for word in ["hush", "invalid_client", "127.0.0.1", "at_other"] {
        assert!(!outage.body.contains(word), "{}", outage.body);
    }
}

#[tokio::test]
async fn the_form_of_a_token_decides_who_verifies_it_and_nobody_else_is_asked() {
    let (asked, introspection) = ready().await;
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let both = ByForm::new(issuer.verifier().build().unwrap(), introspection);
    let jwt = issuer.token(&key);
    // Even if the endpoint would take it.
    let forged = Key::es256("key-1").signs(&key.header(), &issuer.claims());
    asked.issues(&forged);

    assert_eq!(both.verify(TOKEN).await.unwrap().issuer.as_deref(), Some(asked.url.as_str()));
    assert_eq!(both.verify(&jwt).await.unwrap().issuer.as_deref(), Some(issuer.url.as_str()));
    assert_eq!(refused(&both, &forged).await, InvalidToken::Signature);
    assert_eq!(refused(&both, "a.b.c").await, InvalidToken::Unknown, "no JWT, whatever its dots");

    assert_eq!((asked.asked(), issuer.fetches()), (2, 1));
    asked.answers(500, JSON, "");
    both.verify(&jwt).await.unwrap();
    assert!(is_unavailable(&both.verify("at_other").await));
}

#[tokio::test]
async fn a_boxed_verifier_is_one_too() {
    let (_issuer, verifier) = ready().await;
    let boxed: Box<dyn Verifier> = Box::new(verifier);

    assert_eq!(sent(&guarded(boxed), with_token(TOKEN)).await.body, "alice");
}

#[test]
fn debug_shows_no_secret() {
    let client = IntrospectionClient::client_secret_basic("server", "hush");
    let outbound = Outbound::new(OutboundOptions::new()).unwrap();
    let resource = Resource::parse(RESOURCE).unwrap();
    let builder = Introspection::builder(outbound.clone(), "https://issuer.example", &resource, client.clone());
    let jwks = Jwks::builder(outbound, "https://issuer.example", &resource).build().unwrap();

    let shown = format!("{client:?} {builder:?}");
    let shown = format!("{shown} {:?}", ByForm::new(jwks, builder.build().unwrap()));

    assert!(shown.contains("server") && !shown.contains("hush"), "{shown}");
}
