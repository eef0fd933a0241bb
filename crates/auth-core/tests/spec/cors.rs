//! CORS follows from the access of a route, preflights included.

use auth_core::{Access, plugins};
use http::Method;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{App, ORIGIN, Reply, request};
use crate::plugins::{Door, Tiny};

const FRIEND: &str = "https://app.example.com";

#[utoipa::path(get, path = "/public", responses((status = 200)))]
async fn public() -> &'static str {
    "public"
}

#[utoipa::path(get, path = "/page", responses((status = 200)))]
async fn page() -> &'static str {
    "page"
}

async fn app() -> App {
    let routes = Tiny::named("routes")
        .adds(|to| {
            to.access("/public", Access::Public);
            to.access("/page", Access::CrossSiteNavigation);
        })
        .mounts(|_, mount| {
            mount
                .base(OpenApiRouter::new().routes(routes!(public)).routes(routes!(page)))
                .origin(OpenApiRouter::new().routes(routes!(page)))
        });
    App::of(ORIGIN, |builder| builder.rate_limits(false).trusted_origin(FRIEND).plugins(plugins![Door, routes])).await
}

fn headers(reply: &Reply) -> Vec<String> {
    let mut found: Vec<String> = reply
        .headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("access-control") || *name == "vary")
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    found.sort();
    found
}

async fn preflight(app: &App, path: &str, origin: &str) -> Reply {
    let asked = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    app.send(request(Method::OPTIONS, path, &asked, "")).await
}

#[tokio::test]
async fn a_route_with_cookies_is_open_to_trusted_origins() {
    let app = app().await;

    for origin in [ORIGIN, FRIEND] {
        for reply in [
            app.get("/get-session", &[("origin", origin)]).await,
            preflight(&app, "/get-session", origin).await,
            preflight(&app, "/sign-out", origin).await,
        ] {
            assert!(reply.status.is_success());
            assert_eq!(reply.header("access-control-allow-origin"), origin);
            assert_eq!(reply.header("access-control-allow-credentials"), "true");
            assert_eq!(reply.header("vary"), "origin");
        }
    }
    insta::assert_debug_snapshot!(headers(&preflight(&app, "/sign-out", FRIEND).await), @r#"
    [
        "access-control-allow-credentials: true",
        "access-control-allow-headers: authorization, content-type, accept, dpop, mcp-protocol-version",
        "access-control-allow-methods: GET, POST, PUT, PATCH, DELETE, OPTIONS",
        "access-control-allow-origin: https://app.example.com",
        "access-control-expose-headers: www-authenticate, dpop-nonce, x-request-id, retry-after",
        "access-control-max-age: 86400",
        "vary: origin",
    ]
    "#);
}

#[tokio::test]
async fn a_route_with_cookies_is_closed_to_others_and_says_that_it_varies() {
    let app = app().await;
    let cookie = app.enters("alice@example.com").await;

    for origin in ["https://evil.example", "null", "http://localhost:3001"] {
        for reply in [
            app.get("/get-session", &[("origin", origin), ("cookie", &cookie)]).await,
            preflight(&app, "/sign-out", origin).await,
            app.post("/sign-out", &[("origin", origin), ("cookie", &cookie)], &serde_json::json!({})).await,
        ] {
            assert_eq!(headers(&reply), ["vary: origin"], "{origin}");
        }
    }
    assert_eq!(headers(&app.get("/get-session", &[]).await), ["vary: origin"]);
    assert!(app.knows(&cookie).await);
}

#[tokio::test]
async fn a_public_route_is_open_to_everybody_without_credentials() {
    let app = app().await;

    for reply in [
        app.get("/public", &[("origin", "https://evil.example")]).await,
        preflight(&app, "/public", "https://evil.example").await,
        app.get("/public", &[]).await,
    ] {
        assert_eq!(reply.header("access-control-allow-origin"), "*", "also in a copy a cache keeps");
        assert_eq!(reply.header("access-control-allow-credentials"), "");
        assert_eq!(
            reply.header("access-control-expose-headers"),
            "www-authenticate, dpop-nonce, x-request-id, retry-after"
        );
        assert_eq!(reply.header("vary"), "", "one answer for all");
    }
}

#[tokio::test]
async fn a_page_is_open_to_no_script_elsewhere() {
    let app = app().await;

    for origin in [ORIGIN, FRIEND, "https://evil.example"] {
        for path in ["/page", "//page"] {
            assert_eq!(headers(&app.get(path, &[("origin", origin)]).await), [""; 0]);
            assert_eq!(headers(&preflight(&app, path, origin).await), [""; 0]);
        }
    }
}

#[tokio::test]
async fn refusals_and_failures_can_be_read_across_origins() {
    let app = app().await;

    let crash = app.get("/crash", &[("origin", FRIEND), ("crash", "1")]).await;
    let method = app.get("/sign-out", &[("origin", FRIEND)]).await;

    for (reply, status) in [(crash, 500), (method, 405)] {
        assert_eq!(reply.status.as_u16(), status);
        assert_eq!(reply.header("access-control-allow-origin"), FRIEND);
    }
}

#[tokio::test]
async fn a_preflight_reaches_no_handler() {
    let app = app().await;
    app.statements();

    let reply = preflight(&app, "/sign-out", ORIGIN).await;

    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (204, ""));
    assert!(app.statements().is_empty());
}
