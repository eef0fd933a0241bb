//! What bounds every request: its id, its panics, and the app around it.

use axum::Router;
use http::Method;
use serde_json::json;

use crate::app::{App, ORIGIN, request, send};

#[tokio::test]
async fn a_harmless_request_id_is_echoed() {
    let app = App::new().await;

    for id in ["12345678", "0191d0a0-7e6f-7000-8000-000000000000", &"a".repeat(64)] {
        assert_eq!(app.get("/ok", &[("x-request-id", id)]).await.header("x-request-id"), id);
    }
}

#[tokio::test]
async fn any_other_request_id_is_replaced() {
    let app = App::new().await;
    let mut drawn = vec![app.get("/ok", &[]).await.header("x-request-id").to_owned()];

    for id in
        ["", "short", &"a".repeat(65), "a\tb\tc\td\te", "<script>alert(1)</script>", "id=1; Path=/", "größe-größe"]
    {
        drawn.push(app.get("/ok", &[("x-request-id", id)]).await.header("x-request-id").to_owned());
    }

    assert!(drawn.iter().all(|id| id.len() == 36), "{drawn:?}");
    drawn.sort();
    drawn.dedup();
    assert_eq!(drawn.len(), 8, "each its own");
}

#[tokio::test]
async fn a_refusal_carries_the_request_id_too() {
    let app = App::new().await;

    let reply =
        app.post("/sign-out", &[("origin", "https://evil.example"), ("x-request-id", "12345678")], &json!({})).await;

    assert_eq!((reply.status.as_u16(), reply.header("x-request-id")), (403, "12345678"));
}

#[tokio::test]
async fn a_panic_fails_its_own_request_and_tells_nothing() {
    let app = App::new().await;
    let headers = [("crash", "1"), ("x-request-id", "12345678")];

    let (crashed, stood) = tokio::join!(app.get("/crash", &headers), app.get("/crash", &[]));

    crashed.refuses(500, "INTERNAL_SERVER_ERROR");
    assert_eq!(crashed.header("x-request-id"), "12345678");
    assert!(!crashed.text.contains("door 7"), "{crashed:?}");
    let reference = crashed.json()["reference"].as_str().unwrap().to_owned();
    assert_eq!(reference.len(), 12, "{crashed:?}");
    assert_eq!(stood.text, "still standing");
    assert_eq!(app.get("/crash", &[]).await.text, "still standing");
    assert_ne!(app.get("/crash", &headers).await.json()["reference"], reference, "each its own");
}

#[tokio::test]
async fn a_database_that_fails_is_told_by_reference_only() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;
    // No request can break the database.
    crate::app::run(app.db(), "ALTER TABLE session RENAME TO gone").await;

    let reply = app.session_of(&cookie).await;

    reply.refuses(500, "INTERNAL_SERVER_ERROR");
    assert_eq!(reply.json()["message"], "Something went wrong on our side");
    assert!(!reply.text.contains("session") && reply.json()["reference"].is_string(), "{reply:?}");
}

#[tokio::test]
async fn a_foreign_host_has_no_effect() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;

    let headers = [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("cookie", cookie.as_str())];
    let reply = app.get("/get-session", &headers).await;

    assert_eq!(reply.json()["user"]["email"], "alice@example.com");
    assert!(!format!("{reply:?}").contains("evil"));
    let signed_out =
        app.post("/sign-out", &[headers[0], headers[2], ("origin", "http://evil.example")], &json!({})).await;
    signed_out.refuses(403, "INVALID_ORIGIN");
}

#[tokio::test]
async fn what_the_app_does_not_find_is_the_apps_to_answer() {
    let app = App::new().await;
    let missing = async || (http::StatusCode::NOT_FOUND, "the app has no such page");
    let apps = Router::new().route("/", axum::routing::get(async || "home"));
    let router = apps.merge(app.auth.router()).fallback(missing);

    for path in ["//nowhere", "//api/auth", "//api/auth/", "//api/auth/nowhere", "//api/authx/ok"] {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            let reply = send(&router, request(method, path, &[("origin", "https://evil.example")], "")).await;

            assert_eq!((reply.status.as_u16(), reply.text.as_str()), (404, "the app has no such page"), "{path}");
            assert_eq!(reply.headers.len(), 2, "nothing of ours: {reply:?}");
        }
    }
    assert_eq!(send(&router, request(Method::GET, "//", &[], "")).await.text, "home");
    assert_eq!(send(&router, request(Method::GET, "/ok", &[], "")).await.text, r#"{"ok":true}"#);
}

#[tokio::test]
async fn the_two_routers_are_all_there_is() {
    let app = App::new().await;

    let api = send(&app.auth.api_router(), request(Method::GET, "/ok", &[("origin", ORIGIN)], "")).await;
    let origin = send(&app.auth.origin_router(), request(Method::GET, "/ok", &[], "")).await;

    assert_eq!((api.status.as_u16(), origin.status.as_u16()), (200, 404));
}

#[tokio::test]
async fn ok_asks_nothing_of_the_database() {
    let app = App::new().await;

    let reply = app.get("/ok", &[]).await;

    assert_eq!(reply.json(), json!({ "ok": true }));
    assert!(app.statements().is_empty());
}
