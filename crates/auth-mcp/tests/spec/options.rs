//! The options of the plugin take effect, and wrong ones are complained about.

use std::time::Duration;

use auth_core::{Auth, BuildError, Wrong};
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
            let provider = provider.alias("/x", "/oauth2/par").alias("no-slash", "/oauth2/token");
            provider.code_expires_in(0).access_token_expires_in(1_000_000).replay_window(61).default_scope("nonsense")
        });
    let mcp = mcp.allowed_host("a b");

    let error = Auth::builder("http://localhost:3000").plugin(mcp).assemble().unwrap_err();

    let BuildError::Configuration(complaints) = error else { panic!("{error}") };
    let text = complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for told in [
        "login_page is \"sign-in\"; use a path such as \"/sign-in\"",
        "code_expires_in is 0; use 1 to 600 seconds",
        "access_token_expires_in is 1000000; use 1 to 86400 seconds",
        "replay_window is 61; use 0 to 60 seconds",
        "default_scope is \"nonsense\"; use scopes the provider offers, separated by blanks",
        "scope is \"two words\"; use one word such as \"notes:read\"",
        "resource is \"mcp tools\"; use a path such as \"/mcp\", or a whole https URL",
        "allowed_host is \"a b\"; use a host such as \"mcp.example.com\", without port",
        "alias is \"/x\" of \"/oauth2/par\"; make it one of /oauth2/authorize",
        "alias is \"no-slash\"; use a path of its own, such as \"/mcp/token\"",
    ] {
        assert!(text.contains(told), "{told} is missing from\n{text}");
    }
    for complaint in &complaints {
        assert!(matches!(complaint.wrong, Wrong::Option { .. }), "not about one option: {complaint}");
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
