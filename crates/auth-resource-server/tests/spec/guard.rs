//! RFC 6750 §3, RFC 9728 §5.1 and MCP authorization: who passes, and what the others are told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use auth_protocol::scope::Scope;
use auth_protocol::scope_hierarchy::ScopeHierarchy;
use auth_resource_server::{Denial, InvalidGuard, InvalidToken, RequireToken, VerifiedToken, Verifier, VerifyError};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::any;
use http::{HeaderMap, header};
use serde_json::json;
use url::Url;

use crate::requests::{answered, post, sent, with_token};

const METADATA: &str = "https://mcp.example/.well-known/oauth-protected-resource/mcp";

/// Knows three tokens and counts the questions.
#[derive(Clone, Default)]
struct KnownTokens(Arc<AtomicUsize>);

impl KnownTokens {
    fn asked(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Verifier for KnownTokens {
    async fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let scope = match token {
            "good" | "bound" => "mcp:tools files:read",
            "poor" => "files:read",
            "outage" => return Err(VerifyError::Unavailable("connection refused to 10.0.0.7".into())),
            "foreign" => return Err(InvalidToken::Audience.into()),
            "expired" => return Err(InvalidToken::Expired.into()),
            _ => return Err(InvalidToken::Unknown.into()),
        };
        Ok(VerifiedToken {
            subject: "alice".to_owned(),
            client_id: Some("client-1".to_owned()),
            scope: Scope::parse(scope).unwrap(),
            audience: vec!["https://mcp.example/mcp".to_owned()],
            issuer: None,
            expires_at: None,
            confirmation: (token == "bound").then(|| "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".to_owned()),
            claims: serde_json::Map::new(),
        })
    }
}

fn guard_over(verifier: KnownTokens, scope: &str) -> RequireToken {
    let metadata = Url::parse(METADATA).unwrap();
    RequireToken::builder(verifier, metadata).scope(Scope::parse(scope).unwrap()).build().unwrap()
}

fn guard() -> RequireToken {
    guard_over(KnownTokens::default(), "mcp:tools mcp:prompts")
}

/// A route that says who calls it, behind the guard, in an app with a public page.
fn app(guard: RequireToken) -> Router {
    let whoami = |token: Option<axum::Extension<VerifiedToken>>| async move {
        token.map_or_else(|| "nobody".to_owned(), |token| token.subject.clone())
    };
    let guarded = Router::new().route("/mcp", any(whoami)).route_layer(guard);
    guarded.route("/", any(|| async { "public" }))
}

fn tools_app() -> Router {
    app(guard_over(KnownTokens::default(), "mcp:tools"))
}

#[tokio::test]
async fn a_valid_token_with_the_scope_passes_and_says_who_calls() {
    let answer = sent(&tools_app(), with_token("good")).await;

    assert_eq!((answer.status, answer.body.as_str()), (200, "alice"));
    assert_eq!(answer.header("www-authenticate"), None);
}

#[tokio::test]
async fn a_verified_token_is_an_extractor() {
    let whoami = |token: VerifiedToken| async move { token.client_id.unwrap_or_default() };
    let app = Router::new().route("/mcp", any(whoami)).route_layer(guard_over(KnownTokens::default(), ""));

    let answer = sent(&app, with_token("good")).await;

    assert_eq!(answer.body, "client-1");
}

#[tokio::test]
async fn the_extractor_without_a_guard_is_the_apps_mistake() {
    let app = Router::new().route("/mcp", any(|_: VerifiedToken| async {}));

    let answer = sent(&app, with_token("good")).await;

    assert_eq!(answer.status, 500);
}

#[tokio::test]
async fn no_token_is_told_where_to_get_one_and_names_no_error() {
    let verifier = KnownTokens::default();
    let app = app(guard_over(verifier.clone(), "mcp:tools"));

    let answer = sent(&app, post("/mcp")).await;

    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.header("www-authenticate"),
        Some(format!(r#"Bearer resource_metadata="{METADATA}", scope="mcp:tools""#).as_str())
    );
    assert_eq!(verifier.asked(), 0);
}

#[tokio::test]
async fn a_refusal_is_a_json_rpc_error_that_no_cache_keeps_and_every_page_can_read() {
    for request in [post("/mcp"), with_token("wrong"), with_token("poor"), with_token("outage")] {
        let answer = sent(&tools_app(), request).await;

        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-expose-headers"), Some("WWW-Authenticate, DPoP-Nonce"));
        let body = answer.json();
        assert_eq!(body["jsonrpc"], "2.0");
        assert_eq!(body["error"]["code"], -32000);
        assert!(body["error"]["message"].is_string());
        assert_eq!(body.as_object().unwrap().get("id"), Some(&json!(null)));
    }
}

#[tokio::test]
async fn a_bad_token_is_invalid_and_told_why() {
    let expired = sent(&tools_app(), with_token("expired")).await;
    let unknown = sent(&tools_app(), with_token("wrong")).await;

    assert_eq!((expired.status, unknown.status), (401, 401));
    let expired = expired.header("www-authenticate").unwrap();
    assert!(expired.contains(r#"error="invalid_token""#), "{expired}");
    assert!(expired.contains(r#"error_description="the access token has expired""#), "{expired}");
    assert!(expired.contains(&format!(r#"resource_metadata="{METADATA}""#)), "{expired}");
    assert!(unknown.header("www-authenticate").unwrap().contains("the access token is unknown"));
}

#[tokio::test]
async fn a_missing_scope_is_answered_with_every_scope_of_the_operation() {
    let answer = sent(&app(guard()), with_token("good")).await;

    assert_eq!(answer.status, 403);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
    assert!(challenge.contains(r#"scope="mcp:tools mcp:prompts""#), "{challenge}");
    assert!(challenge.contains(&format!(r#"resource_metadata="{METADATA}""#)), "{challenge}");
}

#[tokio::test]
async fn an_operation_inside_the_route_can_ask_for_more() {
    let guard = guard_over(KnownTokens::default(), "mcp:tools");

    let answer = answered(guard.insufficient_scope(&Scope::parse("files:write files:read").unwrap())).await;

    assert_eq!(answer.status, 403);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
    assert!(challenge.contains(r#"scope="files:write files:read""#), "{challenge}");
}

/// MCP 2025-11-25: a client may ask for just what the challenge names, and would lose what it has.
#[tokio::test]
async fn rs_10_a_challenge_repeats_what_was_granted_only_where_that_is_wanted() {
    let needs = Scope::parse("mcp:tools files:write").unwrap();
    let guard = || RequireToken::builder(KnownTokens::default(), Url::parse(METADATA).unwrap()).scope(needs.clone());
    let repeats = guard().challenge_repeats_granted(true).build().unwrap();
    let named = |challenge: Option<&str>, scope: &str| {
        let challenge = challenge.unwrap();
        assert!(challenge.ends_with(&format!(r#"scope="{scope}""#)), "{challenge}");
    };

    let plain = sent(&app(guard().build().unwrap()), with_token("good")).await;
    let repeated = sent(&app(repeats.clone()), with_token("good")).await;
    let without = sent(&app(repeats.clone()), post("/mcp")).await;

    assert_eq!((plain.status, repeated.status, without.status), (403, 403, 401));
    named(plain.header("www-authenticate"), "mcp:tools files:write");
    named(repeated.header("www-authenticate"), "mcp:tools files:write files:read");
    named(without.header("www-authenticate"), "mcp:tools files:write");
    let (required, granted) = (Scope::parse("notes:write").unwrap(), Scope::parse("openid files:read").unwrap());
    let inside = answered(repeats.insufficient_scope_for(&required, &granted)).await;
    named(inside.header("www-authenticate"), "notes:write files:read");
}

#[tokio::test]
async fn an_operation_inside_the_route_can_ask_for_a_token() {
    let guard = guard_over(KnownTokens::default(), "mcp:tools");

    let answer = answered(guard.no_token(&Scope::parse("mcp:tools files:write").unwrap())).await;

    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.header("www-authenticate"),
        Some(format!(r#"Bearer resource_metadata="{METADATA}", scope="mcp:tools files:write""#).as_str())
    );
}

#[test]
fn a_hierarchy_that_goes_round_makes_no_guard() {
    let guard =
        |hierarchy| RequireToken::builder(KnownTokens::default(), Url::parse(METADATA).unwrap()).hierarchy(hierarchy);
    let straight = ScopeHierarchy::new().implies("a", ["b"]).implies("b", ["c"]);

    let refused = guard(straight.clone().implies("c", ["a"])).build().unwrap_err();

    assert!(matches!(&refused, InvalidGuard::HierarchyCycle(scope) if scope == "a"), "{refused}");
    guard(straight).build().unwrap();
}

#[tokio::test]
async fn a_guard_without_scope_takes_any_valid_token() {
    let app = app(guard_over(KnownTokens::default(), ""));

    let poor = sent(&app, with_token("poor")).await;
    let none = sent(&app, post("/mcp")).await;

    assert_eq!(poor.status, 200);
    assert_eq!(none.header("www-authenticate"), Some(format!(r#"Bearer resource_metadata="{METADATA}""#).as_str()));
}

#[tokio::test]
async fn scopes_about_the_person_are_never_in_a_challenge() {
    let app = app(guard_over(KnownTokens::default(), "openid mcp:tools offline_access"));

    let answer = sent(&app, post("/mcp")).await;

    assert!(answer.header("www-authenticate").unwrap().contains(r#"scope="mcp:tools""#));
}

#[tokio::test]
async fn a_malformed_header_is_an_invalid_request() {
    for value in ["Bearer", "Bearer ", "Bearer a b", "Bearer \"good\""] {
        let answer = sent(&tools_app(), post("/mcp").header("authorization", value)).await;

        assert_eq!(answer.status, 400, "{value}");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains(r#"error="invalid_request""#), "{value}: {challenge}");
    }
}

#[tokio::test]
async fn a_header_that_is_no_text_is_an_invalid_request() {
    let answer = sent(&tools_app(), post("/mcp").header("authorization", &b"Bearer \xff"[..])).await;

    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn two_authorization_headers_are_refused_before_any_is_read() {
    let verifier = KnownTokens::default();
    let app = app(guard_over(verifier.clone(), ""));

    let answer = sent(&app, with_token("good").header("authorization", "Bearer good")).await;

    assert_eq!(answer.status, 400);
    assert!(answer.header("www-authenticate").unwrap().contains(r#"error="invalid_request""#));
    assert_eq!(verifier.asked(), 0);
}

#[tokio::test]
async fn another_scheme_counts_as_no_token() {
    let answer = sent(&tools_app(), post("/mcp").header("authorization", "Basic YTpi")).await;

    assert_eq!(answer.status, 401);
    assert!(!answer.header("www-authenticate").unwrap().contains("error="));
}

#[tokio::test]
async fn a_token_in_the_query_or_the_body_is_not_read() {
    let verifier = KnownTokens::default();
    let app = app(guard_over(verifier.clone(), ""));
    let form = post("/mcp").header("content-type", "application/x-www-form-urlencoded");

    let in_query = sent(&app, post("/mcp?access_token=good")).await;
    let in_body = tower::ServiceExt::oneshot(app, form.body(Body::from("access_token=good")).unwrap()).await.unwrap();

    assert_eq!(in_query.status, 401);
    assert_eq!(in_body.status(), 401);
    assert_eq!(verifier.asked(), 0);
}

#[tokio::test]
async fn an_outage_of_the_verifier_is_503_and_says_nothing_about_it() {
    let answer = sent(&tools_app(), with_token("outage")).await;

    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert_eq!(answer.header("www-authenticate"), None);
    assert!(!answer.body.contains("10.0.0.7"));
}

/// Everything that is logged on this thread while it lives.
fn logged() -> (Arc<std::sync::Mutex<Vec<u8>>>, tracing::subscriber::DefaultGuard) {
    #[derive(Clone)]
    struct Sink(Arc<std::sync::Mutex<Vec<u8>>>);
    impl std::io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let lines = Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = Sink(Arc::clone(&lines));
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || sink.clone());
    (lines, tracing::subscriber::set_default(subscriber.finish()))
}

/// The reference id in a text: twelve hexadecimal digits.
fn reference_in(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let mut ids = words.filter(|word| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit()));
    ids.next().unwrap_or_else(|| panic!("no reference id in {text}")).to_owned()
}

#[tokio::test]
async fn an_outage_is_logged_once_under_the_reference_id_the_caller_is_shown() {
    let (lines, _guard) = logged();

    let answer = sent(&tools_app(), with_token("outage")).await;

    let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
    let reference = reference_in(&message);
    let log = String::from_utf8(lines.lock().unwrap().clone()).unwrap();
    assert_eq!(log.matches("verifier.unavailable").count(), 1, "{log}");
    let line = log.lines().find(|line| line.contains(&reference)).unwrap_or_else(|| panic!("{reference}: {log}"));
    assert!(line.contains("verifier.unavailable") && line.contains("10.0.0.7"), "{line}");
}

#[tokio::test]
async fn a_handler_without_a_guard_fails_under_a_reference_id() {
    let (lines, _guard) = logged();
    let app = Router::new().route("/mcp", any(|token: VerifiedToken| async move { token.subject }));

    let answer = sent(&app, with_token("good")).await;

    assert_eq!(answer.status, 500);
    let reference = reference_in(&answer.body);
    let log = String::from_utf8(lines.lock().unwrap().clone()).unwrap();
    assert!(log.lines().any(|line| line.contains(&reference) && line.contains("has no guard")), "{log}");
}

#[tokio::test]
async fn options_passes_without_a_token() {
    let answer = sent(&tools_app(), Request::options("/mcp").header("host", "mcp.example")).await;

    assert_eq!((answer.status, answer.body.as_str()), (200, "nobody"));
}

#[tokio::test]
async fn the_rest_of_the_app_is_not_guarded() {
    let app = tools_app();

    assert_eq!(sent(&app, post("/")).await.status, 200);
    assert_eq!(sent(&app, post("/missing")).await.status, 404);
}

#[tokio::test]
async fn the_inner_service_sees_the_header_marked_as_sensitive() {
    let seen = |headers: HeaderMap| async move {
        let value = headers.get(header::AUTHORIZATION).unwrap();
        format!("{} {value:?}", value.is_sensitive())
    };
    let app = Router::new().route("/mcp", any(seen)).route_layer(guard_over(KnownTokens::default(), ""));

    let answer = sent(&app, with_token("good")).await;

    assert_eq!(answer.body, "true Sensitive");
}

#[tokio::test]
async fn a_refusal_has_exactly_one_challenge() {
    for request in [post("/mcp"), with_token("wrong"), with_token("poor"), with_token("a b")] {
        let answer = sent(&tools_app(), request).await;

        assert_eq!(answer.count("www-authenticate"), 1);
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer "), "{challenge}");
        assert!(!challenge.contains("realm="), "{challenge}");
    }
}

#[tokio::test]
async fn a_token_for_another_resource_is_invalid_and_told_where_to_get_one() {
    let answer = sent(&tools_app(), with_token("foreign")).await;

    assert_eq!(answer.status, 401);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains(r#"error="invalid_token""#), "{challenge}");
    assert!(challenge.contains(&format!(r#"resource_metadata="{METADATA}""#)), "{challenge}");
}

#[tokio::test]
async fn no_refusal_repeats_the_token() {
    for header in ["Bearer hush", "Bearer hush hush", "Bearer \"hush\"", "Basic hush"] {
        let answer = sent(&tools_app(), post("/mcp").header("authorization", header)).await;

        assert!(answer.status >= 400);
        assert!(!format!("{:?}{}", answer.headers, answer.body).contains("hush"), "{header}");
    }
}

#[tokio::test]
async fn a_refused_request_never_reaches_the_route() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let route = any(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        async {}
    });
    let guarded = Router::new().route("/mcp", route).route_layer(guard());

    for request in [post("/mcp"), with_token("wrong"), with_token("poor"), with_token("outage"), with_token("a b")] {
        sent(&guarded, request).await;
    }

    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn every_other_method_needs_a_token() {
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "options", "PURGE"] {
        let answer = sent(&tools_app(), Request::builder().method(method).uri("/mcp")).await;

        assert_eq!(answer.status, 401, "{method}");
    }
}

#[tokio::test]
async fn an_overridden_method_is_the_method_of_the_request() {
    let request = post("/mcp").header("x-http-method-override", "OPTIONS").header("x-method-override", "OPTIONS");

    assert_eq!(sent(&tools_app(), request).await.status, 401);
}

#[tokio::test]
async fn a_megabyte_of_token_is_refused_unread() {
    let verifier = KnownTokens::default();
    let app = app(guard_over(verifier.clone(), ""));

    let answer = sent(&app, with_token(&"a".repeat(1 << 20))).await;

    assert_eq!(answer.status, 400);
    assert_eq!(verifier.asked(), 0);
}

#[tokio::test]
async fn another_spelling_of_the_path_is_not_the_route() {
    for path in ["//mcp", "/./mcp", "/MCP", "/mcp/", "/mcp;x=y", "/%6dcp", "/mcp%2F", "/mcp."] {
        let answer = sent(&tools_app(), Request::post(path)).await;

        assert_eq!(answer.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_key_is_refused_where_no_proofs_are_taken() {
    let answer = sent(&tools_app(), with_token("bound")).await;

    assert_eq!(answer.status, 401);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer ") && challenge.contains("bound to a key"), "{challenge}");
    let answer = sent(&tools_app(), post("/mcp").header("authorization", "DPoP bound")).await;
    assert_eq!(answer.status, 401, "another scheme is no credential");
    assert!(!answer.header("www-authenticate").unwrap().contains("error"));
}

#[tokio::test]
async fn verifying_alone_tells_no_token_from_a_bad_one() {
    let guard = guard();
    let (mut request, ()) = Request::new(()).into_parts();

    let none = guard.verify(&request).await;
    request.headers.insert(header::AUTHORIZATION, "Bearer wrong".parse().unwrap());
    let bad = guard.verify(&request).await;
    request.headers.insert(header::AUTHORIZATION, "Bearer poor".parse().unwrap());
    let good = guard.verify(&request).await;

    assert!(matches!(none, Err(Denial::NoToken)), "{none:?}");
    assert!(matches!(bad, Err(Denial::Invalid(InvalidToken::Unknown))), "{bad:?}");
    assert_eq!(good.unwrap().subject, "alice", "whatever its scope");
}
