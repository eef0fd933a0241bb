//! What is deleted in the background, and what stays.

use std::time::Duration;

use auth_oidc_provider::ClientOption;
use auth_testkit::{OAuthClient, Registration, TestApp};

use super::refresh::again;
use crate::{app, provider};

const DAY: u64 = 86_400;

/// Lets an instance start, which looks for what nobody needs at once, and waits until rows are gone.
pub(crate) async fn swept(first: &TestApp, table: &str, left: u64) {
    let _other = again(first, provider()).await;
    let gone = async {
        while first.count(table).await > left {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
    assert_eq!(first.count(table).await, left, "{table}");
}

#[tokio::test]
async fn a_grant_whose_code_was_never_redeemed_goes() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let used = alice.authorizes(&client).await;
    client.exchanges(&used).await.succeeds();
    alice.authorizes(&client).await;
    assert_eq!(app.count("oauthGrant").await, 2);

    app.clock.advance(Duration::from_secs(DAY + 60));

    swept(&app, "oauthGrant", 1).await;
    assert_eq!(app.count("oauthAuthorizationCode").await, 1, "a used code stays, so that a replay is recognised");
}

#[tokio::test]
async fn a_request_nobody_answered_goes() {
    let app = app(provider()).build().await;
    let client = app.registers_client().await;
    app.browser().get(client.asks().url().as_str()).await.page();
    assert_eq!(app.count("oauthInteraction").await, 1);

    app.clock.advance(Duration::from_mins(10));

    swept(&app, "oauthInteraction", 0).await;
}

#[tokio::test]
async fn a_client_nobody_used_goes_after_thirty_days_and_one_in_use_stays() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    app.registers(Registration::public()).await;
    let used = app.registers_client().await;
    let code = alice.authorizes(&used).await;
    let tokens = used.exchanges(&code).await.succeeds();

    app.clock.advance(Duration::from_secs(30 * DAY - 1));
    let tokens = used.refreshes(tokens.refresh()).await.succeeds();
    app.clock.advance(Duration::from_secs(1));

    swept(&app, "oauthApplication", 1).await;
    used.refreshes(tokens.refresh()).await.succeeds();
}

#[tokio::test]
async fn a_client_that_is_declared_or_has_an_owner_stays_unused() {
    let declared = ClientOption::public("known").redirect_uri("https://client.example/callback");
    let app = app(provider().client(declared)).build().await;
    let alice = app.alice().await;
    app.registers(Registration::public()).await;
    let owned = alice.browser.post_json("/api/auth/oauth2/register", &Registration::public().metadata()).await;
    assert_eq!(owned.status, 201, "{}", owned.describe());
    assert_eq!(app.count("oauthApplication").await, 3);

    app.clock.advance(Duration::from_secs(400 * DAY));

    swept(&app, "oauthApplication", 2).await;
    alice.signs_in().await;
    let own = owned.json();
    let of_alice = (own["client_id"].as_str().unwrap(), own["redirect_uris"][0].as_str().unwrap());
    for (client_id, redirect_uri) in [("known", "https://client.example/callback"), of_alice] {
        alice.authorizes(&OAuthClient::known(&app, client_id, redirect_uri)).await;
    }
}

#[tokio::test]
async fn a_client_whose_grant_has_just_ended_stays_for_the_next_one() {
    let app = app(provider().access_token_expires_in(60).grant_expires_in(31 * DAY)).build().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let code = alice.authorizes(&client).await;
    client.exchanges(&code).await.succeeds();

    app.clock.advance(Duration::from_secs(31 * DAY));

    swept(&app, "oauthAccessToken", 0).await;
    assert_eq!(app.count("oauthApplication").await, 1);
    alice.signs_in().await;
    let again = alice.authorizes(&client).await;
    client.exchanges(&again).await.succeeds();
}

#[tokio::test]
async fn where_nobody_registers_no_client_goes() {
    let declared = ClientOption::public("known").redirect_uri("https://client.example/callback");
    let provider = || provider().dynamic_registration(false).client(declared.clone());
    let app = app(provider()).build().await;
    let client = OAuthClient::known(&app, "known", "https://client.example/callback");
    app.browser().get(client.asks().url().as_str()).await.page();

    app.clock.advance(Duration::from_secs(400 * DAY));
    let _other = again(&app, provider()).await;
    let looked = async {
        while app.count("oauthInteraction").await > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), looked).await.unwrap();

    assert_eq!(app.count("oauthApplication").await, 1);
}

#[tokio::test]
async fn more_than_one_batch_goes_at_once() {
    let app = app(provider()).build().await;
    let client = app.registers_client().await;
    let url = client.asks().url();
    for _ in 0..1100 {
        app.browser().fetches(url.as_str()).await;
    }
    assert_eq!(app.count("oauthInteraction").await, 1100);

    app.clock.advance(Duration::from_mins(10));

    swept(&app, "oauthInteraction", 0).await;
}
