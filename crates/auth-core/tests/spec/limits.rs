//! Rate limits: counted for each address, answered 429 with the time to wait.

use std::sync::{Arc, Mutex};

use auth_core::{RateLimit, plugins};
use http::Method;
use serde_json::json;

use crate::app::{App, ORIGIN, Reply, from_peer, request};
use crate::plugins::{Door, Tiny};

async fn app(limits: &'static [(&'static str, u64, u32)]) -> App {
    let limited = Tiny::named("limits").adds(move |to| {
        for (path, window, max) in limits {
            to.rate_limit(RateLimit::new(*path, *window, *max));
        }
    });
    App::of(ORIGIN, |builder| builder.plugins(plugins![Door, limited])).await
}

async fn asks(app: &App, path: &str, peer: &str, headers: &[(&str, &str)]) -> Reply {
    app.send(from_peer(request(Method::GET, path, headers, ""), peer)).await
}

#[tokio::test]
async fn beyond_the_limit_a_request_is_told_when_to_come_again() {
    let app = app(&[("/ok", 60, 3)]).await;
    for _ in 0..3 {
        assert_eq!(asks(&app, "/ok", "9.9.9.9:1", &[]).await.status.as_u16(), 200);
    }

    app.clock.advance(20);
    let reply = asks(&app, "/ok", "9.9.9.9:2", &[("origin", ORIGIN)]).await;

    reply.refuses(429, "TOO_MANY_REQUESTS");
    assert_eq!((reply.header("retry-after"), reply.header("x-retry-after")), ("40", "40"));
    assert_eq!(reply.header("access-control-allow-origin"), ORIGIN, "readable where it came from");
    app.clock.advance(39);
    assert_eq!(asks(&app, "/ok", "9.9.9.9:1", &[]).await.header("retry-after"), "1");
    app.clock.advance(1);
    assert_eq!(asks(&app, "/ok", "9.9.9.9:1", &[]).await.status.as_u16(), 200, "the window has ended");
}

#[tokio::test]
async fn each_address_has_its_own_count() {
    let app = app(&[("/ok", 60, 1)]).await;

    let mut statuses = Vec::new();
    for peer in [
        "9.9.9.9:1",
        "9.9.9.8:1",
        "9.9.9.9:1",
        "[::ffff:9.9.9.9]:1",
        "[2001:db8:0:1::1]:1",
        "[2001:db8:0:1::2]:1",
        "[2001:db8:0:2::1]:1",
    ] {
        statuses.push(asks(&app, "/ok", peer, &[]).await.status.as_u16());
    }

    assert_eq!(statuses, [200, 200, 429, 429, 200, 429, 200], "an IPv6 network counts as one");
}

#[tokio::test]
async fn a_forwarded_header_from_an_undeclared_peer_is_ignored() {
    let app = app(&[("/ok", 60, 2)]).await;

    let mut statuses = Vec::new();
    for forged in ["1.1.1.1", "2.2.2.2", "3.3.3.3"] {
        let headers = [("x-forwarded-for", forged), ("x-real-ip", forged), ("forwarded", "for=4.4.4.4")];
        statuses.push(asks(&app, "/ok", "9.9.9.9:1", &headers).await.status.as_u16());
    }

    assert_eq!(statuses, [200, 200, 429]);
}

#[tokio::test]
async fn behind_a_declared_proxy_its_clients_are_counted() {
    let limited = Tiny::named("limits").adds(|to| to.rate_limit(RateLimit::new("/ok", 60, 1)));
    let proxies = ["10.0.0.1".parse().unwrap()];
    let app = App::of(ORIGIN, |builder| builder.trusted_proxies(proxies).plugins(plugins![limited])).await;

    let mut statuses = Vec::new();
    for forwarded in ["1.1.1.1", "2.2.2.2", "6.6.6.6, 1.1.1.1"] {
        let headers = [("x-forwarded-for", forwarded)];
        statuses.push(asks(&app, "/ok", "10.0.0.1:1", &headers).await.status.as_u16());
    }

    assert_eq!(statuses, [200, 200, 429]);
}

#[tokio::test]
async fn routes_of_one_pattern_are_counted_together() {
    let app = app(&[("/*", 60, 2)]).await;

    let mut statuses = Vec::new();
    for path in ["/ok", "/get-session", "/crash", "/ok"] {
        statuses.push(asks(&app, path, "9.9.9.9:1", &[]).await.status.as_u16());
    }

    assert_eq!(statuses, [200, 200, 429, 429]);
}

#[tokio::test]
async fn two_limits_on_one_path_count_apart() {
    let app = app(&[("/ok", 10, 2), ("/ok", 3600, 3)]).await;

    let mut statuses = Vec::new();
    for at in 0..5 {
        if at == 2 {
            app.clock.advance(10);
        }
        statuses.push(asks(&app, "/ok", "9.9.9.9:1", &[]).await.status.as_u16());
    }

    assert_eq!(statuses, [200, 200, 200, 429, 429], "two in ten seconds, three in an hour");
}

#[tokio::test]
async fn a_refused_request_is_not_handled() {
    let app = app(&[("/sign-out", 60, 0)]).await;
    let cookie = app.enters("alice@example.com").await;

    let reply = app.post("/sign-out", &[("origin", ORIGIN), ("cookie", &cookie)], &json!({})).await;

    reply.refuses(429, "TOO_MANY_REQUESTS");
    assert!(app.knows(&cookie).await);
}

#[tokio::test]
async fn preflights_and_foreign_requests_do_not_count() {
    let app = app(&[("/sign-out", 60, 1)]).await;

    for _ in 0..3 {
        app.send(request(Method::OPTIONS, "/sign-out", &[("origin", ORIGIN)], "")).await;
        app.post("/sign-out", &[("origin", "https://evil.example")], &json!({})).await.refuses(403, "INVALID_ORIGIN");
    }

    assert_eq!(app.post("/sign-out", &[], &json!({})).await.status.as_u16(), 200);
}

/// What is logged, in one text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_app_that_does_not_know_where_requests_come_from_says_so_once() {
    let app = app(&[("/ok", 60, 100)]).await;
    let log = Log::default();
    let writer = log.clone();
    let listening = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(listening);
    let said = || String::from_utf8_lossy(&log.0.lock().unwrap()).matches("count everybody together").count();

    asks(&app, "/ok", "9.9.9.9:1", &[]).await;
    assert_eq!(said(), 0);
    for _ in 0..3 {
        app.get("/ok", &[]).await;
    }

    assert_eq!(said(), 1);
}

#[tokio::test]
async fn limits_can_be_switched_off() {
    let limited = Tiny::named("limits").adds(|to| to.rate_limit(RateLimit::new("/ok", 60, 0)));
    let app = App::of(ORIGIN, |builder| builder.rate_limits(false).plugins(plugins![limited])).await;

    assert_eq!(app.get("/ok", &[]).await.status.as_u16(), 200);
}
