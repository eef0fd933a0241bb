//! RFC 9728 §3: the metadata documents of resources, at the places clients look.

use auth_protocol::metadata::ProtectedResourceMetadata;
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use auth_resource_server::{MetadataError, metadata_router};
use axum::Router;
use axum::extract::Request;
use axum::routing::get;
use http::Method;
use serde_json::json;

use crate::requests::sent;

const ROOT: &str = "/.well-known/oauth-protected-resource";
const MCP: &str = "/.well-known/oauth-protected-resource/mcp";

fn metadata(resource: &str) -> ProtectedResourceMetadata {
    let scope = Scope::parse("openid mcp:tools offline_access").unwrap();
    ProtectedResourceMetadata::new(Resource::parse(resource).unwrap(), "https://auth.example", &scope)
}

fn serving(resources: &[&str]) -> Router {
    let resources: Vec<ProtectedResourceMetadata> = resources.iter().map(|resource| metadata(resource)).collect();
    metadata_router(&resources).unwrap()
}

fn app() -> Router {
    serving(&["https://mcp.example/mcp"])
}

#[tokio::test]
async fn the_document_says_who_issues_tokens_for_what() {
    let answer = sent(&app(), Request::get(MCP)).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(
        answer.json(),
        json!({
            "resource": "https://mcp.example/mcp",
            "authorization_servers": ["https://auth.example"],
            "scopes_supported": ["mcp:tools"],
            "bearer_methods_supported": ["header"],
        })
    );
}

#[tokio::test]
async fn the_only_resource_is_described_at_the_root_as_well() {
    let (inserted, root) = (sent(&app(), Request::get(MCP)).await, sent(&app(), Request::get(ROOT)).await);

    assert_eq!((root.status, root.body), (200, inserted.body));
}

#[tokio::test]
async fn a_bare_origin_has_its_document_at_the_root_only() {
    let app = serving(&["https://mcp.example"]);

    assert_eq!(sent(&app, Request::get(ROOT)).await.json()["resource"], "https://mcp.example");
    assert_eq!(sent(&app, Request::get(MCP)).await.status, 404);
}

#[tokio::test]
async fn two_resources_of_one_host_each_have_their_own_document() {
    let app = serving(&["https://mcp.example/mcp", "https://mcp.example/files"]);

    for (path, resource) in [("/mcp", "https://mcp.example/mcp"), ("/files", "https://mcp.example/files")] {
        let answer = sent(&app, Request::get(format!("{ROOT}{path}"))).await;
        assert_eq!(answer.json()["resource"], resource);
    }
    assert_eq!(sent(&app, Request::get(ROOT)).await.status, 404, "nobody can say which one is meant");
}

#[tokio::test]
async fn among_several_the_bare_origin_has_the_root() {
    let app = serving(&["https://mcp.example/mcp", "https://mcp.example"]);

    assert_eq!(sent(&app, Request::get(ROOT)).await.json()["resource"], "https://mcp.example");
    assert_eq!(sent(&app, Request::get(MCP)).await.json()["resource"], "https://mcp.example/mcp");
}

#[tokio::test]
async fn other_paths_are_not_found() {
    for path in ["/mcp/", "/other", "/mcp/more", "//mcp", "/MCP", "/"] {
        assert_eq!(sent(&app(), Request::get(format!("{ROOT}{path}"))).await.status, 404, "{path}");
    }
}

#[test]
fn two_resources_at_one_place_are_refused() {
    for other in ["https://mcp.example/mcp", "https://other.example/mcp", "https://mcp.example/mcp?tenant=1"] {
        let refused = metadata_router(&[metadata("https://mcp.example/mcp"), metadata(other)]);

        assert!(matches!(refused, Err(MetadataError::Place(_))), "{other}: {refused:?}");
    }
}

