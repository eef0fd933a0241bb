//! RFC 8707, RFC 9728: several MCP endpoints in one app, each a resource of its own.

use auth_core::{Auth, BuildError, plugins};
use auth_email_password::EmailPassword;
use auth_mcp::{GuardError, Mcp, McpGuard, ToolScopes};
use auth_pages::Pages;
use auth_testkit::{Answer, TestApp, TestAppBuilder, Tokens};
use axum::Router;
use axum::routing::any;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::{mcp, whoami};

/// Two endpoints, of which the second needs tokens of its own.
fn two() -> Mcp {
    mcp().resource_at("/admin/mcp", |admin| {
        admin.base_scope("admin:tools", "Administer this server").scope("admin:write", "Change what others see")
    })
}

fn routes(auth: &Auth) -> Router {
    let guard = auth.handle::<McpGuard>().unwrap();
    let admin = guard.of("/admin/mcp").unwrap();
    let admin = Router::new().route("/admin/mcp", any(whoami)).route_layer(admin);
    Router::new().route("/mcp", any(whoami)).route_layer(guard).merge(admin)
}

fn builder(mcp: Mcp) -> TestAppBuilder {
    TestApp::builder().plugins(plugins![EmailPassword::new(), Pages::new(), mcp]).routes(routes)
}

async fn app() -> TestApp {
    builder(two()).build().await
}

async fn calls(app: &TestApp, path: &str, token: &str) -> Answer {
    let request = Request::post(path).header("host", "localhost:3000");
    app.request(request.header("authorization", format!("Bearer {token}")).body("").unwrap()).await
}

async fn tokens_for(app: &TestApp, resource: Option<&str>, scope: &str) -> Tokens {
    let client = app.registers_client().await.with_scope(scope);
    let client = match resource {
        Some(resource) => client.with_resource(resource),
        None => client,
    };
    let code = app.alice().await.authorizes(&client).await;
    client.exchanges(&code).await.succeeds()
}

fn metadata_of(app: &TestApp, path: &str) -> String {
    app.url(&format!("/.well-known/oauth-protected-resource{path}")).to_string()
}

#[tokio::test]
async fn each_endpoint_is_described_at_its_own_place_and_the_first_at_the_root() {
    let app = app().await;
    let described = async |path: &str| app.get(path).await.expects(StatusCode::OK).json();

    let first = described("/.well-known/oauth-protected-resource/mcp").await;
    let second = described("/.well-known/oauth-protected-resource/admin/mcp").await;

    assert_eq!((&first["resource"], &first["scopes_supported"]), (&json!(app.url("/mcp")), &json!(["mcp:tools"])));
    let admin = (&json!(app.url("/admin/mcp")), &json!(["admin:tools"]));
    assert_eq!((&second["resource"], &second["scopes_supported"]), admin);
    for path in ["/.well-known/oauth-protected-resource", "/api/auth/.well-known/oauth-protected-resource"] {
        assert_eq!(described(path).await, first, "{path}");
    }
    let server = described("/.well-known/oauth-authorization-server").await;
    assert_eq!(server["protected_resources"], json!([app.url("/mcp"), app.url("/admin/mcp")]));
    let named = ["mcp:tools", "notes:write", "admin:tools", "admin:write"];
    let told = server["scopes_supported"].as_array().unwrap();
    assert!(named.iter().all(|scope| told.contains(&json!(scope))), "{told:?}");
}

#[tokio::test]
async fn each_challenges_for_its_own_scope_and_by_its_own_document() {
    let app = app().await;

    for (path, scope) in [("/mcp", "mcp:tools"), ("/admin/mcp", "admin:tools")] {
        let answer = app.post_json(path, &json!({})).await.expects(StatusCode::UNAUTHORIZED);
        let expected = format!("Bearer resource_metadata=\"{}\", scope=\"{scope}\"", metadata_of(&app, path));
        assert_eq!(answer.header("www-authenticate"), Some(expected.as_str()));
    }
}

/// RFC 8707 §2: a token opens what it was asked for, and nothing beside.
#[tokio::test]
async fn a_token_for_one_is_refused_at_the_other_with_the_challenge_of_that() {
    let app = app().await;
    let user = tokens_for(&app, Some("/mcp"), "mcp:tools").await;
    let app_of_admin = builder(two()).build().await;
    let admin = tokens_for(&app_of_admin, Some("/admin/mcp"), "admin:tools").await;

    for (app, token, own, other) in [(&app, &user, "/mcp", "/admin/mcp"), (&app_of_admin, &admin, "/admin/mcp", "/mcp")]
    {
        calls(app, own, &token.access_token).await.expects(StatusCode::OK);
        let refused = calls(app, other, &token.access_token).await.expects(StatusCode::UNAUTHORIZED);
        let challenge = refused.challenge();
        assert_eq!(challenge["error"], "invalid_token");
        assert_eq!(challenge["resource_metadata"], metadata_of(app, other));
    }
}

