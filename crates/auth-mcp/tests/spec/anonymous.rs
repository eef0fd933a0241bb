//! Tools for everybody beside protected ones. MCP authorization (it is optional), MCP transports, Origin.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth_core::{Auth, plugins};
use auth_email_password::EmailPassword;
use auth_mcp::{Mcp, McpGuard, McpSession, ToolScopes};
use auth_pages::Pages;
use auth_testkit::{Answer, TestApp};
use axum::Router;
use axum::routing::any;
use http::request::Builder;
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::{mcp, tokens};

fn scopes() -> ToolScopes {
    ToolScopes::new().anonymous("search").open("list").tool("write", "notes:write")
}

/// A server made with nothing in particular: it says who came.
fn served(reached: &Arc<AtomicUsize>) -> impl FnOnce(&Auth) -> Router + use<> {
    let reached = Arc::clone(reached);
    move |auth| {
        let guard = auth.handle::<McpGuard>().unwrap();
        let serve = move |session: Option<McpSession>, headers: HeaderMap| {
            reached.fetch_add(1, Ordering::SeqCst);
            let again = if headers.contains_key("last-event-id") { " again" } else { "" };
            async move { session.map_or_else(|| "nobody".to_owned(), |session| session.client_id) + again }
        };
        let tools = guard.tools(scopes()).unwrap();
        let write =
            Router::new().route("/mcp/write", any(serve.clone())).route_layer(tools.requiring("notes:write").unwrap());
        let closed = Router::new().route("/mcp/closed", any(serve.clone())).route_layer(guard.clone());
        let open = Router::new().route("/mcp", any(serve)).route_layer(tools);
        open.merge(closed).merge(write)
    }
}

async fn on(base_url: &str, mcp: Mcp) -> (TestApp, Arc<AtomicUsize>) {
    let reached = Arc::default();
    let builder = TestApp::builder().plugins(plugins![EmailPassword::new(), Pages::new(), mcp]);
    (builder.base_url(base_url).routes(served(&reached)).build().await, reached)
}

async fn started() -> (TestApp, Arc<AtomicUsize>) {
    on("http://localhost:3000", mcp()).await
}

fn call(tool: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": {}}})
}

fn asks(method: &str) -> Value {
    let mut message = json!({"jsonrpc": "2.0", "method": method});
    if !method.starts_with("notifications/") {
        message["id"] = json!(1);
    }
    message
}

fn post(host: &str) -> Builder {
    Request::post("/mcp").header("host", host).header("content-type", "application/json")
}

async fn sends(app: &TestApp, body: impl ToString) -> Answer {
    app.request(post("localhost:3000").body(body.to_string()).unwrap()).await
}

#[tokio::test]
async fn whoever_has_not_signed_in_lists_tools_and_calls_those_for_everybody() {
    let (app, reached) = started().await;
    let public = ["initialize", "server/discover", "ping", "tools/list", "notifications/initialized"];
    app.statements().clear();

    for body in public.map(asks).into_iter().chain([call("search"), json!([asks("tools/list"), call("search")])]) {
        let answer = sends(&app, &body).await.expects(StatusCode::OK);
        assert_eq!(answer.text(), "nobody", "{body}");
    }

    assert_eq!(reached.load(Ordering::SeqCst), 7);
    assert!(app.statements().take().is_empty(), "and asks the database nothing");
}

