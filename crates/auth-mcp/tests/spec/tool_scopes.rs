//! Which tool may be called by whom. MCP authorization, scope challenges and hierarchies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth_core::{Auth, plugins};
use auth_email_password::EmailPassword;
use auth_mcp::{Mcp, McpGuard, McpSession, ToolScopes};
use auth_pages::Pages;
use auth_testkit::{Answer, McpClient, TestApp};
use axum::Router;
use axum::body::Body;
use axum::routing::any;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::{mcp, tokens};

fn scopes() -> ToolScopes {
    ToolScopes::new().open("echo").tool("read", "notes:read").tool("write", "notes:write").tool("both", "a b")
}

/// A provider whose broader scope allows what the narrower one does.
fn provider() -> Mcp {
    let mcp = mcp().scope("notes:read", "Read your notes").scope("a", "Do one thing").scope("b", "Do another");
    mcp.scope_implies("notes:write", ["notes:read"])
}

/// A server made with nothing in particular: it says what it got, and who came.
fn served(scopes: fn() -> ToolScopes, reached: &Arc<AtomicUsize>) -> impl FnOnce(&Auth) -> Router + use<> {
    let reached = Arc::clone(reached);
    move |auth| {
        let guard = auth.handle::<McpGuard>().unwrap().tools(scopes()).unwrap();
        let serve = move |session: McpSession, body: String| {
            reached.fetch_add(1, Ordering::SeqCst);
            async move { format!("{}:{body}", session.has("notes:read")) }
        };
        Router::new().route("/mcp", any(serve)).route_layer(guard)
    }
}

async fn started() -> (TestApp, Arc<AtomicUsize>) {
    let reached = Arc::default();
    let builder = TestApp::builder().plugins(plugins![EmailPassword::new(), Pages::new(), provider()]);
    (builder.routes(served(scopes, &reached)).build().await, reached)
}

async fn caller(app: &TestApp, scope: &str) -> McpClient {
    let tokens = tokens(app, &app.alice().await, scope).await;
    app.mcp("/mcp", &tokens.access_token)
}

fn call(tool: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": {}}})
}

fn is_challenged(answer: &Answer, scope: &str) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.describe());
    let challenge = answer.challenge();
    assert_eq!((&*challenge["error"], &*challenge["scope"]), ("insufficient_scope", scope));
    assert!(challenge["resource_metadata"].ends_with("/.well-known/oauth-protected-resource/mcp"));
    let json = answer.json();
    assert_eq!((&json["jsonrpc"], &json["error"]["code"]), (&json!("2.0"), &json!(-32000)));
}

#[tokio::test]
async fn rs_8_a_call_that_needs_more_scope_is_challenged_and_does_not_reach_the_server() {
    let (app, reached) = started().await;
    let client = caller(&app, "mcp:tools").await;

    let answer = client.sends(&call("write")).await;
    is_challenged(&answer, "mcp:tools notes:write");

    assert_eq!(answer.json()["id"], 7, "the id of the request");
    assert_eq!(reached.load(Ordering::SeqCst), 0);
    let answer = client.sends(&call("echo")).await.expects(StatusCode::OK);
    assert_eq!(answer.text(), format!("false:{}", call("echo")), "as it came");
}

