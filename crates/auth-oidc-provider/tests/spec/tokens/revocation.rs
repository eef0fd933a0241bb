//! Revocation. RFC 7009.

use auth_protocol::OAuthErrorCode;
use auth_testkit::{Registration, TestApp};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::Table;

use super::{AS_FORM, are_alive, are_dead, form, is_refused, posts, revoked_grants, with_code, with_tokens};
use crate::{app, provider};

#[tokio::test]
async fn revoking_a_refresh_token_ends_the_whole_family() {
    let (app, client, first) = with_tokens().await;
    let second = client.refreshes(first.refresh()).await.succeeds();

    let answer = client.revokes(second.refresh()).await;

    answer.is_ok();
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(revoked_grants(&app).await, 1);
    are_dead(&client, &second).await;
    are_dead(&client, &first).await;
}

#[tokio::test]
async fn revoking_a_used_refresh_token_ends_the_family_too() {
    let (_app, client, first) = with_tokens().await;
    let second = client.refreshes(first.refresh()).await.succeeds();

    client.revokes(first.refresh()).await.is_ok();

    are_dead(&client, &second).await;
}

#[tokio::test]
async fn revoking_an_access_token_leaves_the_rest() {
    let (app, client, tokens) = with_tokens().await;

    client.revokes(&tokens.access_token).await.is_ok();

    client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
    assert_eq!(revoked_grants(&app).await, 0);
    let next = client.refreshes(tokens.refresh()).await.succeeds();
    are_alive(&client, &next).await;
}

#[tokio::test]
async fn a_public_client_revokes_by_its_name() {
    let app = app(provider()).build().await;
    let client = app.registers_client().await;
    let code = app.alice().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();

    client.revokes(tokens.refresh()).await.is_ok();

    client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
}

#[tokio::test]
async fn a_wrong_hint_does_not_matter() {
    let (_app, client, tokens) = with_tokens().await;

    let fields = [("token", tokens.refresh()), ("token_type_hint", "access_token")];
    client.posts("/oauth2/revoke", &fields).await.is_ok();

    are_dead(&client, &tokens).await;
}

#[tokio::test]
async fn another_client_revokes_nothing() {
    let (app, client, tokens) = with_tokens().await;
    let others = [
        app.registers(Registration::confidential_basic()).await,
        app.registers(Registration::public_on_the_web()).await,
    ];
    let before = app.dump_tables().await;

    for other in &others {
        other.revokes(&tokens.access_token).await.is_ok();
        other.revokes(tokens.refresh()).await.is_ok();
    }

    assert_eq!(app.dump_tables().await, before);
    are_alive(&client, &tokens).await;
}

#[tokio::test]
async fn what_is_no_token_of_ours_is_no_error() {
    let (app, client, code) = with_code().await;
    let spare = app.bob().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();
    let before = app.dump_tables().await;
    let long = "x".repeat(8192);

    for token in ["x", "at_x", "rt_x", &long, tokens.id(), &spare.value] {
        let answer = client.revokes(token).await;
        assert_eq!(answer.status, 200, "RFC 7009 §2.2: {}", answer.describe());
        assert!(answer.body.is_empty());
    }

    assert_eq!(app.dump_tables().await, before);
    are_alive(&client, &tokens).await;
    client.exchanges(&spare).await.succeeds();
}

#[tokio::test]
async fn revoking_twice_is_no_error() {
    let (app, client, tokens) = with_tokens().await;
    client.revokes(&tokens.access_token).await.is_ok();
    client.revokes(tokens.refresh()).await.is_ok();
    let before = app.dump_tables().await;

    client.revokes(&tokens.access_token).await.is_ok();
    client.revokes(tokens.refresh()).await.is_ok();

    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn a_client_must_say_who_it_is() {
    let (app, client, tokens) = with_tokens().await;
    let before = app.dump_tables().await;
    let alone = [("token", tokens.refresh())];
    let named = [alone[0], ("client_id", &*client.client_id)];
    let unknown = [alone[0], ("client_id", "nobody")];

    for fields in [&alone[..], &named, &unknown] {
        let answer = posts(&app, "/oauth2/revoke", &[AS_FORM], form(fields)).await;
        is_refused(&answer, 401, OAuthErrorCode::InvalidClient);
    }
    let nothing = client.posts("/oauth2/revoke", &[]).await;
    is_refused(&nothing, 400, OAuthErrorCode::InvalidRequest);

    assert_eq!(app.dump_tables().await, before);
    are_alive(&client, &tokens).await;
}

/// Moves the table of grants away and back: no request can break the database.
async fn renames(app: &TestApp, from: &str, to: &str) {
    app.db().execute(Table::rename().table(from.to_owned(), to.to_owned())).await.unwrap();
}

#[tokio::test]
async fn a_revocation_that_failed_is_not_told_as_done() {
    let (app, client, tokens) = with_tokens().await;
    renames(&app, "oauthGrant", "away").await;

    let answers = [
        client.revokes(tokens.refresh()).await,
        client.revokes(&tokens.access_token).await,
        client.userinfo(&tokens.access_token).await,
        client.introspects(&tokens.access_token).await,
        client.refreshes(tokens.refresh()).await,
    ];

    for answer in answers {
        assert!(answer.status.is_server_error(), "{}", answer.describe());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.json()["error"], "server_error");
        assert!(!answer.text().contains("oauthGrant"), "no word of the database: {}", answer.text());
    }
    renames(&app, "away", "oauthGrant").await;
    are_alive(&client, &tokens).await;
    client.revokes(tokens.refresh()).await.is_ok();
    are_dead(&client, &tokens).await;
}
