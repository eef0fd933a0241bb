//! What is taken from a server, and how much of it.

use std::error::Error;
use std::future::pending;
use std::time::Duration;

use auth_outbound::{Outbound, OutboundError, OutboundOptions};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::get;

use crate::server::{Server, babbling, outbound};

#[tokio::test]
async fn an_answer_carries_status_body_and_what_a_cache_needs() {
    let document = || async {
        let headers = [
            (header::CONTENT_TYPE, "application/jwk-set+json; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ];
        (headers, r#"{"keys":[]}"#)
    };
    let server = Server::of(Router::new().route("/jwks", get(document))).await;

    let fetched = outbound().fetch_json(&server.url("/jwks")).await.unwrap();

    assert_eq!(fetched.status, 200);
    assert!(fetched.is_json());
    assert_eq!(fetched.max_age(), Some(Duration::from_mins(5)));
    assert_eq!(fetched.json::<serde_json::Value>().unwrap(), serde_json::json!({ "keys": [] }));
}

#[tokio::test]
async fn an_error_status_is_an_answer() {
    let server = Server::of(Router::new()).await;

    let fetched = outbound().fetch_json(&server.url("/missing")).await.unwrap();

    assert_eq!(fetched.status, 404);
    assert_eq!(fetched.max_age(), None);
    assert!(!fetched.is_json());
}

#[tokio::test]
async fn a_server_may_forbid_keeping_its_answer() {
    let document = || async { ([(header::CACHE_CONTROL, "max-age=300, No-Store")], "{}") };
    let server = Server::of(Router::new().route("/jwks", get(document))).await;

    let fetched = outbound().fetch_json(&server.url("/jwks")).await.unwrap();

    assert_eq!(fetched.max_age(), Some(Duration::ZERO));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let away =
            move || async move { (StatusCode::from_u16(status).unwrap(), [(header::LOCATION, "/elsewhere")], "") };
        let router = Router::new().route("/jwks", get(away)).route("/elsewhere", get(|| async { "{}" }));
        let server = Server::of(router).await;

        let fetched = outbound().fetch_json(&server.url("/jwks")).await.unwrap();

        assert_eq!(fetched.status, status);
        assert_eq!(server.hits(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_refresh_is_not_followed() {
    let page = || async {
        let html = r#"<meta http-equiv="refresh" content="0;url=/elsewhere">"#;
        ([(header::REFRESH, "0;url=/elsewhere"), (header::CONTENT_TYPE, "text/html")], html)
    };
    let server = Server::of(Router::new().route("/jwks", get(page))).await;

    let fetched = outbound().fetch_json(&server.url("/jwks")).await.unwrap();

    assert!(!fetched.is_json());
    assert_eq!(server.hits(), 1);
}

#[tokio::test]
async fn a_compressed_body_is_not_unpacked() {
    let bomb = || async { ([(header::CONTENT_ENCODING, "gzip")], [0x1f_u8, 0x8b, 8, 0, 0, 0, 0, 0]) };
    let server = Server::of(Router::new().route("/jwks", get(bomb))).await;

    let fetched = outbound().fetch_json(&server.url("/jwks")).await.unwrap();

    assert_eq!(fetched.body, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
}

#[tokio::test]
async fn a_flood_of_headers_is_cut_off() {
    let url = babbling(b"HTTP/1.1 200 OK\r\n", b"x-flood: 0123456789abcdef0123456789abcdef\r\n").await;

    let refused = outbound().fetch_json(&url).await;

    assert!(matches!(refused, Err(OutboundError::Network(_))), "{refused:?}");
}

#[tokio::test]
async fn a_body_larger_than_announced_is_cut_off() {
    let url = babbling(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", b"{}").await;

    let fetched = outbound().fetch_json(&url).await.unwrap();

    assert_eq!(fetched.body, b"{}");
}

#[tokio::test]
async fn a_body_without_length_is_capped() {
    let url = babbling(b"HTTP/1.1 200 OK\r\n\r\n", &[b' '; 512]).await;

    let refused = outbound().fetch_json(&url).await;

    assert!(matches!(refused, Err(OutboundError::TooLarge { limit: 65_536 })), "{refused:?}");
}

#[tokio::test]
async fn an_announced_gigabyte_is_refused_without_reading_it() {
    let url = babbling(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n", &[b' '; 512]).await;

    let refused = outbound().fetch_json(&url).await;

    assert!(matches!(refused, Err(OutboundError::TooLarge { .. })), "{refused:?}");
}

#[tokio::test]
async fn what_is_no_http_is_a_network_failure_that_quotes_nothing() {
    let url = babbling(b"SSH-2.0-secret\r\n", b"secret\r\n").await;

    let refused = outbound().fetch_json(&url).await.unwrap_err();

    assert_eq!(refused.to_string(), "the host cannot be reached");
    assert!(!format!("{refused:?}").contains("secret"));
}

#[tokio::test]
async fn no_cookies_and_no_credentials_are_sent() {
    let headers_of = |headers: HeaderMap| async move {
        let names: Vec<&str> = headers.keys().map(header::HeaderName::as_str).collect();
        ([(header::SET_COOKIE, "a=b")], serde_json::to_string(&names).unwrap())
    };
    let server = Server::of(Router::new().route("/", get(headers_of))).await;
    let outbound = outbound();

    outbound.fetch_json(&server.url("/")).await.unwrap();
    let second = outbound.fetch_json(&server.url("/")).await.unwrap();

    let mut names: Vec<String> = second.json().unwrap();
    names.sort();
    assert_eq!(names, ["accept", "host", "user-agent"]);
}

#[tokio::test]
async fn a_body_is_capped_while_it_streams() {
    let endless = || async { Body::from_stream(Chunks) };
    let server = Server::of(Router::new().route("/jwks", get(endless))).await;

    let refused = outbound().fetch_json(&server.url("/jwks")).await;

    assert!(matches!(refused, Err(OutboundError::TooLarge { limit: 65_536 })), "{refused:?}");
}

#[tokio::test]
async fn the_cap_is_inclusive_and_can_be_set_for_a_clone() {
    let server = Server::of(Router::new().route("/", get(|| async { "[1,2]" }))).await;
    let outbound = outbound();

    let fits = outbound.capped_at(5).fetch_json(&server.url("/")).await;
    let exceeds = outbound.capped_at(4).fetch_json(&server.url("/")).await;

    assert_eq!(fits.unwrap().body, b"[1,2]");
    assert!(matches!(exceeds, Err(OutboundError::TooLarge { limit: 4 })), "{exceeds:?}");
}

#[tokio::test]
async fn the_time_limit_covers_the_body() {
    let stalls = || async { Body::from_stream(Stalled) };
    let router = Router::new().route("/silent", get(pending::<StatusCode>)).route("/stalls", get(stalls));
    let server = Server::of(router).await;
    let allowed = Duration::from_millis(100);
    let outbound = Outbound::new(OutboundOptions::new().allow_loopback().timeout(allowed)).unwrap();

    for path in ["/silent", "/stalls"] {
        let refused = outbound.fetch_json(&server.url(path)).await;

        assert!(matches!(refused, Err(OutboundError::Timeout { .. })), "{path}: {refused:?}");
    }
}

#[tokio::test]
async fn an_error_shows_a_category_and_keeps_its_cause() {
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = unused.local_addr().unwrap();
    drop(unused);
    let url = format!("http://{address}/jwks").parse().unwrap();

    let error = outbound().fetch_json(&url).await.unwrap_err();

    assert_eq!(error.to_string(), "the host cannot be reached");
    assert!(error.source().is_some());
}

/// A body without an end.
struct Chunks;

impl futures::Stream for Chunks {
    type Item = Result<Vec<u8>, std::io::Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(Some(Ok(vec![b' '; 1024])))
    }
}

/// A body that begins and never goes on.
struct Stalled;

impl futures::Stream for Stalled {
    type Item = Result<Vec<u8>, std::io::Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Pending
    }
}