#[tokio::test]
async fn rs_9_all_that_is_missing_is_told_at_once() {
    let (app, reached) = started().await;
    let client = caller(&app, "mcp:tools a").await;

    is_challenged(&client.sends(&call("both")).await, "mcp:tools a b");
    is_challenged(
        &client.sends(&json!([call("echo"), call("both"), call("write")])).await,
        "mcp:tools a b notes:write",
    );

    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

/// MCP 2025-11-25: a client may ask for just what the challenge names, and would lose what it has.
#[tokio::test]
async fn rs_10_a_challenge_repeats_what_was_granted_where_the_app_says_so() {
    let mcp = provider().challenge_repeats_granted(true);
    let builder = TestApp::builder().plugins(plugins![EmailPassword::new(), Pages::new(), mcp]);
    let app = builder.routes(served(scopes, &Arc::default())).build().await;
    let client = caller(&app, "openid mcp:tools a").await;

    is_challenged(&client.sends(&call("write")).await, "mcp:tools notes:write a");

    let (app, _) = started().await;
    let client = caller(&app, "openid mcp:tools a").await;
    is_challenged(&client.sends(&call("write")).await, "mcp:tools notes:write");
}

#[tokio::test]
async fn rs_11_a_broader_scope_is_enough_for_a_tool_and_a_handler() {
    let (app, _) = started().await;

    let writer = caller(&app, "mcp:tools notes:write").await;
    assert!(writer.sends(&call("read")).await.expects(StatusCode::OK).text().starts_with("true:"));
    writer.sends(&call("write")).await.expects(StatusCode::OK);

    let app = TestApp::builder().plugins(plugins![EmailPassword::new(), Pages::new(), provider()]);
    let app = app.routes(served(scopes, &Arc::default())).build().await;
    let reader = caller(&app, "mcp:tools notes:read").await;
    reader.sends(&call("read")).await.expects(StatusCode::OK);
    is_challenged(&reader.sends(&call("write")).await, "mcp:tools notes:write");
}

#[tokio::test]
async fn a_tool_that_nobody_named_is_called_by_nobody() {
    let (app, reached) = started().await;
    let client = caller(&app, "mcp:tools notes:write a b").await;

    for tool in ["delete", "Write", " write", ""] {
        let answer = client.sends(&call(tool)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{tool}: {}", answer.describe());
        assert_eq!(answer.header("www-authenticate"), None, "no scope would help");
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

/// Two readers must not understand two things.
#[tokio::test]
async fn what_is_no_clear_message_does_not_reach_the_server() {
    let (app, reached) = started().await;
    let tokens = tokens(&app, &app.alice().await, "mcp:tools").await;
    let posts = async |body: Body| {
        let request = Request::post("/mcp").header("host", "localhost:3000").header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {}", tokens.access_token));
        app.request(request.body(body).unwrap()).await
    };

    for unclear in [
        "nonsense",
        r#"{"method":"ping","method":"tools/call","params":{"name":"write"}}"#,
        r#"{"method":"tools/call","params":{"name":"echo","name":"write"}}"#,
    ] {
        let answer = posts(Body::from(unclear)).await.expects(StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["error"]["code"], -32700, "{unclear}");
    }
    let put = Request::put("/mcp")
        .header("host", "localhost:3000")
        .header("authorization", format!("Bearer {}", tokens.access_token));
    let put = app.request(put.body(Body::from(call("write").to_string())).unwrap()).await;
    assert_eq!(put.status, StatusCode::FORBIDDEN, "whatever the method");
    let large = format!(r#"{{"method":"ping","x":"{}"}}"#, "x".repeat(4 * 1024 * 1024));
    posts(Body::from(large)).await.expects(StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_calls_no_tool_goes_on() {
    let (app, reached) = started().await;
    let client = caller(&app, "mcp:tools").await;

    for method in ["initialize", "tools/list", "ping", "server/discover"] {
        client.sends(&json!({"jsonrpc": "2.0", "id": 1, "method": method})).await.expects(StatusCode::OK);
    }
    client.sends(&json!({"jsonrpc": "2.0", "id": 1, "result": {}})).await.expects(StatusCode::OK);
    assert_eq!(reached.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn tools_are_shown_to_those_who_have_or_could_get_what_they_need() {
    let (app, _) = started().await;
    let guard = app.auth().handle::<McpGuard>().unwrap();
    let tokens = tokens(&app, &app.alice().await, "mcp:tools notes:write").await;
    let request = Request::post("/mcp").header("authorization", format!("Bearer {}", tokens.access_token));
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let session = guard.session(&parts).await.unwrap().unwrap();
    let mut machine = session.clone();
    machine.user_id = None;
    let shown = |scopes: &ToolScopes, session: &McpSession| {
        ["echo", "read", "write", "both", "delete"]
            .into_iter()
            .filter(|tool| scopes.shows(tool, session))
            .collect::<Vec<_>>()
    };

    assert_eq!(shown(&scopes(), &session), ["echo", "read", "write", "both"], "a person can allow more");
    assert_eq!(shown(&scopes().hide_ungranted(true), &session), ["echo", "read", "write"]);
    assert_eq!(shown(&scopes(), &machine), ["echo", "read", "write"], "nobody can for a machine");
}

#[tokio::test]
async fn what_nobody_could_be_granted_is_a_mistake() {
    let (app, _) = started().await;
    let guard = app.auth().handle::<McpGuard>().unwrap();

    let unknown = guard.tools(ToolScopes::new().tool("write", "notes:writ")).unwrap_err().to_string();
    let malformed = guard.tools(ToolScopes::new().tool("write", "notes\"write")).unwrap_err().to_string();

    assert!(unknown.contains("\"write\"") && unknown.contains("notes:writ"), "{unknown}");
    assert!(malformed.contains("malformed"), "{malformed}");
    let misspelt = Auth::builder("http://localhost:3000")
        .secret("0123456789abcdef0123456789abcdef-of-a-test")
        .database("sqlite::memory:")
        .plugin(provider().scope_implies("notes:write", ["notes:raed"]));
    let told = misspelt.build().await.unwrap_err().to_string();
    assert!(told.contains("scope_implies") && told.contains("notes:raed"), "{told}");
    for round in [provider().scope_implies("notes:read", ["notes:write"]), provider().scope_implies("a", ["a"])] {
        let told = Auth::builder("http://localhost:3000").plugin(round).schema().unwrap_err().to_string();
        assert!(told.contains("scope_implies"), "{told}");
    }
}
