//! Metrics: what was answered and what happened, under names no stranger chooses.

use axum::Router;
use http::{Method, Request};
use serde_json::json;

use crate::app::{App, ORIGIN, request, send};
use crate::plugins::Tiny;

#[tokio::test]
async fn requests_are_counted_by_route_and_status() {
    let app = App::new().await;

    app.get("/ok", &[]).await;
    app.get("/ok", &[]).await;
    app.post("/sign-out", &[("origin", "https://evil.example")], &json!({})).await;
    app.send(request(Method::from_bytes(b"BREW").unwrap(), "/ok", &[], "")).await;
    app.get("/nowhere", &[]).await;

    let text = app.auth.metrics().text();
    for line in [
        r#"auth_requests_total{method="GET",route="/api/auth/ok",status="200"} 2"#,
        r#"auth_requests_total{method="POST",route="/api/auth/sign-out",status="403"} 1"#,
        r#"auth_requests_total{method="other",route="/api/auth/ok",status="405"} 1"#,
        r#"auth_request_seconds_count{method="GET",route="/api/auth/ok"} 2"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("nowhere") && !text.contains("BREW"), "{text}");
}

#[tokio::test]
async fn events_are_counted_once_they_are_committed() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;

    app.post("/sign-out", &[("origin", ORIGIN), ("cookie", &cookie)], &json!({})).await;

    let text = app.auth.metrics().text();
    for line in [r#"auth_events_total{event="user.created"} 1"#, r#"auth_events_total{event="session.revoked"} 1"#] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}

#[tokio::test]
async fn an_event_that_was_rolled_back_is_not_counted() {
    struct Never;

    #[async_trait::async_trait]
    impl auth_core::InTransaction<auth_core::session::SessionIssued> for Never {
        async fn on(
            &self,
            _: &auth_core::session::SessionIssued,
            _: &sea_orm::DatabaseTransaction,
        ) -> Result<(), auth_core::HookError> {
            Err(auth_core::HookError::new::<auth_core::session::SessionIssued>("never"))
        }
    }

    let never =
        Tiny::named("never").mounts(|_, mount| mount.on_in_transaction::<auth_core::session::SessionIssued>(Never));
    let app = App::with(never).await;

    let reply = app.post("/enter", &[], &json!({ "email": "alice@example.com", "remember": true })).await;

    assert_eq!(reply.status, 500);
    assert!(!app.auth.metrics().text().contains("auth_events_total{"), "{}", app.auth.metrics().text());
}

#[tokio::test]
async fn the_app_mounts_them_where_it_wants() {
    let app = App::new().await;
    app.get("/ok", &[]).await;
    let router: Router = Router::new().route("/internal/metrics", app.auth.metrics_route()).merge(app.auth.router());

    let reply = send(&router, Request::get("/internal/metrics").body("".into()).unwrap()).await;

    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(reply.text.contains("# TYPE auth_requests counter") && reply.text.ends_with("# EOF\n"), "{}", reply.text);
    let elsewhere = send(&app.auth.router(), Request::get("/metrics").body("".into()).unwrap()).await;
    assert_eq!(elsewhere.status, 404, "unless it is mounted, nobody can ask");
}
