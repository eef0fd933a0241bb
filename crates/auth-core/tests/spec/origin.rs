//! The origin check: what another site makes a browser send changes nothing.

use auth_core::{Access, plugins};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{App, ORIGIN, request};
use crate::plugins::{Door, Tiny};

const FRIEND: &str = "https://app.example.com";

async fn app() -> App {
    App::of(ORIGIN, |builder| builder.rate_limits(false).trusted_origin(FRIEND).plugins(plugins![Door])).await
}

#[tokio::test]
async fn a_browser_may_sign_out_from_our_own_pages_and_trusted_ones() {
    let app = app().await;
    for headers in [
        vec![("origin", ORIGIN)],
        vec![("origin", FRIEND)],
        vec![("origin", FRIEND), ("sec-fetch-site", "cross-site")],
        vec![("origin", ORIGIN), ("sec-fetch-site", "same-origin")],
        vec![("sec-fetch-site", "same-origin")],
        vec![("origin", "null"), ("sec-fetch-site", "same-origin")],
        vec![("referer", "http://localhost:3000/settings?x=1")],
        vec![("referer", "https://app.example.com/")],
    ] {
        let cookie = app.enters("alice@example.com").await;
        let headers = [headers, vec![("cookie", cookie.as_str())]].concat();

        let reply = app.post("/sign-out", &headers, &json!({})).await;

        assert_eq!(reply.status.as_u16(), 200, "{headers:?}");
        assert!(!app.knows(&cookie).await, "{headers:?}");
    }
}

#[tokio::test]
async fn what_another_site_makes_a_browser_send_is_refused_and_changes_nothing() {
    let app = app().await;
    let cookie = app.enters("alice@example.com").await;
    let before = app.everything_stored().await;
    let (foreign, missing) = ("INVALID_ORIGIN", "MISSING_OR_NULL_ORIGIN");
    for (headers, code) in [
        (vec![("origin", "https://evil.example")], foreign),
        (vec![("origin", "http://localhost:3001")], foreign),
        (vec![("origin", "https://localhost:3000")], foreign),
        (vec![("origin", "http://localhost:3000.evil.example")], foreign),
        (vec![("origin", "https://sub.app.example.com")], foreign),
        (vec![("origin", "https://app.example.com/")], foreign),
        (vec![("origin", "")], foreign),
        (vec![("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")], foreign),
        (vec![("origin", "https://evil.example"), ("referer", ORIGIN)], foreign),
        (vec![("origin", "null")], missing),
        (vec![("origin", "null"), ("sec-fetch-site", "cross-site")], missing),
        (vec![("sec-fetch-site", "cross-site")], missing),
        (vec![("sec-fetch-site", "same-site")], missing),
        (vec![("sec-fetch-site", "cross-site"), ("referer", ORIGIN)], missing),
        (vec![("sec-fetch-site", "none")], missing),
        (vec![], missing),
        (vec![("referer", "not a url")], missing),
        (vec![("referer", "https://evil.example/http://localhost:3000")], foreign),
    ] {
        for content_type in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
            let headers = [headers.clone(), vec![("cookie", cookie.as_str()), ("content-type", content_type)]].concat();
            let reply = app.send(request(http::Method::POST, "/sign-out", &headers, "{}")).await;

            reply.refuses(403, code);
            assert!(app.knows(&cookie).await, "{headers:?}");
        }
    }
    assert_eq!(app.everything_stored().await, before);
}

#[tokio::test]
async fn without_cookies_only_what_a_browser_says_counts() {
    let app = app().await;
    let before = app.everything_stored().await;
    let body = json!({ "email": "mallory@example.com", "remember": true });

    for headers in [
        [("origin", "https://evil.example")],
        [("origin", "null")],
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
    ] {
        // Signing a person in as somebody else is an attack too, and needs no cookie.
        assert_eq!(app.post("/enter", &headers, &body).await.status.as_u16(), 403, "{headers:?}");
    }

    assert_eq!(app.everything_stored().await, before);
    assert_eq!(app.post("/enter", &[], &body).await.status.as_u16(), 200, "a program");
}

