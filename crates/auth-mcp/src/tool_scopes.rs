//! What each tool needs: calls are judged before they reach the server. MCP authorization, scope challenges.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use auth_protocol::scope::Scope;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tower::Service;

use crate::guard::{GuardError, McpGuard};
use crate::session::McpSession;

/// The largest body of a request, in bytes: calls of tools carry files at times.
const MOST: usize = 4 * 1024 * 1024;
/// The errors of JSON-RPC 2.0 §5.1.
const PARSE_ERROR: i32 = -32700;
const INVALID_PARAMS: i32 = -32602;
/// What the guard's other refusals have.
const SERVER_ERROR: i32 = -32000;

/// What each tool of a server needs. A tool that is not named here can be called by nobody.
///
/// `ToolScopes::new().open("search").tool("add_note", "notes:write")`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolScopes {
    tools: BTreeMap<String, String>,
    read: BTreeMap<String, Scope>,
    hides_ungranted: bool,
}

impl ToolScopes {
    /// No tool.
    pub fn new() -> Self {
        Self::default()
    }

    /// A tool that needs no scope but that of every request.
    #[must_use]
    pub fn open(self, tool: impl Into<String>) -> Self {
        self.tool(tool, "")
    }

    /// A tool and the scope a call needs besides that of every request, several separated by blanks.
    #[must_use]
    pub fn tool(mut self, tool: impl Into<String>, scope: impl Into<String>) -> Self {
        self.tools.insert(tool.into(), scope.into());
        self
    }

    /// Whether tools the client was not granted are hidden by [`ToolScopes::shows`]. Default no: it is shown what
    /// its person could still allow, and asks when it calls.
    #[must_use]
    pub fn hide_ungranted(mut self, on: bool) -> Self {
        self.hides_ungranted = on;
        self
    }

    /// Whether a tool belongs into the list that this client sees: it may call it, or could still be granted what it
    /// needs. A client that acts for itself is granted no more than it has.
    pub fn shows(&self, tool: &str, session: &McpSession) -> bool {
        let Some(scope) = self.needed(tool) else { return false };
        let can_ask = session.user_id.is_some() && !self.hides_ungranted;
        can_ask || session.has_all(&scope)
    }

    /// The tools of a server that are not named here, so that nobody could call them: for a test of the app.
    pub fn unlisted<'a>(&self, tools: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        tools.into_iter().filter(|tool| !self.tools.contains_key(*tool)).collect()
    }

    /// Reads the scopes, each of which has to be offered.
    pub(crate) fn offered_by(mut self, offered: &Scope) -> Result<Self, GuardError> {
        for (tool, text) in &self.tools {
            let scope = Scope::parse(text).map_err(|_| GuardError::Scope(text.clone()))?;
            if let Some(missing) = scope.missing_from(offered).iter().next() {
                return Err(GuardError::NotOffered { tool: tool.clone(), scope: missing.to_owned() });
            }
            self.read.insert(tool.clone(), scope);
        }
        Ok(self)
    }

    fn needed(&self, tool: &str) -> Option<Scope> {
        match self.read.get(tool) {
            Some(scope) => Some(scope.clone()),
            None => Scope::parse(self.tools.get(tool)?).ok(),
        }
    }
}

/// A service behind a guard, whose tools are called by those who may.
#[derive(Clone)]
pub struct Tooled<S> {
    guard: McpGuard,
    inner: S,
}

impl<S> Tooled<S> {
    pub(crate) fn new(guard: McpGuard, inner: S) -> Self {
        Self { guard, inner }
    }
}

impl<S: fmt::Debug> fmt::Debug for Tooled<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tooled").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S> Service<Request> for Tooled<S>
where
    S: Service<Request, Error = Infallible> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let unready = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, unready);
        let guard = self.guard.clone();
        Box::pin(async move {
            match judged(&guard, request).await {
                Ok(request) => ready.call(request).await.map(IntoResponse::into_response),
                Err(answer) => Ok(answer),
            }
        })
    }
}

/// Hands a request on whose calls its client may make. The body is read once and handed on as it came.
async fn judged(guard: &McpGuard, request: Request) -> Result<Request, Response> {
    let Some(tools) = &guard.rules().tools else { return Ok(request) };
    if [Method::GET, Method::HEAD, Method::DELETE, Method::OPTIONS].contains(request.method()) {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let too_large = |_| refused(StatusCode::PAYLOAD_TOO_LARGE, PARSE_ERROR, "the request is too large", &Value::Null);
    let body = to_bytes(body, MOST).await.map_err(too_large)?;
    let unclear = "the request is no message of JSON-RPC";
    let Calls { tools: called, id } =
        calls(&body).map_err(|()| refused(StatusCode::BAD_REQUEST, PARSE_ERROR, unclear, &Value::Null))?;
    // The guard has put it there.
    let session = McpSession::of(&parts).ok_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response())?;
    let mut needed = guard.rules().scope.clone();
    for tool in &called {
        let Some(scope) = tools.needed(tool) else {
            tracing::info!(client.id = session.client_id, "tool.unlisted");
            return Err(refused(StatusCode::FORBIDDEN, INVALID_PARAMS, "there is no such tool", &id));
        };
        needed = needed.union(&scope);
    }
    if called.is_empty() || session.has_all(&needed) {
        return Ok(Request::from_parts(parts, Body::from(body)));
    }
    tracing::info!(client.id = session.client_id, scope = %needed, "tool.refused");
    // All at once, so that one more consent is enough.
    let (challenge, _) = guard.insufficient_scope(&needed).into_parts();
    let why = "insufficient_scope: the access token lacks a scope this needs";
    Err(Response::from_parts(challenge, Body::from(error(SERVER_ERROR, why, &id).to_string())))
}

