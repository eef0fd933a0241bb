//! Servers that clients cannot get into, each for a reason of its own.

use std::collections::BTreeSet;

use auth_core::Auth;
use auth_doctor::{Examination, Rule};
use auth_mcp::{ClientRegistration, McpGuard, ToolScopes};
use auth_oidc_provider::ClientIdDocuments;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::any;
use http::{HeaderValue, Method, StatusCode, header};

use crate::deployment::{answers, behind, deployed, examined, guarded, mcp, rewritten};

const STRICT: &[&str] = &["specification"];

/// Demands that one rule is broken, and that it is this one.
fn is_for(found: &Examination, rule: Rule) {
    let rules: BTreeSet<Rule> = found.faults().iter().map(|(fault, _)| fault.rule).collect();
    assert_eq!(rules, BTreeSet::from([rule]), "{found}");
    assert!(found.to_string().contains(rule.fix()), "{found}");
}

fn is_under(request: &Request, path: &str) -> bool {
    request.uri().path().starts_with(path)
}

fn nothing_there() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// Hands on the answer of the app to this path with a change.
async fn changed(request: Request, next: Next, path: &str, change: impl FnOnce(&mut Response)) -> Response {
    let is_meant = is_under(&request, path);
    let mut response = next.run(request).await;
    if is_meant {
        change(&mut response);
    }
    response
}

#[tokio::test]
async fn a_proxy_that_does_not_forward_the_metadata_of_the_resource() {
    let server = behind(async |request: Request, next: Next| {
        let is_lost = is_under(&request, "/.well-known/oauth-protected-resource");
        if is_lost { nothing_there() } else { next.run(request).await }
    })
    .await;

    is_for(&examined(&server.url, &[]).await, Rule::ResourceMetadata);
}

#[tokio::test]
async fn a_proxy_that_does_not_forward_the_metadata_of_the_server() {
    let server = behind(async |request: Request, next: Next| {
        let is_lost = is_under(&request, "/.well-known/o") && !is_under(&request, "/.well-known/oauth-protected");
        if is_lost { nothing_there() } else { next.run(request).await }
    })
    .await;

    is_for(&examined(&server.url, &["specification", "claude", "zed"]).await, Rule::ServerMetadata);
}

#[tokio::test]
async fn a_front_end_that_answers_every_path_with_its_start_page() {
    let server = behind(async |request: Request, next: Next| {
        let is_api = is_under(&request, "/api") || is_under(&request, "/mcp");
        if is_api { next.run(request).await } else { Html("<!doctype html><title>Shop</title>").into_response() }
    })
    .await;

    is_for(&examined(&server.url, &[]).await, Rule::Json);
}

#[tokio::test]
async fn a_proxy_that_takes_away_the_challenge() {
    let server = behind(async |request: Request, next: Next| {
        changed(request, next, "/mcp", |answer| drop(answer.headers_mut().remove(header::WWW_AUTHENTICATE))).await
    })
    .await;

    is_for(&examined(&server.url, &[]).await, Rule::Challenge);
}

#[tokio::test]
async fn a_proxy_that_hides_the_challenge_from_pages() {
    let server = behind(async |request: Request, next: Next| {
        let hide = |answer: &mut Response| drop(answer.headers_mut().remove(header::ACCESS_CONTROL_EXPOSE_HEADERS));
        changed(request, next, "/mcp", hide).await
    })
    .await;

    let found = examined(&server.url, &["specification", "inspector", "cursor"]).await;

    is_for(&found, Rule::ExposedChallenge);
    assert_eq!(found.faults()[0].1, ["The specification", "MCP Inspector"], "programs do not mind");
}

#[tokio::test]
async fn a_proxy_that_takes_away_cors_headers_of_the_token_endpoint() {
    let server = behind(async |request: Request, next: Next| {
        let hide = |answer: &mut Response| drop(answer.headers_mut().remove(header::ACCESS_CONTROL_ALLOW_ORIGIN));
        changed(request, next, "/api/auth/oauth2/token", hide).await
    })
    .await;

    is_for(&examined(&server.url, &["specification", "inspector", "cursor"]).await, Rule::Cors);
}

#[tokio::test]
async fn a_proxy_that_answers_preflights_itself() {
    let server = behind(async |request: Request, next: Next| {
        if request.method() == Method::OPTIONS {
            StatusCode::METHOD_NOT_ALLOWED.into_response()
        } else {
            next.run(request).await
        }
    })
    .await;

    is_for(&examined(&server.url, STRICT).await, Rule::Cors);
}

