//! Each claim is judged, and nothing is written for one that is wrong. ID-JAG §4.4.1, RFC 7521 §5.2, EMA §7.4.

use serde_json::{Value, json};

use crate::world::{ISSUER, SUBJECT, World, acme, changed, presents_as};

/// An assertion with some members of its header changed.
fn with_header(world: &World, changes: &Value) -> String {
    world.key.signs(&changed(World::header(), changes), &world.claims(&json!({})))
}

async fn is_refused(changes: Value, why: &str) {
    let (world, _) = World::knowing_alice().await;
    world.refuses(&world.asserts(&changes), why).await;
    world.presents(&world.asserts(&json!({}))).await.succeeds();
}

#[tokio::test]
async fn another_kind_of_jwt_is_refused() {
    let (world, _) = World::knowing_alice().await;

    for typ in [json!("JWT"), json!("at+jwt"), json!("application/oauth-id-jag+jwt"), json!(null)] {
        world.refuses(&with_header(&world, &json!({"typ": typ})), "type of the assertion").await;
    }
}

#[tokio::test]
async fn a_critical_extension_is_refused() {
    let (world, _) = World::knowing_alice().await;

    world.refuses(&with_header(&world, &json!({"crit": ["exp"]})), "critical extension").await;
}

#[tokio::test]
async fn what_is_no_jwt_is_refused() {
    let (world, _) = World::knowing_alice().await;

    for text in ["x", "a.b", "a.b.c", &format!("{}.x", world.asserts(&json!({})))] {
        world.refuses(text, "cannot be read").await;
    }
}

#[tokio::test]
async fn another_audience_is_refused() {
    let (world, _) = World::knowing_alice().await;
    let ours = world.app.base_url();

    for aud in [json!("https://other.example"), json!(format!("{ours}/")), json!(world.app.endpoint("/oauth2/token"))] {
        world.refuses(&world.asserts(&json!({"aud": aud})), "audience").await;
    }
}

#[tokio::test]
async fn an_audience_of_several_servers_is_refused() {
    let (world, _) = World::knowing_alice().await;
    let ours = world.app.base_url();

    world.refuses(&world.asserts(&json!({"aud": [ours, "https://other.example"]})), "audience").await;
    world.presents(&world.asserts(&json!({"aud": [ours]}))).await.succeeds();
}

#[tokio::test]
async fn an_assertion_for_another_client_is_refused_to_either() {
    let (world, _) = World::knowing_alice().await;
    let assertion = world.asserts(&json!({"client_id": "other"}));

    world.refuses(&assertion, "another client").await;
    let other = world.client("other");
    presents_as(&other, &assertion, &[]).await.succeeds();
}

#[tokio::test]
async fn an_issuer_that_nobody_trusts_is_refused_and_not_asked_for_its_keys() {
    let (world, _) = World::knowing_alice().await;
    for issuer in ["https://evil.example", "https://acme.idp.example/", "https://ACME.idp.example"] {
        world.refuses(&world.asserts(&json!({"iss": issuer})), "not trusted").await;
    }

    assert_eq!(world.idp.hits("/.well-known/openid-configuration") + world.idp.hits("/keys"), 0);
}

#[tokio::test]
async fn a_tenant_is_the_one_that_is_trusted() {
    let (world, _) = World::knowing_alice().await;
    world.refuses(&world.asserts(&json!({"tenant": "acme"})), "tenant").await;

    let world = World::trusting(acme().tenant("acme")).await;
    let alice = world.id_of(&world.app.alice().await).await;
    world.accounts().link(ISSUER, SUBJECT, &alice).await.unwrap();
    for tenant in [json!(null), json!("other")] {
        world.refuses(&world.asserts(&json!({"tenant": tenant})), "tenant").await;
    }
    world.presents(&world.asserts(&json!({"tenant": "acme"}))).await.succeeds();
}

#[tokio::test]
async fn an_expired_assertion_is_refused() {
    let (world, _) = World::knowing_alice().await;
    let assertion = world.asserts(&json!({}));

    world.app.clock.advance(std::time::Duration::from_secs(331));

    world.refuses(&assertion, "has ended").await;
}

#[tokio::test]
async fn an_assertion_that_is_good_for_too_long_is_refused() {
    let (world, _) = World::knowing_alice().await;
    let now = world.now();

    world.refuses(&world.asserts(&json!({"exp": now + 601})), "too long").await;
    world.refuses(&world.asserts(&json!({"iat": now - 500, "exp": now + 101})), "too long").await;
    world.presents(&world.asserts(&json!({"exp": now + 600}))).await.succeeds();
}

#[tokio::test]
async fn an_assertion_of_the_future_is_refused() {
    let (world, _) = World::knowing_alice().await;
    let now = world.now();

    world.refuses(&world.asserts(&json!({"iat": now + 31})), "not valid yet").await;
    world.refuses(&world.asserts(&json!({"nbf": now + 31})), "not valid yet").await;
}

#[tokio::test]
async fn an_assertion_without_an_identifier_is_refused() {
    is_refused(json!({"jti": null}), "lacks a claim").await;
    is_refused(json!({"jti": ""}), "jti").await;
}

#[tokio::test]
async fn an_assertion_without_a_subject_is_refused() {
    is_refused(json!({"sub": null}), "lacks a claim").await;
    is_refused(json!({"sub": ""}), "sub").await;
}

#[tokio::test]
async fn an_assertion_that_says_not_when_it_began_or_ends_is_refused() {
    is_refused(json!({"iat": null}), "lacks a claim").await;
    is_refused(json!({"exp": null}), "lacks a claim").await;
}

#[tokio::test]
async fn details_that_are_not_known_here_are_not_passed_over() {
    is_refused(json!({"authorization_details": [{"type": "chat"}]}), "authorization_details").await;
}
