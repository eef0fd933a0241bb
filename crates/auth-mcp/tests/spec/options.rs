//! The options of the plugin take effect, and wrong ones are complained about.

use std::time::Duration;

use auth_core::{Auth, BuildError};
use auth_mcp::Mcp;
use auth_protocol::OAuthErrorCode;
use http::StatusCode;

use crate::{builder, client, mcp};

#[tokio::test]
async fn lifetimes_and_scopes_are_the_apps_to_set() {
    let mcp = mcp().provider(|provider| {
        provider
            .code_expires_in(90)
            .access_token_expires_in(120)
            .refresh_token_expires_in(600)
            .scopes(["extra"])
            .default_scope("openid mcp:tools extra")
    });
    let app = builder(mcp).build().await;
    let mut client = client(&app, "").await;
    client.scope = None;
    let code = app.alice().await.authorizes(&client).await;
    app.clock.advance(Duration::from_secs(89));

    let tokens = client.exchanges(&code).await.succeeds();

    assert_eq!(tokens.expires_in, Some(120));
    assert_eq!(tokens.scopes(), ["openid", "mcp:tools", "extra"]);
    app.clock.advance(Duration::from_mins(10));
    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
}

#[tokio::test]
async fn an_apps_own_sign_in_page_is_where_people_are_sent() {
    let app = builder(mcp().login_page("/my/login").consent_page("/my/consent")).build().await;
    let client = client(&app, "mcp:tools").await;

    let answer = app.get(client.asks().url().as_str()).await.expects(StatusCode::FOUND);

    assert!(answer.location().unwrap().starts_with("/my/login?interaction="));
    app.get("/consent").await.expects(StatusCode::NOT_FOUND);
}

#[test]
fn wrong_options_are_complained_about_all_at_once() {
    let mcp =
        Mcp::new().login_page("sign-in").resource("mcp tools").base_scope("two words", "x").provider(|provider| {
            provider.code_expires_in(0).access_token_expires_in(1_000_000).replay_window(61).default_scope("nonsense")
        });

    let error = Auth::builder("http://localhost:3000").plugin(mcp).assemble().unwrap_err();

    let BuildError::Configuration(complaints) = error else { panic!("{error}") };
    let text = complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for option in [
        "login_page",
        "code_expires_in",
        "access_token_expires_in",
        "replay_window",
        "default_scope",
        "two words",
        "mcp tools",
    ] {
        assert!(text.contains(option), "{option} is missing from\n{text}");
    }
}

#[test]
fn the_provider_cannot_be_listed_beside_the_plugin_that_wraps_it() {
    let error = Auth::builder("http://localhost:3000")
        .plugin(auth_oidc_provider::OidcProvider::new("/sign-in"))
        .plugin(mcp())
        .assemble()
        .unwrap_err();

    assert!(error.to_string().contains("oidc-provider: is listed twice"), "{error}");
}