#[tokio::test]
async fn an_odd_path_is_a_path_like_any_other() {
    for path in ["/:tenant/mcp", "/*all", "/a%20b", "/mcp/", "/a//b", "/(x)/~y"] {
        let app = serving(&[&format!("https://mcp.example{path}")]);

        assert_eq!(sent(&app, Request::get(format!("{ROOT}{path}"))).await.status, 200, "{path}");
        assert_eq!(sent(&app, Request::get(format!("{ROOT}/acme/mcp"))).await.status, 404, "{path} is no pattern");
    }
}

#[tokio::test]
async fn no_resource_is_no_route() {
    assert_eq!(sent(&serving(&[]), Request::get(ROOT)).await.status, 404);
}

#[tokio::test]
async fn any_cache_may_keep_a_document_for_five_minutes() {
    let answer = sent(&app(), Request::get(MCP)).await;

    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(answer.header("vary"), None, "it is the same for everybody");
    assert_eq!(answer.header("set-cookie"), None);
}

#[tokio::test]
async fn a_document_that_is_held_is_not_sent_again() {
    let etag = sent(&app(), Request::get(MCP)).await.header("etag").unwrap().to_owned();
    assert!(etag.starts_with('"') && etag.len() == 66, "{etag}");

    for held in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
        let answer = sent(&app(), Request::get(MCP).header("if-none-match", &held)).await;

        assert_eq!((answer.status, answer.body.as_str()), (304, ""), "{held}");
        assert_eq!(answer.header("etag"), Some(etag.as_str()));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
    for other in ["\"other\"", "", etag.trim_matches('"')] {
        assert_eq!(sent(&app(), Request::get(MCP).header("if-none-match", other)).await.status, 200, "{other}");
    }
}

#[tokio::test]
async fn another_document_has_another_etag() {
    let other = serving(&["https://mcp.example/files"]);

    let (one, other) = (sent(&app(), Request::get(ROOT)).await, sent(&other, Request::get(ROOT)).await);

    assert_ne!(one.header("etag"), other.header("etag"));
}

#[tokio::test]
async fn head_tells_the_headers_alone() {
    let (whole, head) = (sent(&app(), Request::get(MCP)).await, sent(&app(), Request::head(MCP)).await);

    assert_eq!((head.status, head.body.as_str()), (200, ""));
    for name in ["content-type", "content-length", "etag", "cache-control", "access-control-allow-origin"] {
        assert_eq!(head.header(name), whole.header(name), "{name}");
    }
}

#[tokio::test]
async fn any_page_can_read_it_without_credentials() {
    for origin in ["https://inspector.example", "http://localhost:6274", "null"] {
        let answer = sent(&app(), Request::get(MCP).header("origin", origin)).await;

        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

#[tokio::test]
async fn a_preflight_is_answered() {
    let preflight = Request::options(MCP)
        .header("origin", "https://inspector.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "mcp-protocol-version");

    let answer = sent(&app(), preflight).await;

    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET,HEAD"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("*"));
    assert_eq!(answer.header("access-control-max-age"), Some("600"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn it_can_only_be_read() {
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = sent(&app(), Request::builder().method(method).uri(MCP)).await;

        assert_eq!(answer.status, 405);
        assert_eq!(answer.header("allow"), Some("GET,HEAD"));
    }
}

#[tokio::test]
async fn no_header_changes_the_document() {
    let plain = sent(&app(), Request::get(MCP)).await;
    let games = Request::get(MCP)
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "http")
        .header("forwarded", "host=evil.example")
        .header("authorization", "Bearer x");

    assert_eq!(sent(&app(), games).await.body, plain.body);
    assert_eq!(sent(&app(), Request::get(format!("https://evil.example{MCP}"))).await.body, plain.body);
}

#[tokio::test]
async fn the_apps_own_routes_are_left_alone() {
    let app = Router::new().route("/", get(|| async { "home" })).merge(app());

    let (home, missing) = (sent(&app, Request::get("/")).await, sent(&app, Request::get("/missing")).await);

    assert_eq!((home.body.as_str(), missing.status), ("home", 404));
    assert_eq!(home.header("access-control-allow-origin"), None);
}
