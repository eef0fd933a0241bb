//! Resources an operator declares in code: seeded at start, and what becomes of those that are no longer. RFC 8707.

use auth_core::{Auth, plugins};
use auth_email_password::EmailPassword;
use auth_oidc_provider::{AccessTokenFormat, OidcProvider, RefreshPolicy, ResourceOption};
use auth_pages::Pages;
use auth_protocol::OAuthErrorCode;
use auth_testkit::Registration;
use serde_json::json;

use super::refresh::{again, same};
use super::verified_for;
use crate::{app, provider};

const FILES: &str = "https://files.example";

fn files() -> ResourceOption {
    ResourceOption::new(FILES)
        .base_scope(["files:read"])
        .access_token_format(AccessTokenFormat::Jwt)
        .access_token_expires_in(90)
}

#[tokio::test]
async fn a_second_start_writes_no_resource_and_a_changed_declaration_is_written() {
    let first = app(provider().protected_resource(files())).build().await;
    assert_eq!(first.count("oauthResource").await, 2);
    let tables = first.dump_tables().await;

    let _second = again(&first, provider().protected_resource(files())).await;
    assert_eq!(first.dump_tables().await, tables);

    let _third = again(&first, provider().protected_resource(files().access_token_expires_in(60))).await;
    assert_eq!(first.count("oauthResource").await, 2);
    assert_ne!(first.dump_tables().await, tables);
}

#[tokio::test]
async fn many_who_start_at_once_write_each_resource_once() {
    let first = app(provider()).build().await;

    let _apps = futures::future::join_all((0..4).map(|_| again(&first, provider().protected_resource(files())))).await;

    assert_eq!(first.count("oauthResource").await, 2);
}

#[tokio::test]
async fn a_resource_of_another_version_keeps_what_was_granted_and_is_asked_for_no_more() {
    let before = app(provider().protected_resource(files())).build().await;
    let client = before.registers(Registration::confidential_basic()).await;
    let request = client.asks().with("resource", FILES);
    let granted = client.exchanges(&before.alice().await.allows(&request).await).await.succeeds();

    let after = again(&before, provider()).await;

    let client = same(&after, &client);
    let bob = after.bob().await;
    let asked = client.asks().with("resource", FILES);
    assert_eq!(bob.is_refused(&asked).await.code, OAuthErrorCode::InvalidTarget);
    let refreshed = client.refreshes(granted.refresh()).await.succeeds();
    let (_, claims) = verified_for(&after, FILES, &refreshed.access_token).await;
    assert_eq!((&claims["aud"], refreshed.expires_in), (&json!(FILES), Some(90)), "its terms are still known");
    let of_the_only_one = client.exchanges(&bob.authorizes(&client).await).await.succeeds();
    let facts = client.introspects(&of_the_only_one.access_token).await.is_ok();
    assert_eq!(facts["aud"], after.url("/mcp").as_str(), "the only one that is declared");
}

#[tokio::test]
async fn fixed_claims_stand_in_every_jwt_of_their_resource() {
    let tenant = files().claim("tenant", "acme").claim("https://files.example/tier", json!({"level": 2}));
    let app = app(provider().protected_resource(tenant)).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let code = app.alice().await.allows(&client.asks().with("resource", FILES)).await;

    let tokens = client.exchanges(&code).await.succeeds();
    let next = client.refreshes(tokens.refresh()).await.succeeds();

    for token in [&tokens.access_token, &next.access_token] {
        let (_, claims) = verified_for(&app, FILES, token).await;
        assert_eq!((&claims["tenant"], &claims["https://files.example/tier"]["level"]), (&json!("acme"), &json!(2)));
        assert_eq!(claims["client_id"], client.client_id);
    }
}

#[test]
fn what_is_wrong_with_a_resource_is_told_at_once() {
    let wrong = OidcProvider::new("/sign-in")
        .protected_resource(files().claim("sub", "somebody").claim("client_id", "other").access_token_expires_in(0))
        .protected_resource(ResourceOption::new("https://other.example").claim("", 1));

    let plugins = plugins![EmailPassword::new(), Pages::new(), wrong];
    let error = Auth::builder("http://localhost:3000").plugins(plugins).schema().unwrap_err().to_string();

    insta::assert_snapshot!(error, @r#"
    the configuration has 4 problem(s):
      - oidc-provider: resource.access_token_expires_in is 0; use 1 to 86400 seconds
      - oidc-provider: resource.claim is "client_id"; use a name of its own
      - oidc-provider: resource.claim is "sub"; use a name of its own
      - oidc-provider: resource.claim is ""; use a name of its own
    "#);
}

#[tokio::test]
async fn a_scope_that_is_offered_no_more_is_given_no_more() {
    let before = app(provider()).build().await;
    let client = before.registers(Registration::confidential_basic()).await.with_scope("openid mcp:tools notes:write");
    let alice = before.alice().await;
    let granted = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    let code = alice.authorizes(&client).await;
    let notes = before.registers(Registration::confidential_basic()).await.with_scope("notes:write");
    let only_notes = notes.exchanges(&alice.authorizes(&notes).await).await.succeeds();

    let without_notes = OidcProvider::new("/sign-in").dynamic_registration(true);
    let without_notes = without_notes.refresh_policy(RefreshPolicy::RegisteredGrant).resource("/mcp", ["mcp:tools"]);
    let after = again(&before, without_notes).await;

    let client = same(&after, &client);
    assert_eq!(client.refreshes(granted.refresh()).await.succeeds().scopes(), ["openid", "mcp:tools"]);
    assert_eq!(client.exchanges(&code).await.succeeds().scopes(), ["openid", "mcp:tools"]);
    let notes = same(&after, &notes);
    notes.refreshes(only_notes.refresh()).await.fails_with(OAuthErrorCode::InvalidScope);
    same(&before, &notes).refreshes(only_notes.refresh()).await.succeeds();
}
