//! What stands before every endpoint: request id, span, CORS, origin check, limits, hooks.

use std::borrow::Cow;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::FutureExt as _;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tracing::Instrument as _;

use super::address::{AddressLog, ClientAddress};
use super::failure::{Failure, Foreign};
use super::rules::{Declared, Rules};
use crate::access::Access;
use crate::context::AuthContext;
use crate::error::Unexpected;
use crate::hooks::{Exchange, Stop};
use crate::plugin::PluginId;
use crate::random;
use crate::rate_limit::{RateLimit, Verdict};

/// The longest a request may take.
const LONGEST: Duration = Duration::from_secs(30);

/// The rules of all routes, by full template, and what they were worked out from.
#[derive(Clone)]
pub(crate) struct Gate {
    cx: AuthContext,
    table: Arc<HashMap<String, Rules>>,
    declared: Arc<Declared>,
    log: Arc<AddressLog>,
    longest: Duration,
}

impl Gate {
    pub(crate) fn new(cx: AuthContext, table: HashMap<String, Rules>, declared: Declared) -> Self {
        Self { cx, table: Arc::new(table), declared: Arc::new(declared), log: Arc::default(), longest: LONGEST }
    }

    /// The rules of a route. What is declared for its pattern also holds where the app has put all
    /// routes below a path of its own, and for a route no description tells of.
    fn rules(&self, path: &str) -> Cow<'_, Rules> {
        if let Some(rules) = self.table.get(path) {
            return Cow::Borrowed(rules);
        }
        let (below, _) = self.declared.below(path);
        let moved = |known: &&String| path.ends_with(known.as_str()) && self.declared.below(known).0 == below;
        match self.table.keys().filter(moved).max_by_key(|known| known.len()).and_then(|known| self.table.get(known)) {
            Some(rules) => Cow::Borrowed(rules),
            None => Cow::Owned(self.declared.rules(path)),
        }
    }
}

/// Stands before a route: request id, span and CORS around what [`answer`] does.
pub(crate) async fn run(State(gate): State<Gate>, path: MatchedPath, request: Request, next: Next) -> Response {
    let started = tokio::time::Instant::now();
    let rules = gate.rules(path.as_str());
    let method = request.method().clone();
    let id = request_id(&gate.cx, request.headers());
    let span = tracing::info_span!("request", id, method = %request.method(), path = path.as_str());
    let origin = request.headers().get(header::ORIGIN).cloned();
    let answered = async {
        if request.method() == Method::OPTIONS {
            return StatusCode::NO_CONTENT.into_response();
        }
        let response = answer(&gate, &rules, request, next).await;
        tracing::info!(status = response.status().as_u16(), "request.answered");
        response
    };
    let mut response = answered.instrument(span).await;
    gate.cx.metrics().answered(&method, &rules.route, response.status(), started.elapsed());
    cors(&gate.cx, rules.access, origin.as_ref(), response.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

/// Bounds the time, and catches what panics outside of hooks and handlers: it lets nothing through.
async fn answer(gate: &Gate, rules: &Rules, request: Request, next: Next) -> Response {
    let judged = AssertUnwindSafe(judge(gate, rules, request, next)).catch_unwind();
    let failure = match tokio::time::timeout(gate.longest, judged).await {
        Ok(Ok(response)) => return response,
        Ok(Err(_)) => Failure::Unexpected(Unexpected::new("the gate panicked")),
        Err(_) => Failure::TimedOut,
    };
    failure.answer(rules.errors, &gate.cx)
}

/// Lets a request through to its handler, or answers it. Hooks afterwards see every answer, also
/// the one to a handler or a hook that panicked.
async fn judge(gate: &Gate, rules: &Rules, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(ClientAddress::of(&parts, gate.cx.config(), &gate.log));
    parts.extensions.insert(rules.access);
    let admitted = admit(&gate.cx, rules, &mut parts).await;
    let asked = (!rules.after.is_empty()).then(|| (parts.method.clone(), parts.uri.clone(), parts.headers.clone()));
    let mut response = match admitted {
        Ok(()) => {
            let handled = AssertUnwindSafe(next.run(Request::from_parts(parts, body))).catch_unwind().await;
            handled.unwrap_or_else(|_| {
                Failure::Unexpected(Unexpected::new("a handler panicked")).answer(rules.errors, &gate.cx)
            })
        }
        Err(refusal) => refusal,
    };
    if let Some((method, uri, headers)) = &asked {
        let exchange = Exchange { method, path: &rules.template, access: rules.access, uri, headers };
        for (plugin, hook) in &rules.after {
            let seen = AssertUnwindSafe(hook.after(&exchange, response)).catch_unwind().await;
            response = seen.unwrap_or_else(|_| broken(&gate.cx, plugin).answer(rules.errors, &gate.cx));
        }
    }
    response
}

async fn admit(cx: &AuthContext, rules: &Rules, parts: &mut Parts) -> Result<(), Response> {
    let refused = |failure: Failure| failure.answer(rules.errors, cx);
    check_origin(cx, rules.access, &parts.method, &parts.headers).map_err(|from| refused(Failure::Foreign(from)))?;
    let who = parts.extensions.get::<ClientAddress>().map_or_else(String::new, ClientAddress::bucket);
    count(cx, &rules.limits, &who).await.map_err(refused)?;
    for (plugin, hook) in &rules.before {
        match AssertUnwindSafe(hook.before(parts)).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(Stop::Answered(response))) => return Err(response),
            Ok(Err(Stop::Refused(code))) => return Err(refused(Failure::Refused(code))),
            Ok(Err(Stop::Failed(failure))) => {
                tracing::error!(plugin, path = rules.template, "hook.failed");
                cx.metrics().hook_failed(plugin);
                return Err(refused(Failure::Unexpected(failure)));
            }
            Err(_) => return Err(refused(broken(cx, plugin))),
        }
    }
    Ok(())
}