/// What a body calls, and the id that its answer has to name.
#[derive(Debug, PartialEq, Eq)]
struct Calls {
    tools: Vec<String>,
    /// Null for a batch.
    id: Value,
}

/// The tools that a message calls, or each of a batch (MCP 2025-03-26).
///
/// What could be read in two ways is refused: the server behind might read the other one.
fn calls(body: &[u8]) -> Result<Calls, ()> {
    let text = std::str::from_utf8(body).map_err(drop)?;
    let (messages, is_batch): (Vec<&RawValue>, _) = if text.trim_start().starts_with('[') {
        (serde_json::from_str(text).map_err(drop)?, true)
    } else {
        (vec![serde_json::from_str(text).map_err(drop)?], false)
    };
    let (mut tools, mut id) = (Vec::new(), Value::Null);
    for message in messages {
        let message = message.get();
        let Message { method, id: own, rest } = serde_json::from_str(message).map_err(drop)?;
        is_exact(&rest, &["method", "params", "id"])?;
        if method.as_deref() == Some("tools/call") {
            let Call { params } = serde_json::from_str(message).map_err(drop)?;
            is_exact(&params.rest, &["name"])?;
            tools.push(params.name);
        }
        id = own.filter(|_| !is_batch).unwrap_or_default();
    }
    Ok(Calls { tools, id })
}

/// Refuses members that some readers take for others, as they do not mind the case.
fn is_exact(rest: &Names, known: &[&str]) -> Result<(), ()> {
    let is_alike = |name: &String| known.iter().any(|known| name != known && name.eq_ignore_ascii_case(known));
    if rest.0.iter().any(is_alike) { Err(()) } else { Ok(()) }
}

/// A request, a notification or an answer.
#[derive(Deserialize)]
struct Message {
    method: Option<String>,
    id: Option<Value>,
    #[serde(flatten)]
    rest: Names,
}

#[derive(Deserialize)]
struct Call {
    params: CallParams,
}

#[derive(Deserialize)]
struct CallParams {
    name: String,
    #[serde(flatten)]
    rest: Names,
}

/// The names of further members.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMembers;

        impl<'de> Visitor<'de> for OfMembers {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = members.next_entry()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }

        deserializer.deserialize_map(OfMembers)
    }
}

fn refused(status: StatusCode, code: i32, message: &str, id: &Value) -> Response {
    (status, axum::Json(error(code, message, id))).into_response()
}

fn error(code: i32, message: &str, id: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "error": { "code": code, "message": message }, "id": id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_in_messages_and_batches() {
        let called = |text: &str| calls(text.as_bytes()).map(|calls| calls.tools);
        let call =
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write","arguments":{"name":"x"}}}"#;
        let list = r#"{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"name":"write"}}"#;

        assert_eq!(called(call), Ok(vec!["write".to_owned()]));
        assert_eq!(called(list), Ok(vec![]));
        assert_eq!(called(&format!(" [{list},{call},{call}]")), Ok(vec!["write".to_owned(), "write".to_owned()]));
        assert_eq!(calls(call.as_bytes()).unwrap().id, 1);
        assert_eq!(called(r#"{"id":1,"result":{"method":"tools/call"}}"#), Ok(vec![]));
        assert_eq!(called(r#"{"method":"tools\/call","params":{"name":"\u0077rite"}}"#), Ok(vec!["write".to_owned()]));
    }

    #[test]
    fn what_two_readers_could_read_in_two_ways_is_refused() {
        for bad in [
            "",
            "x",
            "1",
            r#""tools/call""#,
            r#"{"method":1}"#,
            r#"{"method":"ping","method":"tools/call","params":{"name":"write"}}"#,
            r#"{"method":"tools/call","method":"ping","params":{"name":"write"}}"#,
            r#"{"Method":"tools/call","params":{"name":"write"}}"#,
            r#"{"method":"ping","METHOD":"tools/call","params":{"name":"write"}}"#,
            r#"{"method":"tools/call","params":{"name":"read","Name":"write"}}"#,
            r#"{"method":"tools/call","params":{"name":"read"},"Params":{"name":"write"}}"#,
            r#"{"method":"tools/call","params":["write"]}"#,
            r#"{"method":"tools/call"}"#,
            r#"{"method":"tools/call","params":{}}"#,
            r#"{"method":"tools/call","params":{"name":"read","name":"write"}}"#,
            r#"{"method":"tools/call","params":{"name":"read"},"params":{"name":"write"}}"#,
            r#"{"method":"tools/call","params":{"name":null}}"#,
            r#"[[{"method":"ping"}]]"#,
            "{\"method\":\"ping\"} {}",
        ] {
            assert_eq!(calls(bad.as_bytes()), Err(()), "{bad}");
        }
        assert_eq!(calls(b"{\"method\":\"\xff\"}"), Err(()));
    }

    #[test]
    fn what_a_server_has_and_nobody_named_is_found() {
        let scopes = ToolScopes::new().open("echo").tool("write", "notes:write");

        assert_eq!(scopes.unlisted(["echo", "write", "delete"]), ["delete"]);
    }
}
