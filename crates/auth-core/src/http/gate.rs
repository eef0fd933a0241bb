//! What stands before every endpoint: request id, span, CORS, origin check, limits, hooks.

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

/// Lets a request through to its handler, or answers it.
pub(crate) async fn run(State(gate): State<Gate>, path: MatchedPath, request: Request, next: Next) -> Response {
    let Some(rules) = gate.rules.get(path.as_str()) else { return next.run(request).await };
    let (mut parts, body) = request.into_parts();
    let address = ClientAddress::of(&parts, gate.cx.config());
    parts.extensions.insert(address);
    let id = request_id(&gate.cx, &parts.headers);
    let span = tracing::info_span!("request", id, method = %parts.method, path = path.as_str());
    let origin = parts.headers.get(header::ORIGIN).cloned();
    let answer = async {
        if parts.method == Method::OPTIONS {
            return StatusCode::NO_CONTENT.into_response();
        }
        let mut response = match admit(&gate.cx, rules, &mut parts, address).await {
            Ok(()) => next.run(Request::from_parts(parts, body)).await,
            Err(refusal) => refusal,
        };
        for hook in &rules.after {
            response = hook.after(&rules.template, response).await;
        }
        tracing::info!(status = response.status().as_u16(), "request.answered");
        response
    };
    let mut response = answer.instrument(span).await;
    cors(&gate.cx, rules.access, origin.as_ref(), response.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

async fn admit(cx: &AuthContext, rules: &Rules, parts: &mut Parts, address: ClientAddress) -> Result<(), Response> {
    check_origin(cx, rules.access, &parts.method, &parts.headers).map_err(|refusal| refusal.into_response())?;
    for limit in &rules.limits {
        let who = address.0.map_or_else(|| "unknown".to_owned(), bucket);
        cx.limit(&format!("{}|{who}", limit.path), limit.window, limit.max)
            .await
            .map_err(|refusal| refusal.into_response())?;
    }
    for hook in &rules.before {
        hook.before(parts).await?;
    }
    Ok(())
}

/// An IPv6 subscriber owns a /64, so all of it counts together.
fn bucket(address: std::net::IpAddr) -> String {
    match address {
        std::net::IpAddr::V4(address) => address.to_string(),
        std::net::IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
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
        (_, Some("null")) => Err(refused("MISSING_OR_NULL_ORIGIN", "Missing or null Origin")),
        (_, Some(origin)) if cx.config().trusts_origin(origin) => Ok(()),
        (_, Some(_)) => Err(refused("INVALID_ORIGIN", "Invalid origin")),
        (Some("cross-site" | "same-site"), None) => Err(refused("MISSING_OR_NULL_ORIGIN", "Missing or null Origin")),
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
    let Some(origin) = origin else {
        if access == Access::Session {
            headers.append(header::VARY, HeaderValue::from_static("origin"));
        }
        return;
    };
    match access {
        Access::Public => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        Access::Session => {
            headers.append(header::VARY, HeaderValue::from_static("origin"));
            if !origin.to_str().is_ok_and(|origin| cx.config().trusts_origin(origin)) {
                return;
            }
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
    let harmless = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    headers
        .get("x-request-id")
        .and_then(|id| id.to_str().ok())
        .filter(harmless)
        .map(str::to_owned)
        .or_else(|| random::id(cx.random(), cx.now()).ok())
        .unwrap_or_default()
}
