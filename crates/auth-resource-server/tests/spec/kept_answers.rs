//! Answers about tokens that count for a while, and look-ups that requests share. RFC 7662 §4.

use std::time::Duration;

use auth_resource_server::{InvalidToken, Verifier};
use futures::future::join_all;
use serde_json::json;

use crate::asked::AskedIssuer;
use crate::introspection::{JSON, TOKEN, is_unavailable, ready, refused};

#[tokio::test]
async fn one_answer_counts_for_many_requests_and_not_for_long() {
    let (issuer, verifier) = ready().await;

    for _ in 0..3 {
        verifier.verify(TOKEN).await.unwrap();
    }
    issuer.clock.advance(29);
    verifier.verify(TOKEN).await.unwrap();
    assert_eq!((issuer.asked(), issuer.looks()), (1, 1));
    issuer.clock.advance(1);
    verifier.verify(TOKEN).await.unwrap();

    assert_eq!((issuer.asked(), issuer.looks()), (2, 1));
}

#[tokio::test]
async fn a_revoked_token_stops_working_once_its_answer_counts_no_more() {
    let (issuer, verifier) = ready().await;
    verifier.verify(TOKEN).await.unwrap();

    issuer.revokes(TOKEN);

    verifier.verify(TOKEN).await.unwrap();
    issuer.clock.advance(30);
    assert_eq!(refused(&verifier, TOKEN).await, InvalidToken::Unknown);
    let strict = issuer.verifier().kept_for(Duration::ZERO).build().unwrap();
    issuer.issues(TOKEN);
    strict.verify(TOKEN).await.unwrap();
    issuer.revokes(TOKEN);
    assert_eq!(refused(&strict, TOKEN).await, InvalidToken::Unknown, "nothing is kept");
}

#[tokio::test]
async fn an_answer_counts_from_when_it_was_asked_for() {
    let (issuer, verifier) = ready().await;
    issuer.hesitates();
    let asks = tokio::spawn({
        let verifier = verifier.clone();
        async move { verifier.verify(TOKEN).await }
    });
    issuer.is_asked(1).await;
    issuer.revokes(TOKEN);
    issuer.clock.advance(30);
    issuer.lets_go();
    assert!(asks.await.unwrap().is_ok());

    assert_eq!(refused(&verifier, TOKEN).await, InvalidToken::Unknown, "the answer was of thirty seconds ago");
}

#[tokio::test]
async fn no_answer_counts_past_the_end_of_its_token() {
    let (issuer, verifier) = ready().await;
    issuer.issues_with("short", &json!({ "exp": 1_700_000_010 }));
    verifier.verify("short").await.unwrap();

    issuer.clock.advance(9);
    verifier.verify("short").await.unwrap();
    assert_eq!(issuer.asked(), 1);
    issuer.revokes("short");
    issuer.clock.advance(1);

    assert_eq!(refused(&verifier, "short").await, InvalidToken::Unknown);
}

#[tokio::test]
async fn a_bad_token_is_remembered_for_five_seconds() {
    let (issuer, verifier) = ready().await;

    for _ in 0..3 {
        assert_eq!(refused(&verifier, "at_early").await, InvalidToken::Unknown);
    }
    issuer.issues("at_early");
    issuer.clock.advance(4);
    assert_eq!(refused(&verifier, "at_early").await, InvalidToken::Unknown);
    assert_eq!(issuer.asked(), 1);
    issuer.clock.advance(1);

    verifier.verify("at_early").await.unwrap();
}

#[tokio::test]
async fn a_flood_of_bad_tokens_takes_no_place_of_good_ones() {
    let issuer = AskedIssuer::new().await;
    issuer.issues(TOKEN);
    let verifier = issuer.verifier().capacity(1).build().unwrap();
    verifier.verify(TOKEN).await.unwrap();

    for number in 0..20 {
        refused(&verifier, &format!("made-up-{number}")).await;
    }
    verifier.verify(TOKEN).await.unwrap();

    assert_eq!(issuer.asked(), 21);
    issuer.issues("at_bob");
    verifier.verify("at_bob").await.unwrap();
    verifier.verify(TOKEN).await.unwrap();
    assert_eq!(issuer.asked(), 23, "there is room for one");
}

#[tokio::test]
async fn many_requests_with_one_token_share_a_look_up() {
    let (issuer, verifier) = ready().await;
    issuer.hesitates();
    let asks = join_all((0..20).map(|_| verifier.verify(TOKEN)));
    let lets_go = async {
        issuer.is_asked(1).await;
        issuer.lets_go();
    };

    let (results, ()) = tokio::join!(asks, lets_go);

    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn a_caller_that_hangs_up_does_not_stop_the_look_up() {
    let (issuer, verifier) = ready().await;
    issuer.hesitates();
    let asks = tokio::spawn({
        let verifier = verifier.clone();
        async move { verifier.verify(TOKEN).await }
    });
    issuer.is_asked(1).await;
    asks.abort();
    assert!(asks.await.unwrap_err().is_cancelled());

    issuer.lets_go();
    verifier.verify(TOKEN).await.unwrap();

    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn the_issuer_is_asked_about_a_few_tokens_at_once() {
    let issuer = AskedIssuer::new().await;
    let tokens: Vec<String> = (0..10).map(|number| format!("at_{number}")).collect();
    for token in &tokens {
        issuer.issues(token);
    }
    let verifier = issuer.verifier().at_once(2).build().unwrap();
    issuer.hesitates();
    let asks = join_all(tokens.iter().map(|token| verifier.verify(token)));
    let lets_go = async {
        issuer.is_asked(2).await;
        // Whoever could go on would have by now.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(issuer.asked(), 2);
        issuer.lets_go();
    };

    let (results, ()) = tokio::join!(asks, lets_go);

    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(issuer.asked(), 10);
}

#[tokio::test]
async fn an_answer_that_counts_survives_an_outage_and_nothing_else_does() {
    let (issuer, verifier) = ready().await;
    verifier.verify(TOKEN).await.unwrap();
    issuer.issues("at_bob");
    issuer.answers(500, JSON, "");

    verifier.verify(TOKEN).await.unwrap();
    assert!(is_unavailable(&verifier.verify("at_bob").await));
    issuer.clock.advance(30);

    assert!(is_unavailable(&verifier.verify(TOKEN).await), "stale answers open nothing");
}
