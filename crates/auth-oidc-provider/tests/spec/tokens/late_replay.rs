//! What comes again long after it was used. RFC 6749 §4.1.2, RFC 9700 §4.14.2.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::TestApp;

use super::refresh::again;
use super::{DAY, SECOND, are_alive, are_dead, revoked_grants, with_code, with_tokens};
use crate::provider;

/// Lets an instance start, which looks for expired rows at once, and waits until it has taken this table's.
async fn swept(first: &TestApp, table: &str, left: u64) {
    let _other = again(first, provider()).await;
    let gone = async {
        while first.count(table).await > left {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
}

#[tokio::test]
async fn a_code_that_comes_again_half_a_minute_later_ends_what_it_gave() {
    let (app, client, code) = with_code().await;
    let tokens = client.exchanges(&code).await.succeeds();
    app.clock.advance(30 * SECOND);
    are_alive(&client, &tokens).await;

    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);

    are_dead(&client, &tokens).await;
}

#[tokio::test]
async fn a_code_that_comes_again_after_its_end_ends_what_it_gave_all_the_same() {
    let (app, client, code) = with_code().await;
    let first = client.exchanges(&code).await.succeeds();
    app.clock.advance(Duration::from_hours(2));
    let tokens = client.refreshes(first.refresh()).await.succeeds();

    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);

    assert_eq!(revoked_grants(&app).await, 1);
    are_dead(&client, &tokens).await;
}

#[tokio::test]
async fn a_used_code_is_known_when_everything_that_ended_was_swept() {
    let (app, client, code) = with_code().await;
    let first = client.exchanges(&code).await.succeeds();
    app.clock.advance(Duration::from_secs(2 * DAY));
    swept(&app, "oauthAccessToken", 0).await;
    let tokens = client.refreshes(first.refresh()).await.succeeds();

    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);

    are_dead(&client, &tokens).await;
}

#[tokio::test]
async fn a_used_refresh_token_is_known_when_everything_that_ended_was_swept() {
    let (app, client, first) = with_tokens().await;
    let second = client.refreshes(first.refresh()).await.succeeds();
    app.clock.advance(Duration::from_secs(20 * DAY));
    let third = client.refreshes(second.refresh()).await.succeeds();
    app.clock.advance(Duration::from_secs(20 * DAY));
    swept(&app, "oauthAccessToken", 0).await;
    // The first would have ended by itself by now.
    let last = client.refreshes(third.refresh()).await.succeeds();

    client.refreshes(first.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);

    assert_eq!(revoked_grants(&app).await, 1);
    are_dead(&client, &last).await;
}

#[tokio::test]
async fn nothing_comes_back_when_its_grant_was_swept() {
    let (app, client, code) = with_code().await;
    let tokens = client.exchanges(&code).await.succeeds();
    app.clock.advance(Duration::from_secs(200 * DAY));
    swept(&app, "oauthGrant", 0).await;
    let before = app.dump_tables().await;

    // The client may be gone as well by then: it was not used for long.
    for answer in [client.exchanges(&code).await, client.refreshes(tokens.refresh()).await] {
        assert!(answer.status.is_client_error(), "{}", answer.describe());
    }

    client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
    assert_eq!(app.dump_tables().await, before);
}
