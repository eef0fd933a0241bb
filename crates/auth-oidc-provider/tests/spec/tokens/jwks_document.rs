//! The document of keys: for everybody, kept for a while, and the same for each request. RFC 7517 §5.

use auth_testkit::{Answer, TestApp};
use axum::body::Body;
use http::{Method, Request, StatusCode};

use crate::{app, provider};

const PLACE: &str = "/api/auth/jwks";

async fn sends(app: &TestApp, method: Method, headers: &[(&str, &str)]) -> Answer {
    let request = Request::builder().method(method).uri(app.url(PLACE).as_str());
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    app.request(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn any_origin_may_read_it_without_credentials() {
    let app = app(provider()).build().await;

    for origin in ["https://anywhere.example", "null", "http://localhost:6274"] {
        let answer = sends(&app, Method::GET, &[("origin", origin), ("cookie", "better-auth.session_token=x")]).await;

        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{origin}");
        assert_eq!(answer.header("set-cookie"), None);
    }
}

/// The next key is published a day ahead: no cache may keep the document for longer.
#[tokio::test]
async fn a_cache_keeps_it_for_less_than_the_next_key_is_published_ahead() {
    let app = app(provider()).build().await;

    let answer = sends(&app, Method::GET, &[]).await;

    let kept = answer.header("cache-control").unwrap_or_default();
    let age = kept.split(',').find_map(|part| part.trim().strip_prefix("max-age="));
    let age: u64 = age.unwrap_or_else(|| panic!("{}", answer.describe())).parse().unwrap();
    assert!((1..=super::DAY).contains(&age), "{kept}");
    assert!(kept.contains("public"), "{kept}");
}

#[tokio::test]
async fn no_header_of_a_request_changes_it_and_it_can_only_be_read() {
    let app = app(provider()).build().await;
    let honest = sends(&app, Method::GET, &[]).await;

    for header in [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("accept", "text/html")] {
        assert_eq!(sends(&app, Method::GET, &[header]).await.body, honest.body, "{header:?}");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        assert_eq!(sends(&app, method.clone(), &[]).await.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}
