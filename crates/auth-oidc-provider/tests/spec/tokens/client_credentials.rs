//! A client that acts for itself. RFC 6749 §4.4, OAuth 2.1 §4.2.

use std::time::Duration;

use auth_oidc_provider::{AccessTokenFormat, ClientOption, OidcProvider, ResourceOption};
use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthClient, Registration, TestApp};
use serde_json::json;

use super::refresh::again;
use super::{START, is_refused, verified_for};
use crate::{app, provider};

const SECRET: &str = "v3Yf0Tq9sLw2Xz8Rk5Jm1Hn7Pb4Gd6Ca";

fn with_machine() -> OidcProvider {
    provider().client(ClientOption::confidential("billing", SECRET).acts_for_itself(["notes:write", "mcp:tools"]))
}

async fn machine(provider: OidcProvider) -> (TestApp, OAuthClient) {
    let app = app(provider).build().await;
    let client = OAuthClient::known(&app, "billing", "").with_secret(SECRET);
    (app, client)
}

#[tokio::test]
async fn a_client_gets_an_access_token_in_its_own_name_and_nothing_else() {
    let (app, billing) = machine(with_machine()).await;

    let tokens = billing.acts_for_itself(&[]).await.succeeds();

    assert_eq!(tokens.scopes(), ["notes:write", "mcp:tools"]);
    assert_eq!((tokens.refresh_token, tokens.id_token), (None, None), "RFC 6749 §4.4.3");
    assert_eq!(
        billing.introspects(&tokens.access_token).await.is_ok(),
        json!({
            "active": true, "client_id": "billing", "sub": "billing", "iss": app.base_url(), "token_type": "Bearer",
            "scope": "notes:write mcp:tools", "aud": app.url("/mcp").as_str(), "iat": START, "exp": START + 3600,
        })
    );
    billing.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
    app.stores_no_secret().await;
}

#[tokio::test]
async fn it_asks_for_less_and_never_gets_more() {
    let (_app, billing) = machine(with_machine()).await;
    let scope = async |asked: &str| billing.acts_for_itself(&[("scope", asked)]).await;

    assert_eq!(scope("notes:write").await.succeeds().scopes(), ["notes:write"]);
    assert_eq!(scope("notes:write openid email offline_access admin").await.succeeds().scopes(), ["notes:write"]);
    for none in ["openid", "profile email", "admin", "a\"b"] {
        is_refused(&*scope(none).await, 400, OAuthErrorCode::InvalidScope);
    }
}

#[tokio::test]
async fn its_token_is_a_jwt_where_the_resource_reads_those() {
    let files = ResourceOption::new("https://files.example").access_token_format(AccessTokenFormat::Jwt);
    let (app, billing) = machine(with_machine().protected_resource(files)).await;

    let tokens = billing.acts_for_itself(&[("resource", "https://files.example")]).await.succeeds();

    let (_, claims) = verified_for(&app, "https://files.example", &tokens.access_token).await;
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!("billing"), &json!("billing")), "RFC 9068 §2.2");
    assert_eq!(claims.get("auth_time"), None);
    is_refused(
        &*billing.acts_for_itself(&[("resource", "https://evil.example")]).await,
        400,
        OAuthErrorCode::InvalidTarget,
    );
}

#[tokio::test]
async fn nobody_acts_for_a_client_without_its_secret() {
    let (app, billing) = machine(with_machine()).await;
    let before = app.dump_tables().await;

    is_refused(&*billing.clone().with_secret("wrong").acts_for_itself(&[]).await, 401, OAuthErrorCode::InvalidClient);
    let public = OAuthClient::known(&app, "billing", "");
    is_refused(&*public.acts_for_itself(&[]).await, 401, OAuthErrorCode::InvalidClient);

    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn a_client_that_registered_itself_never_acts_for_itself() {
    let app = app(with_machine()).build().await;
    let asked = Registration::confidential_basic()
        .with("grant_types", json!(["authorization_code", "client_credentials"]))
        .with("own_scope", "notes:write")
        .with("ownScope", "notes:write");
    let client = app.registers(asked).await;
    assert_eq!(client.registration["grant_types"], json!(["authorization_code"]));

    let answer = client.acts_for_itself(&[("scope", "notes:write")]).await;

    is_refused(&answer, 400, OAuthErrorCode::UnauthorizedClient);
    assert_eq!(app.count("oauthGrant").await, 0);
}

#[tokio::test]
async fn a_machine_cannot_ask_people() {
    let (app, billing) = machine(with_machine()).await;

    let request = billing.asks().with("redirect_uri", "https://billing.example/callback");
    let page = app.browser().get(request.url().as_str()).await.page();

    assert_eq!(page.answer.status, 400, "{}", page.describe());
    assert_eq!(app.count("oauthInteraction").await, 0);
}

#[tokio::test]
async fn discovery_tells_of_it_only_where_a_client_can() {
    let (with, _) = machine(with_machine()).await;
    let without = app(provider()).build().await;
    let grants = async |app: &TestApp| {
        app.get("/.well-known/oauth-authorization-server").await.json()["grant_types_supported"].clone()
    };

    assert_eq!(grants(&with).await, json!(["authorization_code", "refresh_token", "client_credentials"]));
    assert_eq!(grants(&without).await, json!(["authorization_code", "refresh_token"]));
}

#[tokio::test]
async fn what_a_machine_leaves_behind_goes_with_its_tokens() {
    let (app, billing) = machine(with_machine()).await;
    billing.acts_for_itself(&[]).await.succeeds();
    assert_eq!((app.count("oauthGrant").await, app.count("oauthAccessToken").await), (1, 1));

    app.clock.advance(Duration::from_hours(2));
    let _other = again(&app, with_machine()).await;
    let swept = async {
        while app.count("oauthGrant").await > 0 {
            tokio::task::yield_now().await;
        }
    };

    tokio::time::timeout(Duration::from_secs(20), swept).await.unwrap();
    assert_eq!(app.count("oauthApplication").await, 1);
}
