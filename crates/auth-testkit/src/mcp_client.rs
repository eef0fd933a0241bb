//! A minimal MCP client: JSON-RPC over POST, answered as JSON or as an event stream.

use std::ops::Deref;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{Request, header};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::app::TestApp;

/// The protocol revision it speaks: the one with `initialize`.
const REVISION: &str = "2025-06-18";

/// An MCP client that presents an access token.
#[derive(Debug)]
pub struct McpClient {
    app: TestApp,
    path: String,
    access_token: String,
    next: AtomicU64,
    initialized: Mutex<Option<Initialized>>,
}

#[derive(Clone, Debug)]
struct Initialized {
    revision: String,
    session: Option<String>,
}

/// An answer of an MCP server.
#[derive(Clone, Debug)]
pub struct McpAnswer {
    answer: Answer,
    message: Option<Value>,
}

impl McpClient {
    pub(crate) fn new(app: &TestApp, path: &str, access_token: &str) -> Self {
        Self {
            app: app.clone(),
            path: path.to_owned(),
            access_token: access_token.to_owned(),
            next: AtomicU64::new(1),
            initialized: Mutex::default(),
        }
    }

    /// Begins: `initialize`, and `notifications/initialized` if the server agrees.
    pub async fn initialize(&self) -> McpAnswer {
        let client = json!({ "name": "auth-testkit", "version": env!("CARGO_PKG_VERSION") });
        let params = json!({ "protocolVersion": REVISION, "capabilities": {}, "clientInfo": client });
        let answer = self.asks("initialize", params).await;
        let agreed = answer.message.as_ref().and_then(|message| message.pointer("/result/protocolVersion")?.as_str());
        if let Some(revision) = agreed {
            *self.initialized.lock().unwrap() = Some(Initialized {
                revision: revision.to_owned(),
                session: answer.header("mcp-session-id").map(str::to_owned),
            });
            let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
            self.sends(&ready).await;
        }
        answer
    }

    /// Lists the tools, by name.
    pub async fn lists_tools(&self) -> Vec<String> {
        let listed = self.asks("tools/list", json!({})).await.result();
        let tools = listed.get("tools").and_then(Value::as_array);
        let names = tools.into_iter().flatten();
        names.filter_map(|tool| tool.get("name")?.as_str().map(str::to_owned)).collect()
    }

    /// Calls a tool.
    pub async fn calls(&self, tool: &str, arguments: Value) -> McpAnswer {
        let params = json!({ "name": tool, "arguments": arguments });
        self.asks("tools/call", params).await
    }

    /// Sends a request of any method.
    pub async fn asks(&self, method: &str, params: Value) -> McpAnswer {
        let id = self.next.fetch_add(1, Ordering::SeqCst);
        let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let answer = self.sends(&message).await;
        let message = message_of(&answer, id);
        McpAnswer { answer, message }
    }

    /// Sends any message.
    pub async fn sends(&self, message: &Value) -> Answer {
        let mut request = Request::post(self.app.url(&self.path).as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json, text/event-stream")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.access_token));
        let initialized = self.initialized.lock().unwrap().clone();
        if let Some(Initialized { revision, session }) = initialized {
            request = request.header("mcp-protocol-version", revision);
            if let Some(session) = session {
                request = request.header("mcp-session-id", session);
            }
        }
        let request = request.body(message.to_string()).unwrap();
        self.app.request(request).await
    }
}

impl Deref for McpAnswer {
    type Target = Answer;

    fn deref(&self) -> &Answer {
        &self.answer
    }
}

impl McpAnswer {
    /// Demands a result; panics with the answer otherwise.
    pub fn result(&self) -> Value {
        let result = self.message.as_ref().and_then(|message| message.get("result"));
        result.cloned().unwrap_or_else(|| panic!("no result: {}", self.answer.describe()))
    }

    /// Demands an error of JSON-RPC; panics with the answer otherwise.
    pub fn error(&self) -> Value {
        let error = self.message.as_ref().and_then(|message| message.get("error"));
        error.cloned().unwrap_or_else(|| panic!("no error: {}", self.answer.describe()))
    }

    /// Demands a tool's result and returns its text.
    pub fn said(&self) -> String {
        let result = self.result();
        let content = result.get("content").and_then(Value::as_array);
        let texts = content.into_iter().flatten();
        let texts: Vec<&str> = texts.filter_map(|part| part.get("text")?.as_str()).collect();
        texts.join("\n")
    }
}

/// Finds the answer to a request in a body that is JSON or an event stream.
fn message_of(answer: &Answer, id: u64) -> Option<Value> {
    let text = answer.text();
    let is_ours =
        |message: &Value| message.get("id") == Some(&json!(id)) || message.get("id").is_some_and(Value::is_null);
    if answer.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream")) {
        let normal = text.replace("\r\n", "\n");
        let events = normal.split("\n\n").map(|event| {
            let lines = event.lines().filter_map(|line| line.strip_prefix("data:"));
            let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
            lines.join("\n")
        });
        return events.filter_map(|data| serde_json::from_str(&data).ok()).find(is_ours);
    }
    serde_json::from_str(&text).ok().filter(is_ours)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::*;

    fn read(kind: &'static str, body: &'static str) -> McpAnswer {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        let answer = Answer { status: StatusCode::OK, headers, body: body.into() };
        let message = message_of(&answer, 7);
        McpAnswer { answer, message }
    }

    #[test]
    fn an_answer_is_found_in_json() {
        let body = r#"{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"hi"}]}}"#;

        assert_eq!(read("application/json", body).said(), "hi");
    }

    #[test]
    fn an_answer_is_found_in_a_stream_of_events() {
        let body = concat!(
            ": a comment\n\nevent: message\nid: 1\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}\n\n",
            "event: message\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":7,\r\ndata:\"error\":{\"code\":-32601}}\r\n\r\n",
        );

        assert_eq!(read("text/event-stream", body).error()["code"], -32601);
    }

    #[test]
    fn the_answer_to_another_request_is_none() {
        assert!(read("application/json", r#"{"id":8,"result":{}}"#).message.is_none());
    }
}