#[tokio::test]
async fn a_text_body_is_no_way_around_json() {
    let app = app().await;
    let before = app.everything_stored().await;
    let body = r#"{"email":"mallory@example.com","remember":true}"#;

    for content_type in ["text/plain", "multipart/form-data; boundary=x", ""] {
        let headers = [("content-type", content_type), ("origin", ORIGIN)];
        app.send(request(http::Method::POST, "/enter", &headers, body)).await.refuses(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    assert_eq!(app.everything_stored().await, before);
}

#[utoipa::path(post, path = "/submit", responses((status = 200)))]
async fn submit() -> &'static str {
    "submitted"
}

#[tokio::test]
async fn the_access_of_a_route_decides_what_is_checked() {
    let cases =
        [(Access::Session, 403), (Access::Navigation, 403), (Access::Public, 200), (Access::CrossSiteNavigation, 200)];
    for (access, status) in cases {
        let plugin = Tiny::named("forms")
            .adds(move |to| to.access("/submit", access))
            .routes(|| OpenApiRouter::new().routes(routes!(submit)));
        let app = App::with(plugin).await;
        for headers in [[("origin", "https://evil.example")], [("sec-fetch-site", "cross-site")]] {
            assert_eq!(app.post("/submit", &headers, &json!({})).await.status.as_u16(), status, "{access:?}");
        }
    }
}

#[tokio::test]
async fn a_form_at_the_origin_is_checked_unless_told_otherwise() {
    let plugin = Tiny::named("forms").mounts(|_, mount| mount.origin(OpenApiRouter::new().routes(routes!(submit))));
    let app = App::with(plugin).await;

    let foreign = app.post("//submit", &[("origin", "https://evil.example")], &json!({})).await;
    let own = app.post("//submit", &[("origin", ORIGIN)], &json!({})).await;

    assert_eq!((foreign.status.as_u16(), own.status.as_u16()), (403, 200));
}

#[tokio::test]
async fn a_route_no_description_tells_of_is_checked_all_the_same() {
    let plugin =
        Tiny::named("hidden").routes(|| OpenApiRouter::new().route("/hidden", axum::routing::post(async || "done")));
    let app = App::with(plugin).await;

    app.post("/hidden", &[("origin", "https://evil.example")], &json!({})).await.refuses(403, "INVALID_ORIGIN");
    assert_eq!(app.post("/hidden", &[("origin", ORIGIN)], &json!({})).await.text, "done");
}

/// Lets nobody through.
struct Closed;

#[async_trait::async_trait]
impl auth_core::Before for Closed {
    async fn before(&self, _: &mut http::request::Parts) -> Result<(), auth_core::Stop> {
        Err(auth_core::ErrorCode { code: "CLOSED", status: 403, message: "We are closed" }.into())
    }
}

#[tokio::test]
async fn hooks_and_limits_hold_for_a_route_no_description_tells_of() {
    let hidden = || OpenApiRouter::new().route("/hidden/door", axum::routing::get(async || "in"));
    let plugin = Tiny::named("hidden").mounts(move |_, mount| {
        let known = OpenApiRouter::new().routes(routes!(submit));
        mount.base(hidden()).base(known).before("/*", Closed)
    });
    App::with(plugin).await.get("/hidden/door", &[]).await.refuses(403, "CLOSED");

    let plugin = Tiny::named("hidden")
        .adds(|to| to.rate_limit(auth_core::RateLimit::new("/*", 60, 1)))
        .mounts(move |_, mount| mount.base(hidden()));
    let app = App::of(ORIGIN, |builder| builder.plugin(plugin)).await;
    assert_eq!(app.get("/hidden/door", &[]).await.text, "in");
    app.get("/hidden/door", &[]).await.refuses(429, "TOO_MANY_REQUESTS");
}

#[tokio::test]
async fn an_app_that_puts_the_routes_elsewhere_keeps_hooks_limits_and_access() {
    let plugin = Tiny::named("rules")
        .adds(|to| {
            to.rate_limit(auth_core::RateLimit::new("/ok", 60, 1));
            to.access("/ok", Access::Public);
        })
        .mounts(|_, mount| mount.before("/get-session", Closed));
    let app = App::of(ORIGIN, |builder| builder.plugin(plugin)).await;
    let nested = axum::Router::new().nest("/tenant", app.auth.router());
    let ask = async |path| crate::app::send(&nested, request(http::Method::GET, path, &[], "")).await;

    let first = ask("//tenant/api/auth/ok").await;

    assert_eq!((first.status.as_u16(), first.header("access-control-allow-origin")), (200, "*"));
    ask("//tenant/api/auth/ok").await.refuses(429, "TOO_MANY_REQUESTS");
    ask("//tenant/api/auth/get-session").await.refuses(403, "CLOSED");
}

#[tokio::test]
async fn an_app_that_puts_the_routes_elsewhere_keeps_the_check() {
    let app = app().await;
    let cookie = app.enters("alice@example.com").await;
    let nested = axum::Router::new().nest("/tenant", app.auth.router());

    let headers = [("origin", "https://evil.example"), ("cookie", cookie.as_str())];
    let reply =
        crate::app::send(&nested, request(http::Method::POST, "//tenant/api/auth/sign-out", &headers, "")).await;

    reply.refuses(403, "INVALID_ORIGIN");
    assert!(app.knows(&cookie).await);
}