#[tokio::test]
async fn an_endpoint_that_needs_more_scope_has_no_tool_for_everybody() {
    let (app, reached) = started().await;

    for body in [asks("initialize"), call("search")] {
        let request = Request::post("/mcp/write").header("host", "localhost:3000").body(body.to_string()).unwrap();
        app.request(request).await.expects(StatusCode::UNAUTHORIZED);
    }

    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn nobody_takes_up_a_stream_that_may_be_somebodys() {
    let (app, _) = started().await;
    let again = post("localhost:3000").header("last-event-id", "7").body(asks("ping").to_string()).unwrap();

    assert_eq!(app.request(again).await.expects(StatusCode::OK).text(), "nobody");
}

#[tokio::test]
async fn a_notification_of_the_servers_own_needs_a_token() {
    let (app, reached) = started().await;

    for body in [asks("notifications/deploy"), json!({"id": 1, "method": "notifications/initialized"})] {
        sends(&app, &body).await.expects(StatusCode::UNAUTHORIZED);
    }

    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_large_body_needs_a_token() {
    let (app, reached) = started().await;
    let mut body = call("search");
    body["params"]["arguments"] = json!({ "text": "x".repeat(300_000) });

    sends(&app, &body).await.expects(StatusCode::UNAUTHORIZED);
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_protected_tool_is_challenged_for_all_it_needs() {
    let (app, reached) = started().await;

    for (body, scope, id) in [
        (call("list"), "mcp:tools", json!(7)),
        (call("write"), "mcp:tools notes:write", json!(7)),
        (json!([call("search"), call("write")]), "mcp:tools notes:write", Value::Null),
        (asks("resources/list"), "mcp:tools", json!(1)),
        (json!({"jsonrpc": "2.0", "id": 1, "result": {}}), "mcp:tools", json!(1)),
    ] {
        let answer = sends(&app, &body).await.expects(StatusCode::UNAUTHORIZED);
        let challenge = answer.challenge();
        assert_eq!(challenge["scope"], scope, "{body}");
        assert!(challenge["resource_metadata"].ends_with("/.well-known/oauth-protected-resource/mcp"));
        assert!(!challenge.contains_key("error"), "RFC 6750 §3.1: there was no token");
        assert_eq!((&answer.json()["id"], &answer.json()["jsonrpc"]), (&id, &json!("2.0")));
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

/// A client whose token is over has to learn it, and its calls must not lose their person.
#[tokio::test]
async fn a_bad_token_is_never_taken_for_none() {
    let (app, reached) = started().await;
    let with =
        |name: &'static str, value: &str| post("localhost:3000").header(name, value).body(call("search").to_string());

    for (name, value, status) in [
        ("authorization", "Bearer at_unknown", StatusCode::UNAUTHORIZED),
        ("authorization", "Bearer", StatusCode::BAD_REQUEST),
        ("authorization", "", StatusCode::UNAUTHORIZED),
        ("authorization", "Basic YTpi", StatusCode::UNAUTHORIZED),
        ("authorization", "DPoP at_unknown", StatusCode::UNAUTHORIZED),
        ("dpop", "a.b.c", StatusCode::UNAUTHORIZED),
    ] {
        let answer = app.request(with(name, value).unwrap()).await;
        assert_eq!(answer.status, status, "{name}: {value}: {}", answer.describe());
        assert!(answer.header("www-authenticate").is_some());
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn who_has_signed_in_is_known_at_a_tool_for_everybody_too() {
    let (app, _) = started().await;
    let tokens = tokens(&app, &app.alice().await, "mcp:tools").await;
    let client = app.mcp("/mcp", &tokens.access_token);

    assert_ne!(client.sends(&call("search")).await.expects(StatusCode::OK).text(), "nobody");
    client.sends(&call("list")).await.expects(StatusCode::OK);
    let lacking = client.sends(&call("write")).await.expects(StatusCode::FORBIDDEN);
    assert_eq!(lacking.challenge()["error"], "insufficient_scope");
}

/// Two readers must not understand two things, and what nobody understands is not for everybody.
#[tokio::test]
async fn what_is_not_clearly_for_everybody_needs_a_token() {
    let (app, reached) = started().await;

    for unclear in [
        "",
        "nonsense",
        "[]",
        "{}",
        "[[]]",
        r#"{"method":"ping","method":"tools/call","params":{"name":"write"}}"#,
        r#"{"method":"tools/call","params":{"name":"search","name":"write"}}"#,
        r#"{"method":"tools/call","params":{"name":"search"},"Params":{"name":"write"}}"#,
        r#"{"method":"Ping"}"#,
        r#"{"method":"tools/call "}"#,
    ] {
        let answer = sends(&app, unclear).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{unclear}: {}", answer.describe());
        assert_eq!(answer.challenge()["scope"], "mcp:tools");
    }
    let unlisted = sends(&app, call("Search")).await.expects(StatusCode::FORBIDDEN);
    assert_eq!(unlisted.header("www-authenticate"), None, "no token would help");
    for method in [Method::PUT, Method::PATCH] {
        let request = Request::builder().method(method).uri("/mcp").header("host", "localhost:3000");
        app.request(request.body(call("write").to_string()).unwrap()).await.expects(StatusCode::UNAUTHORIZED);
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

/// A challenge would make a client sign in that only looks whether there is a stream.
#[tokio::test]
async fn there_is_no_stream_without_a_token() {
    let (app, reached) = started().await;

    for method in [Method::GET, Method::DELETE] {
        let request = Request::builder().method(method).uri("/mcp").header("host", "localhost:3000");
        let request = request.header("last-event-id", "1").body(String::new()).unwrap();
        let answer = app.request(request).await.expects(StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_endpoint_without_such_tools_lets_nobody_in() {
    let (app, reached) = started().await;

    let request = Request::post("/mcp/closed").header("host", "localhost:3000").body(asks("tools/list").to_string());
    app.request(request.unwrap()).await.expects(StatusCode::UNAUTHORIZED);

    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

/// A page that a browser inside a network has opened must not call what that network alone protects.
#[tokio::test]
async fn attack_166_a_foreign_page_calls_nothing_without_a_token() {
    let from = async |app: &TestApp, host: &str, origin: &str, body: Value| {
        app.request(post(host).header("origin", origin).body(body.to_string()).unwrap()).await
    };
    let (app, reached) = on("https://mcp.example.com", mcp()).await;
    let host = "mcp.example.com";

    for origin in ["https://evil.example", "null", "https://mcp.example.com:8443", "http://mcp.example.com"] {
        for body in [call("search"), asks("tools/list"), asks("initialize")] {
            from(&app, host, origin, body).await.expects(StatusCode::FORBIDDEN);
        }
    }
    from(&app, "evil.example", "https://mcp.example.com", call("search")).await.expects(StatusCode::FORBIDDEN);
    assert_eq!(reached.load(Ordering::SeqCst), 0);
    let challenged = from(&app, host, "https://evil.example", call("write")).await;
    assert_eq!(
        challenged.status,
        StatusCode::UNAUTHORIZED,
        "any page may call with a token, and learns how to get one"
    );
    from(&app, host, "https://mcp.example.com", call("search")).await.expects(StatusCode::OK);

    let (app, _) = on("https://mcp.example.com", mcp().anonymous_origins(["https://app.example"])).await;
    from(&app, host, "https://app.example", call("search")).await.expects(StatusCode::OK);
    from(&app, host, "https://evil.example", call("search")).await.expects(StatusCode::FORBIDDEN);

    let (app, _) = on("https://mcp.example.com", mcp().allowed_origins(["https://app.example"])).await;
    from(&app, host, "https://app.example", call("search")).await.expects(StatusCode::OK);
    from(&app, host, "https://evil.example", call("write")).await.expects(StatusCode::FORBIDDEN);

    let (app, _) = started().await;
    from(&app, "localhost:3000", "http://127.0.0.1:6274", call("search")).await.expects(StatusCode::OK);
    from(&app, "localhost:3000", "https://evil.example", call("search")).await.expects(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_has_not_signed_in_is_shown_what_that_could_bring() {
    let shown = |scopes: &ToolScopes| {
        ["search", "list", "write", "delete"].into_iter().filter(|tool| scopes.shows(tool, None)).collect::<Vec<_>>()
    };

    assert_eq!(shown(&scopes()), ["search", "list", "write"]);
    assert_eq!(shown(&scopes().hide_ungranted(true)), ["search"]);
    assert_eq!(shown(&ToolScopes::new().open("list")), [""; 0], "without such tools there are no such callers");
    assert_eq!(shown(&scopes().tool("search", "notes:write").hide_ungranted(true)), [""; 0], "the last word counts");
}

#[tokio::test]
async fn a_tool_tells_chatgpt_whether_to_sign_in() {
    let (app, _) = started().await;
    let guard = app.auth().handle::<McpGuard>().unwrap();
    let tools = guard.tools(scopes()).unwrap();

    let base = json!({"type": "oauth2", "scopes": ["mcp:tools"]});
    assert_eq!(tools.security_schemes("search"), Some(json!([{"type": "noauth"}, base])));
    assert_eq!(tools.security_schemes("list"), Some(json!([base])));
    let write = json!([{"type": "oauth2", "scopes": ["mcp:tools", "notes:write"]}]);
    assert_eq!(tools.security_schemes("write"), Some(write));
    assert_eq!(tools.security_schemes("delete"), None);
    assert_eq!(guard.security_schemes("anything"), Some(json!([base])));
}

/// The way of a client begins with a challenge there too.
#[tokio::test]
async fn a_guard_with_such_tools_passes_the_self_check() {
    let (app, _) = started().await;
    let guard = app.auth().handle::<McpGuard>().unwrap();
    let open = Router::new().route("/mcp", any(|| async {})).route_layer(guard.tools(scopes()).unwrap());

    guard.self_check(&open.merge(app.auth().router())).await.unwrap();
}