/// A hook that panicked: it lets nothing through.
fn broken(cx: &AuthContext, plugin: PluginId) -> Failure {
    cx.metrics().hook_failed(plugin);
    Failure::Unexpected(Unexpected::new(format!("a hook of {plugin} panicked")))
}

async fn count(cx: &AuthContext, limits: &[RateLimit], who: &str) -> Result<(), Failure> {
    for RateLimit { path, window, max } in limits {
        // Two limits on one path count apart.
        let key = format!("{path}|{window}|{max}|{who}");
        match cx.count(&key, *window, *max).await.map_err(Failure::Unexpected)? {
            Verdict::Within => {}
            Verdict::Exceeded { retry_after } => return Err(Failure::TooMany { retry_after }),
        }
    }
    Ok(())
}

/// Refuses requests that another site makes a browser send.
///
/// `Sec-Fetch-Site: same-origin` is the browser's own word and settles it. Otherwise a given
/// `Origin` must be trusted; without one, a request that carries cookies must name a trusted
/// `Referer`, and one that a browser says comes from elsewhere is refused. Programs that send
/// neither cookies nor browser headers pass.
fn check_origin(cx: &AuthContext, access: Access, method: &Method, headers: &HeaderMap) -> Result<(), Foreign> {
    let changes_nothing = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if changes_nothing || matches!(access, Access::Public | Access::CrossSiteNavigation) {
        return Ok(());
    }
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let trusted = |origin: &str| {
        if cx.config().trusts_origin(origin) { Ok(()) } else { Err(Foreign::Untrusted(origin.to_owned())) }
    };
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    match (site, text(header::ORIGIN)) {
        (Some("same-origin"), None | Some("null")) => Ok(()),
        (_, Some("null")) | (Some("cross-site" | "same-site"), None) => Err(Foreign::Unnamed),
        (_, Some(origin)) => trusted(origin),
        (_, None) if !headers.contains_key(header::COOKIE) => Ok(()),
        (_, None) => {
            let referer = text(header::REFERER).and_then(|referer| url::Url::parse(referer).ok());
            referer.map_or(Err(Foreign::Unnamed), |url| trusted(&url.origin().ascii_serialization()))
        }
    }
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
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, accept, dpop, mcp-protocol-version"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Beside what a hook has exposed already.
    let exposed = HeaderValue::from_static("www-authenticate, dpop-nonce, x-request-id, retry-after");
    headers.append(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
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

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;
    use crate::auth::Auth;
    use crate::error_shape::ErrorShape;

    /// What a handler that never answers comes to; a request through the front door would take 30 s.
    async fn never_answers(errors: ErrorShape) -> (StatusCode, HeaderMap, String) {
        let cx = Auth::builder("http://localhost:3000").assemble().unwrap().context().clone();
        let declared = Declared { base_path: "/api/auth".to_owned(), ..Declared::default() };
        let rules = Rules { errors, ..declared.rules("/never") };
        let table = [("/never".to_owned(), rules)].into();
        let gate = Gate { longest: Duration::from_millis(5), ..Gate::new(cx, table, declared) };
        let never = get(std::future::pending::<()>);
        let router = Router::new().route("/never", never).route_layer(from_fn_with_state(gate, run));
        let request = Request::get("/never").body(axum::body::Body::empty()).unwrap();

        let (parts, body) = router.oneshot(request).await.unwrap().into_parts();

        let bytes = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_handler_that_takes_too_long_is_told_in_the_shape_of_its_route() {
        for (shape, told) in [
            (ErrorShape::Core, r#"{"code":"TIMED_OUT","message":"This took too long. Please try again later."}"#),
            (ErrorShape::OAuth, r#"{"error":"temporarily_unavailable","error_description":"this took too long"}"#),
            (ErrorShape::Page, "This took too long\nThe server did not finish in time.\n"),
        ] {
            let (status, headers, text) = never_answers(shape).await;

            assert_eq!((status.as_u16(), text.as_str()), (503, told));
            assert_eq!(
                (&headers["retry-after"], &headers["cache-control"]),
                (&"5".parse().unwrap(), &"no-store".parse().unwrap())
            );
            assert_eq!(headers["x-request-id"].len(), 36);
        }
    }
}
