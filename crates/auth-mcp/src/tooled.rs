//! The service behind a guard: what a body calls is judged before the server reads it. MCP authorization, scope
//! challenges.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use auth_protocol::scope::Scope;
use auth_resource_server::Gate as _;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::ALLOW;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};
use tower::Service;

use crate::anonymous::Anonymous;
use crate::calls::{Calls, calls};
use crate::guard::McpGuard;
use crate::session::McpSession;
use crate::tool_scopes::ToolScopes;
use crate::transport_session::{Holder, SESSION_ID};

/// The largest body of a request, in bytes: calls of tools carry files at times.
const MOST: usize = 4 * 1024 * 1024;
/// The largest of one without a token, in bytes: whatever reads it takes a multiple of that.
const MOST_ANONYMOUS: usize = 256 * 1024;
/// The errors of JSON-RPC 2.0 §5.1.
const PARSE_ERROR: i32 = -32700;
const INVALID_PARAMS: i32 = -32602;
/// What the guard's other refusals have.
const SERVER_ERROR: i32 = -32000;

/// A service behind a guard, whose tools are called by those who may, and whose sessions are used by those who
/// began them.
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
            let (mut parts, body) = request.into_parts();
            let holder = Holder::of(&guard, &parts);
            if !holder.takes(&guard, &mut parts.headers) {
                return Ok(unknown_session());
            }
            match judged(&guard, parts, body).await {
                Ok(request) => {
                    let mut response = ready.call(request).await?.into_response();
                    holder.keeps(&guard, response.headers_mut());
                    Ok(response)
                }
                Err(answer) => Ok(answer),
            }
        })
    }
}

/// Hands a request on whose calls its client may make. The body is read once and handed on as it came.
async fn judged(guard: &McpGuard, mut parts: Parts, body: Body) -> Result<Request, Response> {
    let Some(tools) = &guard.rules().tools else { return Ok(Request::from_parts(parts, body)) };
    let is_anonymous = parts.extensions.get::<Anonymous>().is_some();
    if [Method::GET, Method::HEAD, Method::DELETE, Method::OPTIONS].contains(&parts.method) {
        if is_anonymous {
            // What is not in a session of nobody could be in one of somebody.
            parts.headers.get(SESSION_ID).ok_or_else(no_stream)?;
            guard.rules().anonymous_origins.admit(&mut parts).await?;
        }
        return Ok(Request::from_parts(parts, body));
    }
    let most = if is_anonymous { MOST_ANONYMOUS } else { MOST };
    let body = to_bytes(body, most).await.map_err(|_| {
        if is_anonymous {
            return guard.no_token(&guard.rules().scope);
        }
        refused(StatusCode::PAYLOAD_TOO_LARGE, PARSE_ERROR, "the request is too large", &Value::Null)
    })?;
    let found = match calls(&body) {
        Ok(found) => found,
        Err(()) if is_anonymous => return Err(guard.no_token(&guard.rules().scope)),
        Err(()) => {
            let unclear = "the request is no message of JSON-RPC";
            return Err(refused(StatusCode::BAD_REQUEST, PARSE_ERROR, unclear, &Value::Null));
        }
    };
    let needed = needed(guard, tools, &parts, &found).map_err(|answer| *answer)?;
    if is_anonymous {
        judge_anonymous(guard, tools, &found, &needed).map_err(|answer| *answer)?;
        guard.rules().anonymous_origins.admit(&mut parts).await?;
    } else {
        judge_session(guard, &parts, &found, &needed).map_err(|answer| *answer)?;
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// All that the calls need at once, so that one more consent is enough.
fn needed(guard: &McpGuard, tools: &ToolScopes, parts: &Parts, found: &Calls) -> Result<Scope, Box<Response>> {
    let mut needed = guard.rules().scope.clone();
    for tool in &found.tools {
        let Some(scope) = tools.needed(tool) else {
            let client_id = McpSession::of(parts).map(|session| session.client_id.as_str());
            tracing::info!(client.id = client_id, "tool.unlisted");
            return Err(refused(StatusCode::FORBIDDEN, INVALID_PARAMS, "there is no such tool", &found.id).into());
        };
        needed = needed.union(&scope);
    }
    Ok(needed)
}

/// Lets a caller without a token do what everybody may, and nothing besides.
fn judge_anonymous(guard: &McpGuard, tools: &ToolScopes, found: &Calls, needed: &Scope) -> Result<(), Box<Response>> {
    if found.is_public && found.tools.iter().all(|tool| tools.is_anonymous(tool)) {
        return Ok(());
    }
    let why = "Unauthorized: Authentication required";
    Err(answering(guard.no_token(needed), why, &found.id).into())
}

fn judge_session(guard: &McpGuard, parts: &Parts, found: &Calls, needed: &Scope) -> Result<(), Box<Response>> {
    // The guard has put it there.
    let session = McpSession::of(parts).ok_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response())?;
    if found.tools.is_empty() || session.has_all(needed) {
        return Ok(());
    }
    tracing::info!(client.id = session.client_id, scope = %needed, "tool.refused");
    let why = "insufficient_scope: the access token lacks a scope this needs";
    Err(answering(guard.insufficient_scope_for(needed, session), why, &found.id).into())
}

/// The challenge as the answer to one request of JSON-RPC.
fn answering(challenge: Response, why: &str, id: &Value) -> Response {
    let (parts, _) = challenge.into_parts();
    Response::from_parts(parts, Body::from(error(SERVER_ERROR, why, id).to_string()))
}

/// A session that somebody else began is one that is not there. MCP transports, session management.
fn unknown_session() -> Response {
    tracing::info!("transport_session.refused");
    refused(StatusCode::NOT_FOUND, SERVER_ERROR, "there is no such session; initialize a new one", &Value::Null)
}

/// A client goes on without a stream then; a challenge would make it sign in. MCP transports, listening for messages.
fn no_stream() -> Response {
    let why = "there is no stream without a token";
    let mut response = refused(StatusCode::METHOD_NOT_ALLOWED, SERVER_ERROR, why, &Value::Null);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    response
}

fn refused(status: StatusCode, code: i32, message: &str, id: &Value) -> Response {
    (status, axum::Json(error(code, message, id))).into_response()
}

fn error(code: i32, message: &str, id: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "error": { "code": code, "message": message }, "id": id })
}
