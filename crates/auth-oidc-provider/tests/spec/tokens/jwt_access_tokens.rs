//! Access tokens a resource server verifies by itself. RFC 9068.

use std::collections::BTreeSet;
use std::time::Duration;

use auth_oidc_provider::{AccessTokenFormat, OidcProvider, ResourceOption};
use auth_protocol::OAuthErrorCode;
use auth_testkit::{Code, OAuthClient, Registration, TestApp};
use jsonwebtoken::decode_header;
use serde_json::json;

use super::{START, is_refused, verified_for};
use crate::{app, provider};

const FILES: &str = "https://files.example";

/// A resource in another process, besides the one in this.
fn with_files(files: impl FnOnce(ResourceOption) -> ResourceOption) -> OidcProvider {
    let jwt = ResourceOption::new(FILES).base_scope(["files:read"]).access_token_format(AccessTokenFormat::Jwt);
    provider().protected_resource(files(jwt))
}

async fn with_code(provider: OidcProvider, resources: &[&str]) -> (TestApp, OAuthClient, Code) {
    let app = app(provider).build().await;
    let client =
        app.registers(Registration::confidential_basic()).await.with_scope("openid email files:read notes:write");
    let request = resources.iter().fold(client.asks().without("resource"), |request, resource| {
        let resource = if resource.starts_with('/') { app.url(resource).to_string() } else { (*resource).to_owned() };
        request.and("resource", &resource)
    });
    let code = app.alice().await.allows(&request).await;
    (app, client, code)
}

#[tokio::test]
async fn a_resource_server_reads_everything_in_a_token_of_the_type_at_jwt() {
    let (app, client, code) = with_code(with_files(|files| files), &[FILES]).await;

    let tokens = client.exchanges(&code).await.succeeds();

    let (header, claims) = verified_for(&app, FILES, &tokens.access_token).await;
    assert_eq!(header.typ.as_deref(), Some("at+jwt"), "RFC 9068 §2.1");
    assert_eq!((tokens.expires_in, header.alg), (Some(600), jsonwebtoken::Algorithm::ES256));
    let sub = client.userinfo(&tokens.access_token).await.is_ok()["sub"].clone();
    assert_eq!(
        claims,
        json!({
            "iss": app.base_url(), "sub": sub, "aud": FILES, "client_id": client.client_id, "exp": START + 600,
            "iat": START, "jti": claims["jti"], "scope": "openid email files:read notes:write", "auth_time": START,
            "amr": ["pwd"],
        })
    );
    let next = client.refreshes(tokens.refresh()).await.succeeds();
    let (_, next) = verified_for(&app, FILES, &next.access_token).await;
    assert_ne!(next["jti"], claims["jti"]);
    app.stores_no_secret().await;
}

#[tokio::test]
async fn a_resource_says_how_long_its_tokens_live() {
    let (app, client, code) = with_code(with_files(|files| files.access_token_expires_in(90)), &[FILES]).await;

    let tokens = client.exchanges(&code).await.succeeds();

    let (_, claims) = verified_for(&app, FILES, &tokens.access_token).await;
    assert_eq!((tokens.expires_in, &claims["exp"]), (Some(90), &json!(START + 90)));
}