#[tokio::test]
async fn a_proxy_that_lets_pages_of_every_origin_read_everything() {
    let server = behind(async |request: Request, next: Next| {
        let open = |answer: &mut Response| {
            answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        };
        changed(request, next, "/", open).await
    })
    .await;

    is_for(&examined(&server.url, STRICT).await, Rule::NoCorsAtAuthorization);
}

#[tokio::test]
async fn an_issuer_that_is_not_the_one_that_was_asked_for() {
    let server = behind(async |request: Request, next: Next| {
        let is_meant = is_under(&request, "/.well-known/oauth-authorization-server");
        let response = next.run(request).await;
        let stray = |text: String| text.replace("\"issuer\":\"http://", "\"issuer\":\"http://internal.");
        if is_meant { rewritten(response, stray).await } else { response }
    })
    .await;

    is_for(&examined(&server.url, STRICT).await, Rule::Issuer);
}

#[tokio::test]
async fn a_server_that_clients_see_under_another_name_than_it_has() {
    let server = behind(async |mut request: Request, next: Next| {
        request.headers_mut().insert(header::HOST, HeaderValue::from_static("backend.internal:8080"));
        next.run(request).await
    })
    .await;

    is_for(&examined(&server.url, &[]).await, Rule::Host);
}

#[tokio::test]
async fn a_base_url_that_is_not_the_one_that_clients_see() {
    let server = behind(|request, next| next.run(request)).await;
    let mut url = server.url.clone();
    url.set_host(Some("localhost")).unwrap();

    is_for(&examined(&url, STRICT).await, Rule::SameOrigin);
}

#[tokio::test]
async fn a_url_with_a_slash_too_many() {
    fn with_slash(auth: &Auth) -> Router {
        let guard = auth.handle::<McpGuard>().unwrap();
        guarded(auth).merge(Router::new().route("/mcp/", any(answers)).route_layer(guard))
    }
    let server = deployed(mcp(), with_slash, |request, next| next.run(request)).await;
    let typed = server.url.join("/mcp/").unwrap();

    is_for(&examined(&typed, STRICT).await, Rule::TrailingSlash);
}

#[tokio::test]
async fn an_mcp_route_without_its_guard() {
    let server =
        deployed(mcp(), |_| Router::new().route("/mcp", any(answers)), |request, next| next.run(request)).await;

    is_for(&examined(&server.url, &[]).await, Rule::Guard);
}

#[tokio::test]
async fn a_server_with_tools_for_everybody_is_sound() {
    fn mixed(auth: &Auth) -> Router {
        let guard = auth.handle::<McpGuard>().unwrap();
        let tools = guard.tools(ToolScopes::new().anonymous("search").tool("write", "notes:write")).unwrap();
        Router::new().route("/mcp", any(answers)).route_layer(tools)
    }
    let open = mcp().anonymous_origins(["http://localhost:6274"]);
    let server = deployed(open, mixed, |request, next| next.run(request)).await;

    let found = examined(&server.url, &["specification", "cursor", "zed"]).await;

    assert!(found.is_sound(), "{found}");
}

#[tokio::test]
async fn a_server_that_wants_a_proof_of_possession() {
    let server = deployed(mcp().require_dpop(true), guarded, |request, next| next.run(request)).await;

    is_for(&examined(&server.url, &["cursor", "zed"]).await, Rule::BearerTokens);
}

#[tokio::test]
async fn a_server_that_lets_pages_of_some_origins_alone_ask() {
    let server = behind(async |request: Request, next: Next| {
        let is_foreign = is_under(&request, "/mcp") && request.headers().contains_key(header::ORIGIN);
        if is_foreign { StatusCode::FORBIDDEN.into_response() } else { next.run(request).await }
    })
    .await;

    let found = examined(&server.url, &["specification", "cursor"]).await;

    is_for(&found, Rule::Origins);
    assert_eq!(found.faults()[0].1, ["The specification"]);
}

#[tokio::test]
async fn a_server_that_is_down_behind_its_proxy() {
    let server = behind(async |_: Request, _: Next| StatusCode::SERVICE_UNAVAILABLE.into_response()).await;

    is_for(&examined(&server.url, &["cursor"]).await, Rule::Reachable);
}

#[tokio::test]
async fn an_mcp_route_that_is_not_forwarded() {
    let server = behind(
        async |request: Request, next: Next| {
            if is_under(&request, "/mcp") { nothing_there() } else { next.run(request).await }
        },
    )
    .await;

    is_for(&examined(&server.url, &["cursor"]).await, Rule::McpRoute);
}

