//! How often strangers may ask. RFC 7591 §5, RFC 6749 §10.10.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::{Answer, Registration, TestApp};
use http::StatusCode;

use super::changing_nothing;
use crate::{app, provider};

#[track_caller]
fn is_told_to_wait(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.describe());
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{}", answer.describe());
}

async fn limited() -> TestApp {
    app(provider().code_expires_in(600)).with_rate_limits().build().await
}

#[tokio::test]
async fn one_address_registers_a_hundred_and_twenty_clients_a_minute() {
    let app = limited().await;
    for _ in 0..120 {
        assert_eq!(app.tries_to_register(&Registration::public()).await.status, StatusCode::CREATED);
    }

    let answer = changing_nothing(&app, async || app.tries_to_register(&Registration::public()).await).await;

    is_told_to_wait(&answer);
    assert_eq!(app.count("oauthApplication").await, 120);
    app.clock.advance(Duration::from_mins(1));
    assert_eq!(app.tries_to_register(&Registration::public()).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn one_address_asks_for_three_hundred_codes_a_minute() {
    let app = limited().await;
    let client = app.registers_client().await;
    let silent = client.asks().with("prompt", "none").url();
    for _ in 0..300 {
        assert_eq!(app.get(silent.as_str()).await.status, StatusCode::FOUND);
    }

    let answer = changing_nothing(&app, async || app.get(silent.as_str()).await).await;

    is_told_to_wait(&answer);
    assert_eq!(answer.location(), None);
}

/// Whoever guesses codes is stopped; a code that is refused for it is not used up.
#[tokio::test]
async fn one_address_asks_for_tokens_six_thousand_times_a_minute() {
    let app = limited().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let code = app.alice().await.authorizes(&client).await;
    let twice = [("code", "ac_1"), ("code", "ac_2")];
    for _ in 0..6000 {
        // What cannot be read costs no statement, and counts all the same.
        app.post_form("/api/auth/oauth2/token", &twice).await;
    }

    let answer = changing_nothing(&app, async || client.exchanges(&code).await).await;

    is_told_to_wait(&answer);
    app.clock.advance(Duration::from_mins(1));
    client.exchanges(&code).await.succeeds();
    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);
}
