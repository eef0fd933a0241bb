//! How many statements a request costs: upper bounds that hold on any machine.

use std::sync::{Arc, Mutex};

use auth_core::Auth;
use auth_oidc_provider::{AccessTokenFacts, ClientOption, Provider};
use auth_testkit::{OAuthClient, Registration, TestApp};
use axum::Router;
use axum::routing::post;
use http::Request;

use super::with_tokens;
use crate::{app, provider};

/// What was run since the last look: reads and writes. Writes after the last read of a request
/// are one transaction by construction; `BEGIN` and `COMMIT` are not counted.
#[derive(Debug, PartialEq, Eq)]
struct Ran {
    reads: usize,
    writes: usize,
}

fn ran(app: &TestApp) -> Ran {
    let statements = app.statements().take();
    let (reads, writes): (Vec<_>, Vec<_>) = statements.iter().partition(|sql| sql.starts_with("SELECT"));
    let known = |sql: &&String| ["INSERT", "UPDATE", "DELETE"].iter().any(|verb| sql.starts_with(verb));
    assert!(writes.iter().all(known), "{statements:#?}");
    let last_read = statements.iter().rposition(|sql| sql.starts_with("SELECT"));
    let first_write = statements.iter().position(|sql| !sql.starts_with("SELECT"));
    let judged_first = first_write.is_none_or(|write| last_read.is_none_or(|read| read < write));
    assert!(judged_first, "judge, then write: {statements:#?}");
    Ran { reads: reads.len(), writes: writes.len() }
}

#[track_caller]
fn at_most(app: &TestApp, reads: usize, writes: usize) {
    let ran = ran(app);
    assert!(ran.reads <= reads && ran.writes <= writes, "at most {reads} reads and {writes} writes: {ran:?}");
}

/// A route that asks the provider about the token in its body, as a guard does.
fn check(auth: &Auth, told: Arc<Mutex<Option<AccessTokenFacts>>>) -> Router {
    let provider: Provider = auth.handle().unwrap();
    let check = async move |token: String| {
        let facts = provider.check_access_token(&token).await.unwrap();
        *told.lock().unwrap() = facts;
    };
    Router::new().route("/check", post(check))
}

#[tokio::test]
async fn a_token_check_costs_one_statement() {
    let told = Arc::new(Mutex::new(None));
    let facts = told.clone();
    let app = app(provider()).routes(move |auth| check(auth, facts)).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let code = app.alice().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();

    app.statements().clear();
    app.request(Request::post("/check").body(tokens.access_token.clone()).unwrap()).await;

    assert_eq!(told.lock().unwrap().as_ref().unwrap().client_id, client.client_id);
    assert_eq!(ran(&app), Ran { reads: 1, writes: 0 });
    app.request(Request::post("/check").body("no token of ours".to_owned()).unwrap()).await;
    assert_eq!(*told.lock().unwrap(), None);
    assert_eq!(ran(&app), Ran { reads: 0, writes: 0 });
}

#[tokio::test]
async fn introspection_costs_two_statements() {
    let (app, client, tokens) = with_tokens().await;

    for token in [&*tokens.access_token, tokens.refresh()] {
        app.statements().clear();
        assert_eq!(client.introspects(token).await.is_ok()["active"], true);
        at_most(&app, 2, 0);
    }
}

#[tokio::test]
async fn so_does_introspection_by_the_server_of_a_resource() {
    const SECRET: &str = "v3Yf0Tq9sLw2Xz8Rk5Jm1Hn7Pb4Gd6Ca";
    let app = app(provider().client(ClientOption::confidential("server", SECRET).introspects("/mcp"))).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let tokens = client.exchanges(&app.alice().await.authorizes(&client).await).await.succeeds();
    let server = OAuthClient::known(&app, "server", "").with_secret(SECRET);

    app.statements().clear();
    assert_eq!(server.introspects(&tokens.access_token).await.is_ok()["active"], true);

    at_most(&app, 2, 0);
}

#[tokio::test]
async fn userinfo_costs_one_statement() {
    let (app, client, tokens) = with_tokens().await;

    app.statements().clear();
    client.userinfo(&tokens.access_token).await.is_ok();

    at_most(&app, 1, 0);
}

#[tokio::test]
async fn a_refresh_costs_two_reads_and_one_transaction() {
    for window in [0, 30] {
        let app = app(provider().replay_window(window)).build().await;
        let client = app.registers(Registration::confidential_basic()).await;
        let code = app.alice().await.authorizes(&client).await;
        let tokens = client.exchanges(&code).await.succeeds();

        app.statements().clear();
        client.refreshes(tokens.refresh()).await.succeeds();

        // The used token, the new access token, the new refresh token.
        at_most(&app, 2, 3);
        if window > 0 {
            client.refreshes(tokens.refresh()).await.succeeds();
            at_most(&app, 2, 0);
        }
    }
}

#[tokio::test]
async fn a_code_flow_costs_six_reads_and_two_transactions() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    alice.authorizes(&client).await;

    let request = client.asks();
    app.statements().clear();
    let url = alice.browser.get(request.url().as_str()).await.away();
    let authorize = ran(&app);
    let code = request.reads(&url).unwrap();
    client.exchanges(&code).await.succeeds();
    let token = ran(&app);

    assert!(authorize.reads + token.reads <= 6, "{authorize:?} {token:?}");
    // The grant and its code.
    assert!(authorize.writes <= 2, "{authorize:?}");
    // The used code, the access token, the refresh token.
    assert!(token.writes <= 3, "{token:?}");
}

#[tokio::test]
async fn a_registration_costs_one_insert() {
    let app = app(provider()).build().await;

    for registration in [Registration::public(), Registration::confidential_basic()] {
        app.statements().clear();
        app.registers(registration).await;
        at_most(&app, 0, 1);
    }
}

#[tokio::test]
async fn documents_cost_no_statement() {
    let app = app(provider()).build().await;
    app.statements().clear();

    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
        "/api/auth/.well-known/openid-configuration",
        "/api/auth/jwks",
    ] {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }

    assert_eq!(app.statements().take(), Vec::<String>::new());
}

#[tokio::test]
async fn a_token_request_that_cannot_be_read_costs_nothing() {
    let (app, client, _tokens) = with_tokens().await;
    app.statements().clear();

    client.posts("/oauth2/token", &[("x", "1"), ("x", "2")]).await;

    assert_eq!(app.statements().take(), Vec::<String>::new());
}
