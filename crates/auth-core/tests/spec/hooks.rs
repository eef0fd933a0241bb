//! Hooks around requests, bound to paths given as data.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::{After, Before, ErrorCode, ErrorShape, Exchange, Hook, Stop, Unexpected, When, plugins};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::app::{App, ORIGIN};
use crate::plugins::{Door, Tiny};

const CLOSED: ErrorCode = ErrorCode { code: "CLOSED", status: 403, message: "We are closed" };

/// Does what the header `hook` asks for.
struct Obeys;

#[async_trait]
impl Before for Obeys {
    async fn before(&self, request: &mut Parts) -> Result<(), Stop> {
        match request.headers.get("hook").map(HeaderValue::as_bytes) {
            Some(b"answer") => Err((StatusCode::IM_A_TEAPOT, "no").into_response().into()),
            Some(b"refuse") => Err(CLOSED.into()),
            Some(b"fail") => Err(Unexpected::new("the key to door 7 is lost").into()),
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
    async fn after(&self, exchange: &Exchange<'_>, mut response: Response) -> Response {
        let Exchange { method, path, .. } = exchange;
        self.0.lock().unwrap().push(format!("{method} {path} {}", response.status().as_u16()));
        response.headers_mut().insert("x-seen", HeaderValue::from_static("yes"));
        response
    }
}

struct Fragile;

#[async_trait]
impl After for Fragile {
    async fn after(&self, _: &Exchange<'_>, _: Response) -> Response {
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
    assert_eq!(*notes.0.lock().unwrap(), ["POST /sign-out 418"]);
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

    assert_eq!(*notes.0.lock().unwrap(), ["POST /sign-out 200", "POST /sign-out 403", "GET /crash 500"]);
    assert_eq!(crash.header("x-seen"), "yes");
}

#[tokio::test]
async fn an_after_hook_that_panics_fails_its_request_only() {
    let notes = Notes::default();
    let seen = notes.clone();
    let plugin = Tiny::named("fragile")
        .mounts(move |_, mount| mount.after("/whoami", Fragile).after("/whoami", seen.clone()).after("/ok", Fragile));
    let app = App::with(plugin).await;

    app.get("/ok", &[]).await.refuses(500, "INTERNAL_SERVER_ERROR");
    app.get("/whoami", &[]).await.refuses(500, "INTERNAL_SERVER_ERROR");
    assert_eq!(
        *notes.0.lock().unwrap(),
        ["GET /whoami 500"],
        "a refusal became a failure, and those after it see that"
    );
    assert_eq!(app.get("/crash", &[]).await.text, "still standing");
    assert!(app.auth.metrics().text().contains("auth_hook_failures_total{plugin=\"fragile\"} 2"));
}

#[tokio::test]
async fn a_before_hook_that_refuses_or_fails_is_told_in_the_shape_of_the_route() {
    let (app, _) = app().await;
    let cookie = app.enters("alice@example.com").await;
    let asks = |hook| [("hook", hook), ("origin", ORIGIN), ("cookie", cookie.as_str())];

    app.post("/sign-out", &asks("refuse"), &json!({})).await.refuses(403, "CLOSED");
    let failed = app.post("/sign-out", &asks("fail"), &json!({})).await;
    failed.refuses(500, "INTERNAL_SERVER_ERROR");
    assert!(failed.json()["reference"].is_string() && !failed.text.contains("door 7"), "{failed:?}");
    assert!(app.knows(&cookie).await, "nothing was let through");
    assert!(
        app.auth.metrics().text().contains("auth_hook_failures_total{plugin=\"hooks\"} 1"),
        "a refusal is no failure"
    );

    let first = Tiny::named("oauth").adds(|to| to.error_shape("/ok", ErrorShape::OAuth));
    let app = App::with(first.mounts(|_, mount| mount.before("/ok", Obeys))).await;
    let refused = app.get("/ok", &[("hook", "refuse")]).await;
    assert_eq!(refused.json(), json!({ "error": "access_denied", "error_description": "We are closed" }));
    let page = Tiny::named("page").adds(|to| to.error_shape("/ok", ErrorShape::Page));
    let app = App::with(page.mounts(|_, mount| mount.before("/ok", Obeys))).await;
    let refused = app.get("/ok", &[("hook", "refuse")]).await;
    assert_eq!((refused.status.as_u16(), refused.text.as_str()), (403, "This was refused\nWe are closed\n"));
}

#[tokio::test]
async fn the_first_hook_that_stops_a_request_is_the_last_that_runs() {
    struct Counts(Arc<Mutex<u32>>);

    #[async_trait]
    impl Before for Counts {
        async fn before(&self, _: &mut Parts) -> Result<(), Stop> {
            *self.0.lock().unwrap() += 1;
            Ok(())
        }
    }

    let (first, second) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let counts = [Arc::clone(&first), Arc::clone(&second)];
    let plugin = Tiny::named("order").mounts(move |_, mount| {
        let [first, second] = counts.clone();
        mount.before("/ok", Counts(first)).before("/*", Obeys).before("/ok", Counts(second))
    });
    let app = App::with(plugin).await;

    app.get("/ok", &[("hook", "refuse")]).await.refuses(403, "CLOSED");
    assert_eq!((*first.lock().unwrap(), *second.lock().unwrap()), (1, 0));
    app.get("/ok", &[]).await;
    assert_eq!((*first.lock().unwrap(), *second.lock().unwrap()), (2, 1));
}

#[tokio::test]
async fn an_after_hook_sees_the_request_as_the_handler_saw_it() {
    struct Marks;

    #[async_trait]
    impl Before for Marks {
        async fn before(&self, request: &mut Parts) -> Result<(), Stop> {
            request.headers.insert("marked", HeaderValue::from_static("yes"));
            Ok(())
        }
    }

    struct Reads(Arc<Mutex<Vec<String>>>);

    #[async_trait]
    impl After for Reads {
        async fn after(&self, exchange: &Exchange<'_>, response: Response) -> Response {
            self.0.lock().unwrap().push(format!("{} {:?}", exchange.uri, exchange.headers.get("marked")));
            response
        }
    }

    let read = Arc::new(Mutex::new(Vec::new()));
    let reads = Arc::clone(&read);
    let plugin =
        Tiny::named("marks").mounts(move |_, mount| mount.before("/ok", Marks).after("/ok", Reads(Arc::clone(&reads))));
    let app = App::with(plugin).await;

    app.get("/ok?a=b", &[]).await;

    assert_eq!(*read.lock().unwrap(), ["/api/auth/ok?a=b Some(\"yes\")"]);
}

#[tokio::test]
async fn hooks_can_be_listed() {
    let (app, _) = app().await;

    let hook = |when, at: &str| Hook { when, at: at.to_owned(), plugin: "hooks" };
    assert_eq!(
        app.auth.hooks(),
        [hook(When::Before, "/sign-out"), hook(When::After, "/sign-out"), hook(When::After, "/c*")]
    );
    assert_eq!(app.auth.hooks()[0].to_string(), "before         /sign-out                            hooks");
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

#[tokio::test]
async fn what_a_hook_exposes_to_pages_of_other_origins_stays_exposed() {
    struct Exposes;

    #[async_trait]
    impl After for Exposes {
        async fn after(&self, _: &Exchange<'_>, mut response: Response) -> Response {
            let name = HeaderValue::from_static("x-mark");
            response.headers_mut().append(http::header::ACCESS_CONTROL_EXPOSE_HEADERS, name);
            response
        }
    }

    let app = App::with(Tiny::named("marks").mounts(|_, mount| mount.after("/ok", Exposes))).await;

    let reply = app.get("/ok", &[("origin", ORIGIN)]).await;

    let exposed: Vec<_> = reply.headers.get_all(http::header::ACCESS_CONTROL_EXPOSE_HEADERS).iter().collect();
    assert_eq!(exposed, ["x-mark", "www-authenticate, dpop-nonce, x-request-id, retry-after"]);
}

#[tokio::test]
async fn nothing_is_refused_with_success() {
    struct Odd(u16);

    #[async_trait]
    impl Before for Odd {
        async fn before(&self, _: &mut Parts) -> Result<(), Stop> {
            Err(ErrorCode { code: "ODD", status: self.0, message: "No" }.into())
        }
    }

    for status in [0, 100, 200, 204, 302, 399, 600, 999, 65_535] {
        let app = App::with(Tiny::named("odd").mounts(move |_, mount| mount.before("/ok", Odd(status)))).await;

        app.get("/ok", &[]).await.refuses(500, "ODD");
    }
}