#[tokio::test]
async fn no_token_has_a_scope_that_is_another_endpoints_alone() {
    let everything = "openid mcp:tools notes:write admin:tools admin:write";

    for (resource, left) in [
        ("/mcp", vec!["openid", "mcp:tools", "notes:write"]),
        ("/admin/mcp", vec!["openid", "admin:tools", "admin:write"]),
    ] {
        let app = app().await;
        assert_eq!(tokens_for(&app, Some(resource), everything).await.scopes(), left, "{resource}");
    }
}

/// Which one is meant nobody could say, and a guess would open what was not asked for.
#[tokio::test]
async fn without_a_resource_a_token_opens_none_of_several() {
    let app = app().await;
    let tokens = tokens_for(&app, None, "mcp:tools admin:tools").await;

    for path in ["/mcp", "/admin/mcp"] {
        let refused = calls(&app, path, &tokens.access_token).await.expects(StatusCode::UNAUTHORIZED);
        assert_eq!(refused.challenge()["error"], "invalid_token", "{path}");
    }
}

#[tokio::test]
async fn the_session_of_a_token_names_the_endpoint_it_is_for() {
    let app = app().await;
    let tokens = tokens_for(&app, Some("/admin/mcp"), "admin:tools").await;
    let guard = app.auth().handle::<McpGuard>().unwrap();
    let bearer = format!("Bearer {}", tokens.access_token);
    let request = Request::get("/api/auth/mcp/get-session").header("authorization", &bearer);

    let told = app.request(request.body("").unwrap()).await.expects(StatusCode::OK).json();

    assert_eq!((&told["resource"], &told["scopes"]), (&json!(app.url("/admin/mcp")), &json!("admin:tools")));
    let (parts, ()) = Request::post("/mcp").header("authorization", bearer).body(()).unwrap().into_parts();
    assert_eq!(guard.session(&parts).await.unwrap(), None);
    assert!(guard.of("/admin/mcp").unwrap().session(&parts).await.unwrap().is_some());
}

#[tokio::test]
async fn tools_of_one_need_what_its_own_tokens_can_have() {
    let app = app().await;
    let guard = app.auth().handle::<McpGuard>().unwrap();
    let admin = guard.of(app.url("/admin/mcp").as_str()).unwrap();
    let change = || ToolScopes::new().tool("change", "admin:write");

    admin.tools(change()).unwrap();
    let unoffered = admin.tools(ToolScopes::new().tool("write", "notes:write")).unwrap_err().to_string();

    assert!(unoffered.contains("\"write\"") && unoffered.contains("notes:write"), "{unoffered}");
    guard.tools(change()).unwrap_err();
    assert_eq!(admin.of("/mcp").unwrap().resource(), guard.resource());
    assert!(matches!(guard.of("/other"), Err(GuardError::NoResource(named)) if named == "/other"));
}

#[tokio::test]
async fn a_second_endpoint_that_is_not_served_is_named_before_the_app_serves() {
    let app = app().await;
    let guard = app.auth().handle::<McpGuard>().unwrap();
    let whole = app.auth().router().merge(routes(app.auth()));
    let half = Router::new().route("/mcp", any(whoami)).route_layer(guard.clone()).merge(app.auth().router());

    guard.self_check(&whole).await.unwrap();
    let missing = guard.self_check(&half).await.unwrap_err();

    assert_eq!(missing.url, app.url("/admin/mcp").as_str());
    let swapped = Router::new().route("/admin/mcp", any(whoami)).route_layer(guard.clone()).merge(half);
    let swapped = guard.self_check(&swapped).await.unwrap_err();
    assert!(swapped.found.contains("has no challenge that leads to"), "the guard of the other: {swapped}");
}

#[test]
fn endpoints_that_share_a_place_are_refused() {
    for other in ["/mcp", "https://other.example.com/mcp", "/"] {
        let error = Auth::builder("http://localhost:3000")
            .plugin(mcp().resource_at(other, |other| other))
            .assemble()
            .err()
            .unwrap_or_else(|| panic!("{other} was taken"));

        let BuildError::Configuration(complaints) = error else { panic!("{error}") };
        assert!(complaints.iter().any(|complaint| complaint.to_string().contains(other)), "{other}: {complaints:?}");
    }
}

#[tokio::test]
async fn a_proof_can_be_needed_at_one_alone() {
    let mcp = mcp().resource_at("/admin/mcp", |admin| admin.require_dpop(true).base_scope("admin:tools", "Administer"));
    let app = builder(mcp).build().await;

    let plain = app.post_json("/mcp", &Value::Null).await.expects(StatusCode::UNAUTHORIZED);
    let bound = app.post_json("/admin/mcp", &Value::Null).await.expects(StatusCode::UNAUTHORIZED);

    assert!(plain.header("www-authenticate").unwrap().starts_with("Bearer "));
    assert!(bound.header("www-authenticate").unwrap().starts_with("DPoP "));
}
