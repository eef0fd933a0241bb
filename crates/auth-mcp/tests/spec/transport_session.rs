//! Sessions of the transport belong to who began them. MCP 2025-06-18, security best practices, session hijacking.

use auth_core::{Auth, plugins};
use auth_email_password::EmailPassword;
use auth_mcp::{McpGuard, ToolScopes};
use auth_pages::Pages;
use auth_testkit::{Answer, TestApp};
use axum::Router;
use http::{Method, Request, StatusCode};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::{Value, json};

use crate::rmcp_client::Tools;
use crate::{client, mcp, tokens};

/// A server that keeps sessions, as rmcp does by default.
fn served(auth: &Auth) -> Router {
    let service = StreamableHttpService::new(
        || Ok(Tools::new()),
        LocalSessionManager::default().into(),
        StreamableHttpServerConfig::default(),
    );
    let guard = auth.handle::<McpGuard>().unwrap();
    let open = guard.tools(ToolScopes::new().anonymous("whoami")).unwrap();
    let open = Router::new().nest_service("/mcp/open", service.clone()).route_layer(open);
    Router::new().nest_service("/mcp", service).route_layer(guard).merge(open)
}

async fn app() -> TestApp {
    TestApp::builder().plugins(plugins![EmailPassword::new(), Pages::new(), mcp()]).routes(served).build().await
}

/// A request in a session of the transport, by whoever has the token.
async fn sends(app: &TestApp, method: Method, token: Option<&str>, session: Option<&str>, body: &Value) -> Answer {
    let path = if token.is_some() { "/mcp" } else { "/mcp/open" };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:3000")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream");
    let request = match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    };
    let request = match session {
        Some(session) => request.header("mcp-session-id", session).header("mcp-protocol-version", "2025-06-18"),
        None => request,
    };
    app.request(request.body(body.to_string()).unwrap()).await
}

fn initialize() -> Value {
    let client = json!({ "name": "test", "version": "1" });
    let params = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client });
    json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params })
}

fn initialized() -> Value {
    json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })
}

async fn begins(app: &TestApp, token: Option<&str>) -> String {
    let answer = sends(app, Method::POST, token, None, &initialize()).await.expects(StatusCode::OK);
    answer.header("mcp-session-id").unwrap().to_owned()
}

#[tokio::test]
async fn sec_13_a_session_of_one_person_is_none_to_another() {
    let app = app().await;
    let alice = tokens(&app, &app.alice().await, "mcp:tools").await;
    let bob = tokens(&app, &app.bob().await, "mcp:tools").await;
    let (alice, bob) = (alice.access_token.as_str(), bob.access_token.as_str());
    let session = begins(&app, Some(alice)).await;

    for method in [Method::POST, Method::GET, Method::DELETE] {
        let stolen = sends(&app, method.clone(), Some(bob), Some(&session), &initialized()).await;
        assert_eq!(stolen.status, StatusCode::NOT_FOUND, "{method}: {}", stolen.describe());
    }
    sends(&app, Method::POST, None, Some(&session), &initialized()).await.expects(StatusCode::NOT_FOUND);

    sends(&app, Method::POST, Some(alice), Some(&session), &initialized()).await.expects(StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_session_outlives_the_token_it_began_with_and_goes_to_no_other_client() {
    let app = app().await;
    let alice = app.alice().await;
    let (one, other) = (client(&app, "mcp:tools").await, client(&app, "mcp:tools").await);
    let first = one.exchanges(&alice.authorizes(&one).await).await.succeeds();
    let theirs = other.exchanges(&alice.authorizes(&other).await).await.succeeds();
    let session = begins(&app, Some(&first.access_token)).await;

    let next = one.refreshes(first.refresh()).await.succeeds();

    let sends = async |token: &str| sends(&app, Method::POST, Some(token), Some(&session), &initialized()).await;
    sends(&next.access_token).await.expects(StatusCode::ACCEPTED);
    sends(&theirs.access_token).await.expects(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_was_not_handed_out_names_no_session() {
    let app = app().await;
    let alice = tokens(&app, &app.alice().await, "mcp:tools").await;
    let session = begins(&app, Some(&alice.access_token)).await;
    let (own, tag) = session.rsplit_once('.').unwrap();

    for forged in [own, tag, "", ".", &format!("{own}."), &format!("x{session}"), &format!("{session}x")] {
        let answer = sends(&app, Method::POST, Some(&alice.access_token), Some(forged), &initialized()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{forged}");
    }
}

#[tokio::test]
async fn a_session_of_nobody_stays_one() {
    let app = app().await;
    let alice = tokens(&app, &app.alice().await, "mcp:tools").await;
    let session = begins(&app, None).await;

    sends(&app, Method::POST, None, Some(&session), &initialized()).await.expects(StatusCode::ACCEPTED);
    let taken = sends(&app, Method::POST, Some(&alice.access_token), Some(&session), &initialized()).await;

    assert_eq!(taken.status, StatusCode::NOT_FOUND, "whoever has its name could listen to what follows");
    sends(&app, Method::DELETE, None, Some(&session), &json!({})).await.expects(StatusCode::ACCEPTED);
}
