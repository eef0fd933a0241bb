//! Logs hold no credential, at any level: CWE-532.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::{AuthorizationRequest, Code, OAuthClient, Person, Registration, TestApp};
use http::{Request, StatusCode};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::Table;
use serde_json::json;

use crate::log::Log;
use crate::{app, client};

/// Asks with a state and a nonce of its own, which the app learns.
fn asks(app: &TestApp, client: &OAuthClient, prompt: &str) -> AuthorizationRequest {
    let drawn = || app.auth().context().new_token().unwrap();
    let request = client.asks().with("nonce", drawn()).with("prompt", prompt);
    for name in ["state", "nonce"] {
        app.learns(name, request.parameter(name).unwrap());
    }
    request
}

async fn code_of(app: &TestApp, person: &Person, client: &OAuthClient) -> Code {
    person.allows(&asks(app, client, "consent")).await
}

/// Tokens, a wrong verifier, a replayed code.
async fn redeems(app: &TestApp, person: &Person, client: &OAuthClient) {
    let code = code_of(app, person, client).await;
    let other = app.auth().context().new_token().unwrap();
    app.learns("code_verifier", &other);
    client.exchanges_with(&code, &[("code_verifier", &other)]).await.fails_with(OAuthErrorCode::InvalidGrant);
    let tokens = client.exchanges(&code).await.succeeds();
    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);
    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
}

/// Reuse inside and outside of the window; introspection, revocation, userinfo.
async fn refreshes(app: &TestApp, person: &Person, client: &OAuthClient) {
    let first = client.exchanges(&code_of(app, person, client).await).await.succeeds();
    let second = client.refreshes(first.refresh()).await.succeeds();
    client.refreshes(first.refresh()).await.succeeds();
    client.introspects(&second.access_token).await.is_ok();
    client.introspects(second.refresh()).await.is_ok();
    client.userinfo(&second.access_token).await.is_ok();
    client.userinfo("at_of-nobody-at-all").await.fails_with(OAuthErrorCode::InvalidToken);
    client.revokes(&second.access_token).await.is_ok();
    app.clock.advance(Duration::from_mins(1));
    client.refreshes(first.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
    client.revokes(second.refresh()).await.is_ok();
}

/// MCP calls with a good and a bad token; signing out at the wish of the client.
async fn calls_and_leaves(app: &TestApp, person: &Person, client: &OAuthClient) {
    let tokens = client.exchanges(&code_of(app, person, client).await).await.succeeds();
    app.mcp("/mcp", &tokens.access_token).sends(&json!({})).await.expects(StatusCode::OK);
    app.learns("bad token", "at_of-nobody-at-all");
    app.mcp("/mcp", "at_of-nobody-at-all").sends(&json!({})).await.expects(StatusCode::UNAUTHORIZED);
    let bearer = format!("Bearer {}", tokens.access_token);
    let session = Request::get("/api/auth/mcp/get-session").header("authorization", bearer);
    app.request(session.body("").unwrap()).await.expects(StatusCode::OK);
    let mut url = app.endpoint("/oauth2/end-session");
    url.query_pairs_mut().append_pair("id_token_hint", tokens.id());
    let asks = person.browser.get(url.as_str()).await.page();
    let page = person.browser.fills(asks.form(), &[], "").await.page();
    assert!(page.text().contains("You are signed out"), "{}", page.describe());
}

#[tokio::test]
async fn a_whole_life_leaves_no_credential_in_the_logs() {
    let log = Log::listening();
    let app = app().await;
    let alice = app.alice().await;
    app.learns("wrong password", "wrong-horse-altogether");
    let wrong = json!({ "email": alice.email, "password": "wrong-horse-altogether" });
    app.post_json("/api/auth/sign-in/email", &wrong).await.expects(StatusCode::UNAUTHORIZED);
    alice.signs_in().await;
    let public = client(&app, "openid mcp:tools offline_access").await;
    let confidential = app.registers(Registration::confidential_basic()).await;
    let confidential = confidential.with_scope("openid profile mcp:tools offline_access").with_resource("/mcp");
    alice.is_refused(&asks(&app, &public, "none")).await;
    alice.allows(&asks(&app, &public, "login")).await;
    alice.denies(&public).await;

    redeems(&app, &alice, &confidential).await;
    refreshes(&app, &alice, &confidential).await;
    calls_and_leaves(&app, &alice, &confidential).await;
    let rows = app.dump_tables().await;
    let grant = rows.lines().find_map(|row| row.strip_prefix("oauthGrant: id=")).unwrap();
    let grant = grant.split(' ').next().unwrap();
    // No request can break the database: a table that is away stands for one that fails.
    app.db().execute(Table::rename().table("oauthApplication", "away")).await.unwrap();
    confidential.refreshes("rt_of-nobody-at-all").await.fails_with(OAuthErrorCode::ServerError);

    let text = log.text();
    let secrets = app.secrets();
    for what in ["password", "code", "code_verifier", "state", "nonce", "client_secret", "csrf", "access_token"] {
        assert!(secrets.iter().any(|secret| secret.what == what), "nothing is known of a {what}");
    }
    for secret in &secrets {
        let leak = text.lines().find(|line| line.contains(&secret.value));
        assert!(leak.is_none(), "the {} is logged: {}", secret.what, leak.unwrap_or_default());
    }
    for uri in [&public.redirect_uri, &confidential.redirect_uri] {
        let leak = text.lines().find(|line| line.contains(uri.as_str()));
        assert!(leak.is_none(), "a redirect URI is logged: {}", leak.unwrap_or_default());
    }
    assert!(text.lines().count() > 100, "{} lines only", text.lines().count());
    let span = |name: &str, client: &OAuthClient| format!("{name}{{client.id=\"{}\" grant.id=\"", client.client_id);
    for named in [span("exchange", &confidential), span("admit", &confidential), span("refresh", &confidential)] {
        assert!(text.contains(&named), "no span begins with {named}");
    }
    let events = [
        "client.registered",
        "consent.given",
        "consent.denied",
        "code.issued",
        "token.issued",
        "token.refreshed",
        "token.repeated",
        "refresh.replayed",
        "token.revoked",
        "token.refused",
        "session.revoked",
        "request.refused",
        "request.failed",
    ];
    for told in events.into_iter().chain([grant, &public.client_id, &confidential.client_id]) {
        assert!(text.contains(told), "{told} is not logged");
    }
}

#[tokio::test]
async fn a_refusal_is_logged_once_with_its_code_its_reason_and_its_client() {
    let app = app().await;
    let client = client(&app, "openid mcp:tools").await;
    let log = Log::listening();

    client.refreshes("rt_of-nobody-at-all").await.fails_with(OAuthErrorCode::InvalidGrant);

    let text = log.text();
    let refusals: Vec<&str> = text.lines().filter(|line| line.contains("request.refused")).collect();
    let [line] = refusals.as_slice() else { panic!("{refusals:#?}") };
    assert!(
        line.contains("error=\"invalid_grant\"") && line.contains("reason=\"the refresh token is unknown\""),
        "{line}"
    );
    assert!(line.contains(&client.client_id), "{line}");
}
