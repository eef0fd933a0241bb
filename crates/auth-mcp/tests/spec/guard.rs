//! The guard: 401 and 403 challenges, audience, expiry, host and origin. RFC 6750 §3, RFC 9728 §5.1.

use std::time::Duration;

use auth_core::plugins;
use auth_email_password::EmailPassword;
use auth_mcp::McpGuard;
use auth_pages::Pages;
use auth_testkit::{Answer, TestApp};
use axum::Router;
use axum::routing::any;
use http::{Method, Request, StatusCode};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::Query;

use crate::{app, builder, client, mcp, tokens, whoami};

async fn calls(app: &TestApp, path: &str, token: &str) -> Answer {
    let request =
        Request::post(path).header("host", "localhost:3000").header("authorization", format!("Bearer {token}"));
    app.request(request.body("").unwrap()).await
}

#[tokio::test]
async fn a_request_without_a_token_is_told_where_to_get_one() {
    let app = app().await;

    for method in [Method::GET, Method::POST, Method::DELETE] {
        for path in ["/mcp", "/mcp/"] {
            let request = Request::builder().method(method.clone()).uri(path).header("host", "localhost:3000");
            let answer = app.request(request.body("").unwrap()).await.expects(StatusCode::UNAUTHORIZED);

            let metadata = app.url("/.well-known/oauth-protected-resource/mcp");
            let expected = format!("Bearer resource_metadata=\"{metadata}\", scope=\"mcp:tools\"");
            assert_eq!(answer.header("www-authenticate"), Some(expected.as_str()), "{method} {path}");
            assert_eq!(answer.json()["jsonrpc"], "2.0");
            assert!(
                answer.header("access-control-expose-headers").unwrap().to_lowercase().contains("www-authenticate")
            );
        }
    }
}

#[tokio::test]
async fn a_refusal_costs_no_statement_and_a_good_token_costs_one() {
    let app = app().await;
    let tokens = tokens(&app, &app.alice().await, "mcp:tools").await;
    app.statements().clear();

    app.post_json("/mcp", &serde_json::json!({})).await.expects(StatusCode::UNAUTHORIZED);
    assert!(app.statements().take().is_empty());
    calls(&app, "/mcp", &tokens.access_token).await.expects(StatusCode::OK);
    assert_eq!(app.statements().take().len(), 1);
}

#[tokio::test]
async fn a_good_token_tells_the_handler_who_calls() {
    let app = app().await;
    let alice = app.alice().await;
    let client = client(&app, "mcp:tools notes:write").await;
    let code = alice.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();

    let said = calls(&app, "/mcp", &tokens.access_token).await.expects(StatusCode::OK).text();

    assert!(said.ends_with(&format!("through {} with mcp:tools notes:write", client.client_id)), "{said}");
}

