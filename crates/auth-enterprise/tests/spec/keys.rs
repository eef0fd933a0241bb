//! Whose signature counts. RFC 7515 §5.2, RFC 8725 §3.1 and §3.2, EMA §7.4.1.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::ProofKey;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};

use crate::world::{ISSUER, SUBJECT, World, acme, changed};

/// The part of an assertion that is signed, with another header.
fn unsigned(world: &World, header: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(&changed(World::header(), header)), part(&world.claims(&json!({}))))
}

#[tokio::test]
async fn an_assertion_that_nobody_has_signed_is_refused() {
    let (world, _) = World::knowing_alice().await;

    for alg in ["none", "None", "NONE"] {
        let assertion = format!("{}.", unsigned(&world, &json!({"alg": alg})));
        world.refuses(&assertion, "algorithm").await;
    }
}

#[tokio::test]
async fn a_published_key_is_no_shared_secret() {
    let (world, _) = World::knowing_alice().await;
    let signed = unsigned(&world, &json!({"alg": "HS256"}));
    let secret = hmac::Key::new(hmac::HMAC_SHA256, world.key.jwk().to_string().as_bytes());
    let signature = hmac::sign(&secret, signed.as_bytes());

    let assertion = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));

    world.refuses(&assertion, "algorithm").await;
}

#[tokio::test]
async fn an_algorithm_that_the_app_does_not_take_is_refused() {
    let world = World::trusting(acme().algorithms(["RS256"])).await;

    world.refuses(&world.asserts(&json!({})), "algorithm").await;
    assert_eq!(world.idp.hits("/keys"), 0);
}

#[tokio::test]
async fn the_key_of_somebody_else_is_refused() {
    let (world, _) = World::knowing_alice().await;
    let stranger = ProofKey::new(&world.app);
    let forged = stranger.signs(&World::header(), &world.claims(&json!({})));
    let torn = world.asserts(&json!({}));
    let (head, rest) = torn.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let claims = URL_SAFE_NO_PAD.encode(world.claims(&json!({"sub": "U1"})).to_string());

    world.refuses(&forged, "signature").await;
    world.refuses(&format!("{head}.{claims}.{signature}"), "signature").await;
}

#[tokio::test]
async fn keys_that_an_assertion_names_itself_count_for_nothing() {
    let (world, _) = World::knowing_alice().await;
    let stranger = ProofKey::new(&world.app);
    world.idp.says("/evil", &json!({"keys": [stranger.jwk()]}), "max-age=600");
    for hint in [
        json!({"jwk": stranger.jwk()}),
        json!({"jku": format!("{ISSUER}/evil"), "kid": "other"}),
        json!({"x5u": format!("{ISSUER}/evil"), "kid": "other"}),
        json!({"jku": format!("{ISSUER}/evil"), "kid": null}),
    ] {
        let forged = stranger.signs(&changed(World::header(), &hint), &world.claims(&json!({})));
        world.refuses(&forged, "signature").await;
    }

    let hinted = changed(World::header(), &json!({"jku": format!("{ISSUER}/evil"), "jwk": stranger.jwk()}));
    world.presents(&world.key.signs(&hinted, &world.claims(&json!({})))).await.succeeds();
    assert_eq!(world.idp.hits("/evil"), 0);
}

#[tokio::test]
async fn a_new_key_of_the_identity_provider_counts_and_the_old_one_no_more() {
    let (world, _) = World::knowing_alice().await;
    world.presents(&world.asserts(&json!({}))).await.succeeds();
    let new = ProofKey::new(&world.app);
    world.publishes(&[("k2", &new)]);
    let by_new = |world: &World| new.signs(&changed(World::header(), &json!({"kid": "k2"})), &world.claims(&json!({})));

    world.refuses(&by_new(&world), "signature").await;
    world.app.clock.advance(Duration::from_secs(30));
    world.presents(&by_new(&world)).await.succeeds();

    world.refuses(&world.asserts(&json!({})), "signature").await;
}

#[tokio::test]
async fn made_up_keys_drive_no_traffic_to_the_identity_provider() {
    let (world, _) = World::knowing_alice().await;
    world.presents(&world.asserts(&json!({}))).await.succeeds();
    world.app.clock.advance(Duration::from_secs(30));

    for kid in ["a", "b", "c", "d"] {
        let forged = world.key.signs(&changed(World::header(), &json!({"kid": kid})), &world.claims(&json!({})));
        world.refuses(&forged, "signature").await;
    }

    assert_eq!(world.idp.hits("/keys"), 2);
}

#[tokio::test]
async fn while_the_identity_provider_is_down_a_client_is_asked_to_come_again() {
    let (world, _) = World::knowing_alice().await;
    world.idp.answers("/keys", StatusCode::INTERNAL_SERVER_ERROR, &[], "");
    let assertion = world.asserts(&json!({}));
    let before = world.app.dump_tables().await;

    let answer = world.presents(&assertion).await;

    answer.fails_with(OAuthErrorCode::TemporarilyUnavailable);
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.app.dump_tables().await, before);
    world.publishes(&[("k1", &world.key)]);
    world.app.clock.advance(Duration::from_secs(5));
    world.presents(&assertion).await.succeeds();
}

#[tokio::test]
async fn the_keys_may_be_at_a_place_that_the_app_names() {
    let world = World::trusting(acme().jwks_uri(format!("{ISSUER}/keys"))).await;
    let alice = world.id_of(&world.app.alice().await).await;
    world.accounts().link(ISSUER, SUBJECT, &alice).await.unwrap();

    world.presents(&world.asserts(&json!({}))).await.succeeds();

    assert_eq!(world.idp.hits("/.well-known/openid-configuration"), 0);
}
