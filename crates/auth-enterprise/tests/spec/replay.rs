//! An assertion is good once. RFC 7523 §3, EMA §7.4.2.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use futures::future::join_all;
use serde_json::json;

use crate::world::{World, acme};

#[tokio::test]
async fn an_assertion_that_comes_again_is_refused() {
    let (world, _) = World::knowing_alice().await;
    let assertion = world.asserts(&json!({}));
    world.presents(&assertion).await.succeeds();

    world.refuses(&assertion, "used before").await;
    world.app.clock.advance(Duration::from_secs(329));
    world.refuses(&assertion, "used before").await;
}

#[tokio::test]
async fn an_assertion_that_is_refused_is_not_used_up() {
    let (world, _) = World::knowing_alice().await;
    let assertion = world.asserts(&json!({}));

    let other = world.client("other");
    world.refuses_to(&other, &assertion, (OAuthErrorCode::InvalidGrant, "another client")).await;

    world.presents(&assertion).await.succeeds();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_uses_of_one_assertion_at_once_a_single_one_counts() {
    let (world, _) = World::knowing_alice().await;
    let assertion = world.asserts(&json!({}));

    let answers = join_all((0..16).map(|_| world.presents(&assertion))).await;

    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status.is_success());
    assert_eq!(won.len(), 1);
    for answer in lost {
        answer.fails_with(OAuthErrorCode::InvalidGrant);
    }
    assert_eq!((world.app.count("oauthGrant").await, world.app.count("oauthAccessToken").await), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_uses_of_one_assertion_of_somebody_new_a_single_one_counts() {
    let world = World::trusting(acme().create_accounts(true).email_domains(["acme.example"])).await;
    let assertion = world.asserts(&json!({"email": "alice@acme.example", "email_verified": true}));

    let answers = join_all((0..16).map(|_| world.presents(&assertion))).await;

    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status.is_success());
    assert_eq!(won.len(), 1);
    for answer in lost {
        answer.fails_with(OAuthErrorCode::InvalidGrant);
    }
    let counts = (world.app.count("user").await, world.app.count("enterpriseAccount").await);
    assert_eq!((counts, world.app.count("oauthGrant").await), ((1, 1), 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn somebody_new_who_comes_in_eight_ways_at_once_is_one_person() {
    let world = World::trusting(acme().create_accounts(true).email_domains(["acme.example"])).await;
    let assertion = || world.asserts(&json!({"email": "alice@acme.example", "email_verified": true}));
    let assertions: Vec<_> = (0..8).map(|_| assertion()).collect();

    let answers = join_all(assertions.iter().map(|assertion| world.presents(assertion))).await;

    for answer in answers {
        answer.succeeds();
    }
    let counts = (world.app.count("user").await, world.app.count("enterpriseAccount").await);
    assert_eq!((counts, world.app.count("oauthGrant").await), ((1, 1), 8));
}
