//! No page of the provider is framed, kept or scripted, whatever it tells. RFC 9700 §4.16.

use std::time::Duration;

use auth_testkit::{Page, Registration};
use http::StatusCode;
use url::Url;

use super::{consent_page, handle, sign_in_page, started};

/// Demands what every page of ours has to carry.
#[track_caller]
fn is_closed(page: &Page, status: StatusCode) {
    let header = |name: &str| page.answer.header(name).unwrap_or_default().to_owned();
    assert_eq!(page.answer.status, status, "{}", page.describe());
    let policy = header("content-security-policy");
    for directive in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.split(';').any(|part| part.trim() == directive), "{directive}: {policy}: {}", page.describe());
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("content-type", "text/html; charset=utf-8"),
    ] {
        assert_eq!(header(name), value, "{name}: {}", page.describe());
    }
    assert!(["same-origin", "no-referrer"].contains(&&*header("referrer-policy")), "{}", page.describe());
    assert_eq!(page.answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn pages_that_refuse_a_request_are_closed() {
    let app = started().await;
    let alice = app.alice().await;
    let bob = app.bob().await;
    let client = app.registers_client().await;
    let opens = async |browser: &auth_testkit::Browser, url: &Url| browser.get(url.as_str()).await.page();

    let unknown = client.asks().with("client_id", "unknown").url();
    is_closed(&opens(&alice.browser, &unknown).await, StatusCode::BAD_REQUEST);
    let elsewhere = client.asks().with("redirect_uri", "https://evil.example/").url();
    is_closed(&opens(&alice.browser, &elsewhere).await, StatusCode::BAD_REQUEST);
    let twice = client.asks().and("state", "again").url();
    is_closed(&opens(&alice.browser, &twice).await, StatusCode::BAD_REQUEST);

    let page = consent_page(&alice.browser, &client.asks()).await;
    is_closed(&opens(&bob.browser, &page.url).await, StatusCode::FORBIDDEN);
    let resumed = app.url(&format!("/api/auth/oauth2/authorize?interaction={}", handle(&page)));
    is_closed(&opens(&bob.browser, &resumed).await, StatusCode::BAD_REQUEST);
    app.clock.advance(Duration::from_mins(10));
    is_closed(&opens(&alice.browser, &page.url).await, StatusCode::BAD_REQUEST);
    is_closed(&opens(&alice.browser, &app.url("/api/auth/oauth2/form-post?answer=x")).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn pages_that_ask_or_lead_on_are_closed() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;

    is_closed(&consent_page(&alice.browser, &client.asks()).await, StatusCode::OK);
    is_closed(&sign_in_page(&app.browser(), &client.asks()).await, StatusCode::OK);
    let posting = client.asks().with("response_mode", "form_post").with("prompt", "none");
    let posts = alice.browser.get(posting.url().as_str()).await.page();
    assert_eq!(posts.url.path(), "/api/auth/oauth2/form-post");
    let policy = posts.answer.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && policy.starts_with("default-src 'none'"), "{policy}");

    let end = app.endpoint("/oauth2/end-session");
    let asks = alice.browser.get(end.as_str()).await.page();
    is_closed(&asks, StatusCode::OK);
    let done = alice.browser.fills(asks.form(), &[], "Sign out").await.page();
    is_closed(&done, StatusCode::OK);
    let nobody = app.browser().get(end.as_str()).await.page();
    is_closed(&nobody, StatusCode::OK);
}

#[tokio::test]
async fn a_page_that_tells_of_too_many_requests_is_closed() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    for _ in 0..20 {
        consent_page(&alice.browser, &client.asks()).await;
    }

    let page = alice.browser.get(client.asks().url().as_str()).await.page();

    is_closed(&page, StatusCode::TOO_MANY_REQUESTS);
}