#[tokio::test]
async fn a_bad_token_is_refused_with_the_reason() {
    let app = app().await;
    let tokens = tokens(&app, &app.alice().await, "openid mcp:tools").await;

    for bad in ["junk", "at_unknown", tokens.refresh(), tokens.id()] {
        let answer = calls(&app, "/mcp", bad).await.expects(StatusCode::UNAUTHORIZED);
        assert_eq!(answer.challenge()["error"], "invalid_token", "{bad}");
        assert!(answer.challenge().contains_key("resource_metadata"));
    }
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case_and_a_malformed_header_is_a_bad_request() {
    let app = app().await;
    let tokens = tokens(&app, &app.alice().await, "mcp:tools").await;
    let with = |value: String| {
        Request::post("/mcp").header("host", "localhost:3000").header("authorization", value).body("").unwrap()
    };

    for scheme in ["bearer", "BEARER"] {
        app.request(with(format!("{scheme} {}", tokens.access_token))).await.expects(StatusCode::OK);
    }
    for value in ["Bearer", "Bearer a b", "Bearer a,b"] {
        let answer = app.request(with(value.to_owned())).await.expects(StatusCode::BAD_REQUEST);
        assert_eq!(answer.challenge()["error"], "invalid_request", "{value}");
    }
    let twice = Request::post("/mcp")
        .header("host", "localhost:3000")
        .header("authorization", format!("Bearer {}", tokens.access_token))
        .header("authorization", "Bearer other");
    app.request(twice.body("").unwrap()).await.expects(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn attack_120_an_expired_or_revoked_token_is_refused_at_once() {
    let app = app().await;
    let alice = app.alice().await;
    let client = client(&app, "mcp:tools").await;
    let code = alice.authorizes(&client).await;
    let first = client.exchanges(&code).await.succeeds();

    client.revokes(&first.access_token).await.is_ok();
    calls(&app, "/mcp", &first.access_token).await.expects(StatusCode::UNAUTHORIZED);
    let second = client.refreshes(first.refresh()).await.succeeds();
    calls(&app, "/mcp", &second.access_token).await.expects(StatusCode::OK);
    app.clock.advance(Duration::from_hours(1));
    calls(&app, "/mcp", &second.access_token).await.expects(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn attack_121_a_token_in_the_query_is_no_token() {
    let app = app().await;
    let tokens = tokens(&app, &app.alice().await, "mcp:tools").await;

    let request = Request::post(format!("/mcp?access_token={}", tokens.access_token)).header("host", "localhost:3000");
    app.request(request.body("").unwrap()).await.expects(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn attack_119_a_token_for_another_resource_is_refused() {
    let mcp = mcp().provider(|provider| provider.resource("/other", ["other:use"]));
    let app = builder(mcp).build().await;
    let client = app.registers_client().await.with_scope("other:use mcp:tools").with_resource("/other");
    let code = app.alice().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();

    let answer = calls(&app, "/mcp", &tokens.access_token).await.expects(StatusCode::UNAUTHORIZED);

    assert_eq!(answer.challenge()["error"], "invalid_token");
}

#[tokio::test]
async fn attack_123_too_little_scope_is_told_all_that_is_needed_at_once() {
    let app = app().await;
    let tokens = tokens(&app, &app.alice().await, "mcp:tools").await;

    let answer = calls(&app, "/mcp/write", &tokens.access_token).await.expects(StatusCode::FORBIDDEN);

    let challenge = answer.challenge();
    assert_eq!(challenge["error"], "insufficient_scope");
    assert_eq!(challenge["scope"], "mcp:tools notes:write");
    assert_eq!(challenge["resource_metadata"], app.url("/.well-known/oauth-protected-resource/mcp").as_str());
}

#[tokio::test]
async fn a_second_consent_opens_the_endpoint_that_needs_more() {
    let app = app().await;
    let alice = app.alice().await;
    let narrow = tokens(&app, &alice, "mcp:tools").await;
    calls(&app, "/mcp/write", &narrow.access_token).await.expects(StatusCode::FORBIDDEN);

    let wide = tokens(&app, &alice, "mcp:tools notes:write").await;

    calls(&app, "/mcp/write", &wide.access_token).await.expects(StatusCode::OK);
}

#[tokio::test]
async fn a_preflight_needs_no_token() {
    let app = app().await;

    let preflight = Request::builder()
        .method(Method::OPTIONS)
        .uri("/mcp")
        .header("host", "localhost:3000")
        .header("origin", "http://localhost:6274")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,mcp-protocol-version");
    let answer = app.request(preflight.body("").unwrap()).await;

    assert!(answer.status.is_success());
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let allowed = answer.header("access-control-allow-headers").unwrap().to_lowercase();
    assert!(allowed.contains("authorization") && allowed.contains("mcp-protocol-version"));
}

#[tokio::test]
async fn attack_166_a_foreign_host_or_origin_is_refused_on_a_loopback_base() {
    let app = app().await;
    let tokens = tokens(&app, &app.alice().await, "mcp:tools").await;
    let with = |host: &str, origin: Option<&str>| {
        let request = Request::post("/mcp")
            .header("host", host)
            .header("authorization", format!("Bearer {}", tokens.access_token));
        let request = match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        };
        request.body("").unwrap()
    };

    for host in ["evil.example", "evil.example:3000", "localhost.evil.example"] {
        app.request(with(host, None)).await.expects(StatusCode::FORBIDDEN);
    }
    for origin in ["https://evil.example", "null", "http://localhost.evil.example"] {
        app.request(with("localhost:3000", Some(origin))).await.expects(StatusCode::FORBIDDEN);
    }
    for (host, origin) in
        [("127.0.0.1:3000", None), ("localhost:3000", Some("http://localhost:6274")), ("[::1]:3000", None)]
    {
        app.request(with(host, origin)).await.expects(StatusCode::OK);
    }
}

#[tokio::test]
async fn on_a_public_base_only_its_own_host_is_served_and_any_origin_may_call() {
    let app = builder(mcp()).base_url("https://mcp.example.com").build().await;
    let with = |host: &str| {
        Request::post("/mcp").header("host", host).header("origin", "https://anything.example").body("").unwrap()
    };

    app.request(with("mcp.example.com")).await.expects(StatusCode::UNAUTHORIZED);
    app.request(with("localhost")).await.expects(StatusCode::FORBIDDEN);
    app.request(with("evil.example")).await.expects(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn hosts_and_origins_can_be_listed() {
    let listed = mcp().allowed_host("internal.example").allowed_origins(["https://app.example"]);
    let app = builder(listed).base_url("https://mcp.example.com").build().await;
    let with = |host: &str, origin: &str| {
        Request::post("/mcp").header("host", host).header("origin", origin).body("").unwrap()
    };

    app.request(with("internal.example", "https://app.example")).await.expects(StatusCode::UNAUTHORIZED);
    app.request(with("internal.example", "https://other.example")).await.expects(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn only_the_guarded_routes_are_guarded() {
    let app = app().await;

    app.get("/open").await.expects(StatusCode::OK);
    app.get("/no-such-route").await.expects(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_token_of_a_disabled_client_is_worth_nothing() {
    let app = app().await;
    let tokens = tokens(&app, &app.alice().await, "mcp:tools").await;
    calls(&app, "/mcp", &tokens.access_token).await.expects(StatusCode::OK);

    // No request can disable a client yet.
    app.db().execute(Query::update().table("oauthApplication").value("disabled", true)).await.unwrap();

    calls(&app, "/mcp", &tokens.access_token).await.expects(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_database_that_is_away_lets_nobody_in() {
    let app = TestApp::builder()
        .plugins(plugins![EmailPassword::new(), Pages::new(), mcp()])
        .routes(|auth| Router::new().route("/mcp", any(whoami)).route_layer(auth.handle::<McpGuard>().unwrap()))
        .build()
        .await;
    let tokens = tokens(&app, &app.alice().await, "mcp:tools").await;
    app.db().clone().close().await.unwrap();

    let answer = calls(&app, "/mcp", &tokens.access_token).await;

    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.header("retry-after").is_some());
}
