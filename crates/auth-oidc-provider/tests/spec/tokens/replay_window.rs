//! The replay window of refresh: a lost answer is said again, reuse is not forgiven.

use std::time::Duration;

use auth_oidc_provider::entity::refresh_token::{Column, Entity};
use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthClient, Registration, TestApp, Tokens};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};

use super::refresh::{again, same};
use super::{are_alive, are_dead, is_refused, revoked_grants};
use crate::{app, provider};

const WINDOW: u64 = 30;

/// A client whose refresh token was just used: the token, and the answer.
async fn rotated() -> (TestApp, OAuthClient, Tokens, Tokens) {
    let provider = provider().replay_window(WINDOW).resource("https://files.example", ["files:read"]);
    let app = app(provider).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = client.asks().with("resource", app.url("/mcp")).and("resource", "https://files.example");
    let code = app.alice().await.allows(&request).await;
    let first = client.exchanges(&code).await.succeeds();
    let second = client.refreshes(first.refresh()).await.succeeds();
    (app, client, first, second)
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer_again() {
    let (app, client, first, second) = rotated().await;
    let before = app.dump_tables().await;

    for _ in 0..3 {
        let answer = client.refreshes(first.refresh()).await;
        assert_eq!(answer.succeeds().json, second.json);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }

    assert_eq!(app.dump_tables().await, before, "no new row, nothing revoked");
    are_alive(&client, &second).await;
    client.refreshes(second.refresh()).await.succeeds();
}

#[tokio::test]
async fn the_answer_is_said_again_by_another_instance() {
    let (first_app, client, first, second) = rotated().await;
    let provider = provider().replay_window(WINDOW).resource("https://files.example", ["files:read"]);
    let other = again(&first_app, provider).await;

    let answer = same(&other, &client).refreshes(first.refresh()).await;

    assert_eq!(answer.succeeds().json, second.json);
}

#[tokio::test]
async fn the_window_is_open_to_its_last_second() {
    let (app, client, first, second) = rotated().await;

    app.clock.advance(Duration::from_secs(WINDOW - 1));

    assert_eq!(client.refreshes(first.refresh()).await.succeeds().json, second.json);
}

#[tokio::test]
async fn after_the_window_it_is_reuse() {
    let (app, client, first, second) = rotated().await;

    app.clock.advance(Duration::from_secs(WINDOW));
    is_refused(&*client.refreshes(first.refresh()).await, 400, OAuthErrorCode::InvalidGrant);

    assert_eq!(revoked_grants(&app).await, 1);
    are_dead(&client, &second).await;
    are_dead(&client, &first).await;
}

#[tokio::test]
async fn another_scope_is_reuse() {
    let (app, client, first, second) = rotated().await;

    let answer = client.refreshes_with(first.refresh(), &[("scope", "mcp:tools")]).await;

    is_refused(&answer, 400, OAuthErrorCode::InvalidGrant);
    assert_eq!(revoked_grants(&app).await, 1);
    are_dead(&client, &second).await;
}

#[tokio::test]
async fn another_resource_is_reuse() {
    let (app, client, first, second) = rotated().await;

    let answer = client.refreshes_with(first.refresh(), &[("resource", "https://files.example")]).await;

    is_refused(&answer, 400, OAuthErrorCode::InvalidGrant);
    assert_eq!(revoked_grants(&app).await, 1);
    are_dead(&client, &second).await;
}

#[tokio::test]
async fn after_its_successor_was_used_it_is_reuse() {
    let (app, client, first, second) = rotated().await;
    let third = client.refreshes(second.refresh()).await.succeeds();

    is_refused(&*client.refreshes(first.refresh()).await, 400, OAuthErrorCode::InvalidGrant);

    assert_eq!(revoked_grants(&app).await, 1);
    are_dead(&client, &third).await;
    are_dead(&client, &second).await;
}

#[tokio::test]
async fn another_client_is_not_told_the_answer() {
    let (app, client, first, second) = rotated().await;
    let other = app.registers(Registration::confidential_basic()).await;
    let before = app.dump_tables().await;

    is_refused(&*other.refreshes(first.refresh()).await, 400, OAuthErrorCode::InvalidGrant);

    assert_eq!(app.dump_tables().await, before);
    assert_eq!(client.refreshes(first.refresh()).await.succeeds().json, second.json);
}

#[tokio::test]
async fn a_revoked_family_is_not_replayed() {
    let (_app, client, first, second) = rotated().await;
    client.revokes(second.refresh()).await.is_ok();

    is_refused(&*client.refreshes(first.refresh()).await, 400, OAuthErrorCode::InvalidGrant);

    are_dead(&client, &second).await;
}

#[tokio::test]
async fn without_a_window_a_second_use_is_reuse_at_once() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let code = app.alice().await.authorizes(&client).await;
    let first = client.exchanges(&code).await.succeeds();
    let second = client.refreshes(first.refresh()).await.succeeds();
    assert_eq!(sealed(&app).await, 0, "without a window nothing is kept");

    is_refused(&*client.refreshes(first.refresh()).await, 400, OAuthErrorCode::InvalidGrant);

    assert_eq!(revoked_grants(&app).await, 1);
    are_dead(&client, &second).await;
}

/// How many rows hold a sealed answer.
async fn sealed(app: &TestApp) -> u64 {
    let held = [Column::Replay, Column::ReplayRequest, Column::ReplayUntil];
    let any = held.iter().fold(Condition::any(), |any, column| any.add(column.is_not_null()));
    Entity::find().filter(any).count(app.db()).await.unwrap()
}

#[tokio::test]
async fn the_sealed_answer_is_forgotten_after_the_window_and_reuse_is_still_found() {
    let (app, client, first, second) = rotated().await;
    assert_eq!(sealed(&app).await, 1);
    app.stores_no_secret().await;

    app.clock.advance(Duration::from_secs(WINDOW));
    // An instance that starts looks for expired rows at once, in the background.
    let _other = again(&app, provider().replay_window(WINDOW)).await;
    let forgotten = async {
        while sealed(&app).await > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), forgotten).await.expect("the sealed answer is forgotten");

    is_refused(&*client.refreshes(first.refresh()).await, 400, OAuthErrorCode::InvalidGrant);
    assert_eq!(revoked_grants(&app).await, 1);
    are_dead(&client, &second).await;
}

#[tokio::test]
async fn an_open_window_is_not_swept() {
    let (app, client, first, second) = rotated().await;
    app.clock.advance(Duration::from_secs(WINDOW - 1));
    let expired = client.asks().url();
    let _pending = app.bob().await.browser.get(expired.as_str()).await;

    let _other = again(&app, provider().replay_window(WINDOW)).await;
    for _ in 0..50 {
        assert_eq!(sealed(&app).await, 1);
        tokio::task::yield_now().await;
    }

    assert_eq!(client.refreshes(first.refresh()).await.succeeds().json, second.json);
}