#[tokio::test]
async fn revoking_such_a_token_or_its_grant_counts_here_at_once() {
    let (_app, client, code) = with_code(with_files(|files| files), &[FILES]).await;
    let first = client.exchanges(&code).await.succeeds();
    let second = client.refreshes(first.refresh()).await.succeeds();
    assert_eq!(client.introspects(&first.access_token).await.is_ok()["aud"], FILES);

    client.revokes(&first.access_token).await.is_ok();

    client.userinfo(&first.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
    assert_eq!(client.introspects(&first.access_token).await.is_ok(), json!({"active": false}));
    client.userinfo(&second.access_token).await.is_ok();
    client.revokes(second.refresh()).await.is_ok();
    assert_eq!(client.introspects(&second.access_token).await.is_ok(), json!({"active": false}));
}

#[tokio::test]
async fn such_a_token_ends_here_too() {
    let (app, client, code) = with_code(with_files(|files| files), &[FILES]).await;
    let tokens = client.exchanges(&code).await.succeeds();

    app.clock.advance(Duration::from_mins(10));

    client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
}

#[tokio::test]
async fn no_kind_of_token_is_taken_for_another() {
    let app = app(with_files(|files| files)).build().await;
    let registration = Registration::confidential_basic().with("userinfo_signed_response_alg", "ES256");
    let client = app.registers(registration).await.with_scope("openid email files:read notes:write");
    let alice = app.alice().await;
    let code = alice.allows(&client.asks().with("resource", FILES)).await;
    let tokens = client.exchanges(&code).await.succeeds();
    let userinfo = client.userinfo(&tokens.access_token).await.text();
    let accepting = client.clone().with_headers(&[("accept", "application/token-introspection+jwt")]);
    let introspection = accepting.introspects(&tokens.access_token).await.text();

    let signed = [tokens.id(), &tokens.access_token, &userinfo, &introspection];
    let types: BTreeSet<_> = signed.iter().map(|token| decode_header(token).unwrap().typ.unwrap()).collect();
    assert_eq!(types.len(), signed.len(), "RFC 8725 §3.11: {types:?}");
    for other in [tokens.id(), &userinfo, &introspection] {
        client.userinfo(other).await.fails_with(OAuthErrorCode::InvalidToken);
        assert_eq!(client.introspects(other).await.is_ok(), json!({"active": false}));
        client.refreshes(other).await.fails_with(OAuthErrorCode::InvalidGrant);
    }
    // An ID token tells whom the client expects; nothing else tells anything of that kind.
    let hinted = |hint: &str| client.asks().with("prompt", "none").with("id_token_hint", hint);
    assert_eq!(alice.is_refused(&hinted(tokens.id())).await.code, OAuthErrorCode::ConsentRequired);
    for other in [&*tokens.access_token, &userinfo, &introspection] {
        assert_eq!(alice.is_refused(&hinted(other)).await.code, OAuthErrorCode::LoginRequired);
    }
    // A token nobody has signed is looked up and not found.
    let [_, claims, _] = tokens.access_token.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{claims}.");
    client.userinfo(&unsigned).await.fails_with(OAuthErrorCode::InvalidToken);
}

#[tokio::test]
async fn no_token_is_good_for_resources_that_read_different_formats() {
    let (app, client, code) = with_code(with_files(|files| files), &["/mcp", FILES]).await;
    let before = app.dump_tables().await;

    let answer = client.exchanges(&code).await;
    is_refused(&answer, 400, OAuthErrorCode::InvalidTarget);

    assert_eq!(app.dump_tables().await, before, "the code is not used up");
    let files = client.exchanges_with(&code, &[("resource", FILES)]).await.succeeds();
    assert!(files.access_token.starts_with("ey"));
    let mcp = app.url("/mcp");
    let mcp = client.refreshes_with(files.refresh(), &[("resource", mcp.as_str())]).await.succeeds();
    assert!(mcp.access_token.starts_with("at_"));
}

#[tokio::test]
async fn a_token_has_no_scope_its_resource_does_not_allow() {
    let (app, client, code) =
        with_code(with_files(|files| files.allowed_scopes(["files:write"])), &["/mcp", FILES]).await;

    let tokens = client.exchanges_with(&code, &[("resource", FILES)]).await.succeeds();

    assert_eq!(tokens.scopes(), ["openid", "email", "files:read"]);
    let (_, claims) = verified_for(&app, FILES, &tokens.access_token).await;
    assert_eq!(claims["scope"], "openid email files:read");
}

#[tokio::test]
async fn a_request_without_any_scope_of_its_resource_is_refused() {
    let app = app(with_files(|files| files.allowed_scopes(["files:write"]))).build().await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope("notes:write");
    let request = client.asks().with("resource", FILES);

    let refused = app.alice().await.is_refused(&request).await;

    assert_eq!(refused.code, OAuthErrorCode::InvalidScope);
    assert_eq!(app.count("oauthGrant").await, 0);
}
