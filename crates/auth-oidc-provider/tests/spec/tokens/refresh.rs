//! Refresh tokens: rotation, reuse, lifetimes. RFC 6749 §6, OAuth 2.1 §4.3, RFC 9700 §4.14.

use std::time::Duration;

use auth_oidc_provider::OidcProvider;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthClient, Registration, TestApp};
use serde_json::json;
use url::Url;

use super::{DAY, SECOND, are_alive, are_dead, deletes, disables, is_refused, revoked_grants, with_tokens};
use crate::{app, provider};

#[tokio::test]
async fn a_refresh_gives_a_new_pair() {
    let (app, client, tokens) = with_tokens().await;

    let answer = client.refreshes(tokens.refresh()).await;

    let next = answer.succeeds();
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(next.json["token_type"], "Bearer");
    assert_eq!(next.json["expires_in"], 3600);
    assert_eq!(next.scope, tokens.scope, "RFC 6749 §6: the grant's when it names none");
    assert_ne!(next.access_token, tokens.access_token);
    assert_ne!(next.refresh(), tokens.refresh());
    assert_eq!(app.count("oauthRefreshToken").await, 2);
    are_alive(&client, &next).await;
}

#[tokio::test]
async fn a_reused_refresh_token_revokes_its_family() {
    let (app, client, first) = with_tokens().await;
    let second = client.refreshes(first.refresh()).await.succeeds();
    let third = client.refreshes(second.refresh()).await.succeeds();
    are_alive(&client, &third).await;

    let answer = client.refreshes(first.refresh()).await;

    is_refused(&answer, 400, OAuthErrorCode::InvalidGrant);
    assert_eq!(revoked_grants(&app).await, 1);
    for tokens in [&third, &second, &first] {
        are_dead(&client, tokens).await;
    }
}

#[tokio::test]
async fn a_revoked_family_stays_dead_after_a_restart() {
    let (first_app, client, first) = with_tokens().await;
    let second = client.refreshes(first.refresh()).await.succeeds();
    client.refreshes(first.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);

    let restarted = again(&first_app, provider()).await;

    let client = same(&restarted, &client);
    are_dead(&client, &second).await;
    are_dead(&client, &first).await;
}

/// Another instance of an app, on the same database, with the same secret and the same time.
pub(crate) async fn again(first: &TestApp, provider: OidcProvider) -> TestApp {
    let (db, clock) = (first.db().clone(), first.clock.clone());
    app(provider).configure(move |builder| builder.database(db).clock(clock)).build().await
}

/// The same client, talking to another instance.
pub(crate) fn same(app: &TestApp, client: &OAuthClient) -> OAuthClient {
    let mut same = OAuthClient::known(app, &client.client_id, &client.redirect_uri);
    same.client_secret.clone_from(&client.client_secret);
    same.authentication = client.authentication;
    same
}

