//! What stands before every endpoint: request id, span, CORS, origin check, limits, hooks.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tracing::Instrument as _;

use super::address::ClientAddress;
use crate::access::Access;
use crate::context::AuthContext;
use crate::error::ApiError;
use crate::hooks::{After, Before};
use crate::random;
use crate::rate_limit::RateLimit;

/// What applies to one route, looked up once at start.
#[derive(Clone)]
pub(crate) struct Rules {
    pub(crate) template: String,
    pub(crate) access: Access,
    pub(crate) limits: Vec<RateLimit>,
    pub(crate) before: Vec<Arc<dyn Before>>,
    pub(crate) after: Vec<Arc<dyn After>>,
}

/// The rules of all routes, by full template.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) cx: AuthContext,
    pub(crate) rules: Arc<HashMap<String, Rules>>,
}

impl Gate {
    /// The rules of a route. One that no description tells of has none but those of its place.
    fn rules(&self, path: &str) -> Cow<'_, Rules> {
        self.rules
            .get(path)
            .map_or_else(|| Cow::Owned(Rules::of_place(path, self.cx.config().base_path())), Cow::Borrowed)
    }
}

impl Rules {
    /// Trusts nobody: what applies where nothing else was said.
    pub(crate) fn of_place(path: &str, base_path: &str) -> Self {
        let below = path.strip_prefix(base_path).is_some_and(|rest| rest.starts_with('/'));
        Self {
            template: path.to_owned(),
            access: if below { Access::Session } else { Access::Navigation },
            limits: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
        }
    }
}

/// The outer half, around every bound: request id, span, CORS. Nothing in it can panic or wait.
pub(crate) async fn run(State(gate): State<Gate>, path: MatchedPath, mut request: Request, next: Next) -> Response {
    let access = gate.rules(path.as_str()).access;
    let id = request_id(&gate.cx, request.headers());
    let span = tracing::info_span!("request", id, method = %request.method(), path = path.as_str());
    let origin = request.headers().get(header::ORIGIN).cloned();
    let (parts, body) = request.into_parts();
    let address = ClientAddress::of(&parts, gate.cx.config());
    request = Request::from_parts(parts, body);
    request.extensions_mut().insert(address);
    let answer = async {
        if request.method() == Method::OPTIONS {
            return StatusCode::NO_CONTENT.into_response();
        }
        let response = next.run(request).await;
        tracing::info!(status = response.status().as_u16(), "request.answered");
        response
    };
    let mut response = answer.instrument(span).await;
    cors(&gate.cx, access, origin.as_ref(), response.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

/// The inner half: lets a request through to its handler, or answers it.
pub(crate) async fn judge(State(gate): State<Gate>, path: MatchedPath, request: Request, next: Next) -> Response {
    let rules = gate.rules(path.as_str());
    let (mut parts, body) = request.into_parts();
    let mut response = match admit(&gate.cx, &rules, &mut parts).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => refusal,
    };
    for hook in &rules.after {
        response = hook.after(&rules.template, response).await;
    }
    response
}

async fn admit(cx: &AuthContext, rules: &Rules, parts: &mut Parts) -> Result<(), Response> {
    check_origin(cx, rules.access, &parts.method, &parts.headers).map_err(ApiError::into_response)?;
    for RateLimit { path, window, max } in &rules.limits {
        let address = parts.extensions.get::<ClientAddress>().and_then(|address| address.0);
        let who = ClientAddress(address).bucket();
        // Two limits on one path count apart.
        cx.limit(&format!("{path}|{window}|{max}|{who}"), *window, *max).await.map_err(ApiError::into_response)?;
    }
    for hook in &rules.before {
        hook.before(parts).await?;
    }
    Ok(())
}

/// Refuses requests that another site makes a browser send.
///
/// `Sec-Fetch-Site: same-origin` is the browser's own word and settles it. Otherwise a given
/// `Origin` must be trusted; without one, a request that carries cookies must name a trusted
/// `Referer`, and one that a browser says comes from elsewhere is refused. Programs that send
/// neither cookies nor browser headers pass.
fn check_origin(cx: &AuthContext, access: Access, method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    let changes_nothing = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if changes_nothing || matches!(access, Access::Public | Access::CrossSiteNavigation) {
        return Ok(());
    }
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    match (site, text(header::ORIGIN)) {
        (Some("same-origin"), None | Some("null")) => Ok(()),
        (_, Some("null")) | (Some("cross-site" | "same-site"), None) => {
            Err(refused("MISSING_OR_NULL_ORIGIN", "Missing or null Origin"))
        }
        (_, Some(origin)) if cx.config().trusts_origin(origin) => Ok(()),
        (_, Some(_)) => Err(refused("INVALID_ORIGIN", "Invalid origin")),
        (_, None) if !headers.contains_key(header::COOKIE) => Ok(()),
        (_, None) => {
            let referer = text(header::REFERER).and_then(|referer| url::Url::parse(referer).ok());
            match referer.map(|url| url.origin().ascii_serialization()) {
                Some(origin) if cx.config().trusts_origin(&origin) => Ok(()),
                Some(_) => Err(refused("INVALID_ORIGIN", "Invalid origin")),
                None => Err(refused("MISSING_OR_NULL_ORIGIN", "Missing or null Origin")),
            }
        }
    }
}

fn refused(code: &'static str, message: &'static str) -> ApiError {
    ApiError::Refused { status: StatusCode::FORBIDDEN, code: code.into(), message: message.into() }
}

/// Writes the CORS headers of an answer, preflights included.
fn cors(cx: &AuthContext, access: Access, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
    match access {
        Access::Public => {
            // Also without an `Origin`: the answer may be kept and used for a request with one.
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        Access::Session => {
            headers.append(header::VARY, HeaderValue::from_static("origin"));
            let trusted = |origin: &&HeaderValue| origin.to_str().is_ok_and(|origin| cx.config().trusts_origin(origin));
            let Some(origin) = origin.filter(trusted) else { return };
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        Access::Navigation | Access::CrossSiteNavigation => return,
    }
    let fixed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, DELETE, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, accept, mcp-protocol-version"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "www-authenticate, x-request-id, retry-after"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Takes a proxy's request id if it is harmless, else draws one.
fn request_id(cx: &AuthContext, headers: &HeaderMap) -> String {
    let harmless =
        |id: &&str| (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    headers
        .get("x-request-id")
        .and_then(|id| id.to_str().ok())
        .filter(harmless)
        .map(str::to_owned)
        .or_else(|| random::id(cx.random(), cx.now()).ok())
        .unwrap_or_default()
}