#[tokio::test]
async fn an_mcp_route_that_sends_elsewhere() {
    let server = behind(async |request: Request, next: Next| {
        let is_bare = request.uri().path() == "/mcp" && request.method() == Method::POST;
        if is_bare { Redirect::permanent("/mcp/").into_response() } else { next.run(request).await }
    })
    .await;

    is_for(&examined(&server.url, &["cursor", "zed"]).await, Rule::NoRedirect);
}

#[tokio::test]
async fn a_server_where_nobody_may_register() {
    let closed = mcp().client_registration(ClientRegistration::Closed);
    let server = deployed(closed, guarded, |request, next| next.run(request)).await;

    is_for(&examined(&server.url, &[]).await, Rule::Registration);
}

#[tokio::test]
async fn a_server_for_documents_alone_keeps_out_who_has_none() {
    let documents = mcp().client_registration(ClientRegistration::CimdOnly);
    let server = deployed(documents, guarded, |request, next| next.run(request)).await;

    let found = examined(&server.url, &["specification", "cursor", "zed"]).await;

    is_for(&found, Rule::Registration);
    assert_eq!(found.faults()[0].1, ["Cursor"]);
}

#[tokio::test]
async fn a_server_that_does_not_take_the_document_of_a_client() {
    let policy = ClientIdDocuments::new().except(["zed.dev"]);
    let server = deployed(mcp().provider(|provider| provider.client_id_documents(policy)), guarded, |request, next| {
        next.run(request)
    })
    .await;

    let found = examined(&server.url, &["zed", "opencode"]).await;

    is_for(&found, Rule::ClientDocument);
    assert_eq!(found.faults()[0].1, ["Zed, by metadata document"]);
}

#[tokio::test]
async fn an_openid_document_that_is_not_whole() {
    let server = behind(async |request: Request, next: Next| {
        let is_meant = is_under(&request, "/.well-known/openid-configuration");
        let response = next.run(request).await;
        let halved = |text: String| text.replace("\"jwks_uri\"", "\"x_jwks_uri\"");
        if is_meant { rewritten(response, halved).await } else { response }
    })
    .await;

    is_for(&examined(&server.url, STRICT).await, Rule::OpenIdDocument);
}

#[tokio::test]
async fn a_document_that_does_not_tell_of_s256() {
    let server = behind(async |request: Request, next: Next| {
        let is_meant = is_under(&request, "/.well-known/o");
        let response = next.run(request).await;
        if is_meant { rewritten(response, |text| text.replace("\"S256\"", "\"plain\"")).await } else { response }
    })
    .await;

    let found = examined(&server.url, &["specification", "chatgpt", "cursor"]).await;

    is_for(&found, Rule::S256);
    assert_eq!(found.faults()[0].1, ["The specification", "ChatGPT"], "those that are known to look");
}

#[tokio::test]
async fn pages_that_are_not_forwarded() {
    let server = behind(
        async |request: Request, next: Next| {
            if is_under(&request, "/sign-in") { nothing_there() } else { next.run(request).await }
        },
    )
    .await;

    is_for(&examined(&server.url, STRICT).await, Rule::Authorization);
}

#[tokio::test]
async fn a_proxy_that_loses_the_body_of_the_token_request() {
    let server = behind(async |mut request: Request, next: Next| {
        if is_under(&request, "/api/auth/oauth2/token") {
            *request.body_mut() = Body::empty();
        }
        next.run(request).await
    })
    .await;

    is_for(&examined(&server.url, STRICT).await, Rule::Token);
}

#[tokio::test]
async fn a_proxy_that_loses_the_token_of_a_call() {
    let server = behind(async |mut request: Request, next: Next| {
        request.headers_mut().remove(header::AUTHORIZATION);
        next.run(request).await
    })
    .await;

    is_for(&examined(&server.url, &["specification", "cursor"]).await, Rule::InvalidToken);
}

#[tokio::test]
async fn a_filter_that_refuses_registrations() {
    let server = behind(async |request: Request, next: Next| {
        let is_filtered = is_under(&request, "/api/auth/oauth2/register") && request.method() == Method::POST;
        if is_filtered { StatusCode::FORBIDDEN.into_response() } else { next.run(request).await }
    })
    .await;

    is_for(&examined(&server.url, &["cursor"]).await, Rule::RegistrationAnswer);
}

#[tokio::test]
async fn nothing_at_all() {
    let url = {
        let server = behind(|request, next| next.run(request)).await;
        server.url.clone()
    };
    // Nobody listens there any more.
    let found = examined(&url, &["cursor"]).await;

    is_for(&found, Rule::Reachable);
}