#[tokio::test]
async fn another_client_changes_nothing_with_a_refresh_token() {
    let (app, client, first) = with_tokens().await;
    let second = client.refreshes(first.refresh()).await.succeeds();
    let others = [
        app.registers(Registration::confidential_basic()).await,
        app.registers(Registration::public_on_the_web()).await,
    ];
    let before = app.dump_tables().await;

    for other in &others {
        // Live, and used before: a stranger can neither burn the one nor revoke with the other.
        other.refreshes(second.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
        other.refreshes(first.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
    }

    assert_eq!(app.dump_tables().await, before);
    are_alive(&client, &second).await;
    client.refreshes(second.refresh()).await.succeeds();
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let (app, client, tokens) = with_tokens().await;
    let before = app.dump_tables().await;

    for token in ["x", "rt_x", &*tokens.access_token, tokens.id(), &format!("{} ", tokens.refresh())] {
        let answer = client.refreshes(token).await;
        is_refused(&answer, 400, OAuthErrorCode::InvalidGrant);
    }
    let missing = client.refreshes_with("x", &[("refresh_token", "")]).await;
    is_refused(&missing, 400, OAuthErrorCode::InvalidRequest);

    assert_eq!(app.dump_tables().await, before);
    client.refreshes(tokens.refresh()).await.succeeds();
}

#[tokio::test]
async fn narrowing_applies_to_the_new_access_token_only() {
    let (_app, client, first) = with_tokens().await;

    let narrow = client.refreshes_with(first.refresh(), &[("scope", "mcp:tools")]).await.succeeds();
    let wide = client.refreshes(narrow.refresh()).await.succeeds();

    assert_eq!(narrow.scopes(), ["mcp:tools"]);
    assert_eq!(client.introspects(&narrow.access_token).await.is_ok()["scope"], "mcp:tools");
    assert_eq!(narrow.id_token, None, "no openid, no ID token");
    assert_eq!(wide.scope, first.scope);
    assert_eq!(client.introspects(&first.access_token).await.is_ok()["scope"], first.scope.as_deref().unwrap());
}

#[tokio::test]
async fn a_refresh_never_widens_the_scope() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope("mcp:tools offline_access");
    let code = app.alice().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();
    let before = app.dump_tables().await;

    let nothing_left = client.refreshes_with(tokens.refresh(), &[("scope", "notes:write openid")]).await;
    is_refused(&nothing_left, 400, OAuthErrorCode::InvalidScope);
    let malformed = client.refreshes_with(tokens.refresh(), &[("scope", "mcp:tools \"")]).await;
    is_refused(&malformed, 400, OAuthErrorCode::InvalidScope);

    assert_eq!(app.dump_tables().await, before);
    let next = client.refreshes_with(tokens.refresh(), &[("scope", "mcp:tools notes:write")]).await.succeeds();
    assert_eq!(next.scopes(), ["mcp:tools"]);
}

#[tokio::test]
async fn a_refresh_token_lives_thirty_days_without_use() {
    let (app, client, first) = with_tokens().await;

    app.clock.advance(Duration::from_secs(30 * DAY - 1));
    let second = client.refreshes(first.refresh()).await.succeeds();
    app.clock.advance(Duration::from_secs(30 * DAY));
    let before = app.dump_tables().await;
    let answer = client.refreshes(second.refresh()).await;

    is_refused(&answer, 400, OAuthErrorCode::InvalidGrant);
    assert_eq!(app.dump_tables().await, before);
    assert_eq!(client.introspects(second.refresh()).await.is_ok()["active"], false);
}

#[tokio::test]
async fn a_family_ends_after_ninety_days_however_often_it_is_refreshed() {
    let (app, client, mut tokens) = with_tokens().await;
    for _ in 0..89 {
        app.clock.advance(Duration::from_secs(DAY));
        tokens = client.refreshes(tokens.refresh()).await.succeeds();
    }
    app.clock.advance(Duration::from_secs(DAY - 600));

    tokens = client.refreshes(tokens.refresh()).await.succeeds();
    assert_eq!(tokens.expires_in, Some(600), "no access token outlives its grant");
    app.clock.advance(Duration::from_secs(599));
    are_alive(&client, &tokens).await;
    app.clock.advance(SECOND);

    let before = app.dump_tables().await;
    is_refused(&*client.refreshes(tokens.refresh()).await, 400, OAuthErrorCode::InvalidGrant);
    assert_eq!(app.dump_tables().await, before);
    client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
}

#[tokio::test]
async fn the_bare_provider_gives_a_refresh_token_for_offline_access_only() {
    let bare = OidcProvider::new("/sign-in").dynamic_registration(true).resource("/mcp", ["mcp:tools"]);
    let app = app(bare).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;

    let online = alice.authorizes(&client.clone().with_scope("openid mcp:tools")).await;
    let offline = alice.authorizes(&client.clone().with_scope("openid offline_access")).await;

    assert_eq!(client.exchanges(&online).await.succeeds().refresh_token, None, "OIDC Core §11");
    let tokens = client.exchanges(&offline).await.succeeds();
    let narrow = client.refreshes_with(tokens.refresh(), &[("scope", "openid")]).await.succeeds();
    assert_eq!(narrow.scopes(), ["openid"]);
    client.refreshes(narrow.refresh()).await.succeeds();
    assert_eq!(app.count("oauthRefreshToken").await, 3);
}

/// OpenID Connect Core §11: what a person does not allow is not given, however the client asks.
#[tokio::test]
async fn who_does_not_allow_offline_access_gives_no_refresh_token() {
    let app = app(OidcProvider::new("/sign-in").dynamic_registration(true)).build().await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope("openid email offline_access");
    let alice = app.alice().await;
    let request = client.asks();
    let page = alice.browser.get(request.url().as_str()).await.page();
    let (_, handle) = page.url.query_pairs().find(|(name, _)| name == "consent_code").unwrap();
    let body = json!({ "accept": true, "consent_code": handle, "scopes": "openid email" });
    let answer = alice.browser.post_json("/api/auth/oauth2/consent", &body).await;

    let url = Url::parse(answer.json()["redirectURI"].as_str().unwrap()).unwrap();
    let tokens = client.exchanges(&request.reads(&url).unwrap()).await.succeeds();

    assert_eq!((tokens.refresh_token.as_deref(), tokens.scopes()), (None, vec!["openid", "email"]));
    assert_eq!(app.count("oauthRefreshToken").await, 0);
}

#[tokio::test]
async fn no_refresh_token_outlives_the_policy_that_gave_it() {
    let (first_app, client, tokens) = {
        let app = app(provider()).build().await;
        let client = app.registers(Registration::confidential_basic()).await.with_scope("mcp:tools");
        let code = app.alice().await.authorizes(&client).await;
        let tokens = client.exchanges(&code).await.succeeds();
        (app, client, tokens)
    };
    let strict = OidcProvider::new("/sign-in").dynamic_registration(true).resource("/mcp", ["mcp:tools"]);
    let restarted = again(&first_app, strict).await;

    let last = same(&restarted, &client).refreshes(tokens.refresh()).await.succeeds();

    assert_eq!(last.refresh_token, None, "OIDC Core §11: not at refresh either");
}

#[tokio::test]
async fn tokens_outlive_the_session_they_were_given_in() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let code = alice.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();

    alice.signs_out().await;

    are_alive(&client, &tokens).await;
    client.refreshes(tokens.refresh()).await.succeeds();
}

#[tokio::test]
async fn the_tokens_of_somebody_who_was_deleted_are_dead() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let code = alice.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();
    are_alive(&client, &tokens).await;

    deletes(&app, &alice).await;

    let before = app.dump_tables().await;
    are_dead(&client, &tokens).await;
    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn a_disabled_client_cannot_refresh() {
    let (app, client, tokens) = with_tokens().await;
    disables(&app, &client).await;
    let before = app.dump_tables().await;

    is_refused(&*client.refreshes(tokens.refresh()).await, 401, OAuthErrorCode::InvalidClient);

    assert_eq!(app.dump_tables().await, before);
}
