//! Hooks around requests, bound to paths given as data.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::{After, Before, plugins};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::app::{App, ORIGIN};
use crate::plugins::{Door, Tiny};

/// Does what the header `hook` asks for.
struct Obeys;

#[async_trait]
impl Before for Obeys {
    async fn before(&self, request: &mut Parts) -> Result<(), Response> {
        match request.headers.get("hook").map(HeaderValue::as_bytes) {
            Some(b"answer") => Err((StatusCode::IM_A_TEAPOT, "no").into_response()),
            Some(b"panic") => panic!("a hook, at its limits"),
            Some(b"change") => {
                request.headers.insert("cookie", HeaderValue::from_static("none"));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Notes every answer it sees, and marks it.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl After for Notes {
    async fn after(&self, path: &str, mut response: Response) -> Response {
        self.0.lock().unwrap().push(format!("{path} {}", response.status().as_u16()));
        response.headers_mut().insert("x-seen", HeaderValue::from_static("yes"));
        response
    }
}

struct Fragile;

#[async_trait]
impl After for Fragile {
    async fn after(&self, _: &str, _: Response) -> Response {
        panic!("an after hook, at its limits")
    }
}

async fn app() -> (App, Notes) {
    let notes = Notes::default();
    let seen = notes.clone();
    let plugin = Tiny::named("hooks").mounts(move |_, mount| {
        mount.before("/sign-out", Obeys).after("/sign-out", seen.clone()).after("/c*", seen.clone())
    });
    (App::with(plugin).await, notes)
}

#[tokio::test]
async fn a_before_hook_that_answers_lets_nothing_through() {
    let (app, notes) = app().await;
    let cookie = app.enters("alice@example.com").await;

    let headers = [("hook", "answer"), ("origin", ORIGIN), ("cookie", &cookie)];
    let reply = app.post("/sign-out", &headers, &json!({})).await;

    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::IM_A_TEAPOT, "no"));
    assert_eq!(reply.header("x-seen"), "yes", "after hooks run over it");
    assert_eq!(*notes.0.lock().unwrap(), ["/sign-out 418"]);
    assert!(app.knows(&cookie).await);
}

#[tokio::test]
async fn a_before_hook_that_panics_lets_nothing_through() {
    let (app, _) = app().await;
    let cookie = app.enters("alice@example.com").await;

    let headers = [("hook", "panic"), ("origin", ORIGIN), ("cookie", &cookie), ("x-request-id", "12345678")];
    let reply = app.post("/sign-out", &headers, &json!({})).await;

    reply.refuses(500, "INTERNAL_SERVER_ERROR");
    assert!(reply.json()["reference"].is_string());
    assert_eq!(reply.header("x-request-id"), "12345678");
    assert_eq!(reply.header("access-control-allow-origin"), ORIGIN, "readable where the request came from");
    assert!(app.knows(&cookie).await);
    assert_eq!(app.post("/sign-out", &headers[1..3], &json!({})).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_before_hook_may_change_what_the_handler_sees() {
    let (app, _) = app().await;
    let cookie = app.enters("alice@example.com").await;

    let headers = [("hook", "change"), ("origin", ORIGIN), ("cookie", &cookie)];
    let reply = app.post("/sign-out", &headers, &json!({})).await;

    assert_eq!(reply.status, StatusCode::OK);
    assert!(app.knows(&cookie).await, "the handler saw no cookie");
}

#[tokio::test]
async fn an_after_hook_sees_answers_refusals_and_crashes_of_its_paths_only() {
    let (app, notes) = app().await;

    app.post("/sign-out", &[], &json!({})).await;
    app.post("/sign-out", &[("origin", "https://evil.example")], &json!({})).await;
    let crash = app.get("/crash", &[("crash", "1")]).await;
    app.get("/ok", &[]).await;

    assert_eq!(*notes.0.lock().unwrap(), ["/sign-out 200", "/sign-out 403", "/crash 500"]);
    assert_eq!(crash.header("x-seen"), "yes");
}

#[tokio::test]
async fn an_after_hook_that_panics_fails_its_request_only() {
    let plugin = Tiny::named("fragile").mounts(|_, mount| mount.after("/ok", Fragile));
    let app = App::with(plugin).await;

    app.get("/ok", &[]).await.refuses(500, "INTERNAL_SERVER_ERROR");
    assert_eq!(app.get("/crash", &[]).await.text, "still standing");
}

#[tokio::test]
async fn hooks_can_be_listed() {
    let (app, _) = app().await;

    assert_eq!(
        app.auth.hooks().describe(),
        ["before /sign-out (hooks)", "after /sign-out (hooks)", "after /c* (hooks)"]
    );
}

#[tokio::test]
async fn an_alias_has_the_hooks_of_its_route() {
    use auth_core::route_at;
    use utoipa_axum::router::OpenApiRouter;
    use utoipa_axum::routes;

    #[utoipa::path(post, path = "/first", responses((status = 200)))]
    async fn first() -> &'static str {
        "handled"
    }

    let plugin = Tiny::named("named-twice").adds(|to| to.alias("/second", "/first")).mounts(|_, mount| {
        let routes = OpenApiRouter::new().routes(routes!(first)).routes(route_at("/second", routes!(first)));
        mount.base(routes).before("/first", Obeys)
    });
    let app = App::of(ORIGIN, |builder| builder.plugins(plugins![Door, plugin])).await;

    for path in ["/first", "/second"] {
        assert_eq!(app.post(path, &[], &json!({})).await.text, "handled");
        assert_eq!(app.post(path, &[("hook", "answer")], &json!({})).await.status, StatusCode::IM_A_TEAPOT);
    }
}
