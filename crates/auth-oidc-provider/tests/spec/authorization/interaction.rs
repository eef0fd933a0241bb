//! An interaction: bound to one browser, open for ten minutes, answered once.

use std::time::Duration;

use auth_testkit::{Browser, Decision, OAuthClient, Page, TestApp};
use http::StatusCode;
use serde_json::json;

use super::{changing_nothing, consent_page, details, gets_with, handle, sign_in_page, signs_in_by_json, started};

const BROWSER_COOKIE: &str = "better-auth.oauth_browser";

fn resumed(handle: &str) -> String {
    format!("/api/auth/oauth2/authorize?interaction={handle}")
}

async fn told(app: &TestApp, browser: &Browser, url: &str, status: StatusCode, words: &str) -> Page {
    let page = changing_nothing(app, async || browser.get(url).await.page()).await;
    assert_eq!(page.answer.status, status, "{}", page.describe());
    assert!(page.text().contains(words), "{}", page.describe());
    page
}

#[tokio::test]
async fn the_browser_cookie_is_for_this_host_and_no_script() {
    let app = started().await;
    let client = app.registers_client().await;

    let answer = app.browser().fetches(client.asks().url().as_str()).await;

    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with(&format!("{BROWSER_COOKIE}=")), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Max-Age") && !cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn one_cookie_serves_all_requests_of_a_browser() {
    let app = started().await;
    let client = app.registers_client().await;
    let browser = app.browser();

    sign_in_page(&browser, &client.asks()).await;
    let first = browser.cookie(BROWSER_COOKIE);
    sign_in_page(&browser, &client.asks()).await;

    assert_eq!(browser.cookie(BROWSER_COOKIE), first);
}

#[tokio::test]
async fn who_lost_the_browser_cookie_goes_on_with_their_own_request() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await;
    let request = client.asks();
    let page = consent_page(&alice.browser, &request).await;
    alice.browser.cookies(|jar| jar.remove(BROWSER_COOKIE));

    let again = alice.browser.get(&resumed(&handle(&page))).await.page();

    assert_eq!(again.url.path(), "/consent");
    request.reads(&alice.answers(&again, Decision::Allow).await.away()).unwrap();
}

#[tokio::test]
async fn a_stranger_can_only_start_the_request_again() {
    let app = started().await;
    let client = app.registers_client().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let request = client.asks();
    let page = consent_page(&alice.browser, &request).await;

    let restart = told(
        &app,
        &bob.browser,
        &resumed(&handle(&page)),
        StatusCode::BAD_REQUEST,
        "This request began in another browser",
    )
    .await;

    let consent = bob.browser.follows(&restart, restart.link("Start again").unwrap()).await.page();
    assert_eq!(consent.url.path(), "/consent");
    assert_ne!(handle(&consent), handle(&page));
    assert!(consent.text().contains("bob@example.com"));
    request.reads(&bob.answers(&consent, Decision::Allow).await.away()).unwrap();
    request.reads(&alice.answers(&page, Decision::Allow).await.away()).unwrap();
}

#[tokio::test]
async fn who_lost_the_browser_cookie_before_signing_in_can_start_again() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await.elsewhere();
    let request = client.asks();
    let page = sign_in_page(&alice.browser, &request).await;
    alice.browser.cookies(|jar| jar.remove(BROWSER_COOKIE));

    let answer =
        signs_in_by_json(&app, &alice.browser, "alice@example.com", json!({ "interaction": handle(&page) })).await;
    let restart = told(
        &app,
        &alice.browser,
        answer["url"].as_str().unwrap(),
        StatusCode::BAD_REQUEST,
        "your browser did not keep its cookie",
    )
    .await;
    let consent = alice.browser.follows(&restart, restart.link("Start again").unwrap()).await.page();

    request.reads(&alice.answers(&consent, Decision::Allow).await.away()).unwrap();
}

#[tokio::test]
async fn a_browser_cookie_that_is_sent_twice_counts_for_nothing() {
    let app = started().await;
    let client = app.registers_client().await;
    let browser = app.browser();
    let page = sign_in_page(&browser, &client.asks()).await;
    let secret = browser.cookie(BROWSER_COOKIE).unwrap();
    let url = app.url(&resumed(&handle(&page)));

    let once = gets_with(&browser, &url, &[("cookie", &format!("{BROWSER_COOKIE}={secret}"))]).await;
    assert_eq!(once.status, StatusCode::FOUND);
    for cookies in [
        format!("{BROWSER_COOKIE}={secret}; {BROWSER_COOKIE}=tossed"),
        format!("{BROWSER_COOKIE}={}", "x".repeat(43)),
        format!("{BROWSER_COOKIE}=x"),
    ] {
        let tossed = changing_nothing(&app, async || gets_with(&browser, &url, &[("cookie", &cookies)]).await).await;
        assert_eq!((tossed.status, tossed.location()), (StatusCode::BAD_REQUEST, None), "{cookies}");
    }
}

#[tokio::test]
async fn a_request_stays_open_for_ten_minutes() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await;
    let request = client.asks();
    let page = consent_page(&alice.browser, &request).await;

    app.clock.advance(Duration::from_secs(599));

    let again = alice.browser.get(page.url.as_str()).await.page();
    request.reads(&alice.answers(&again, Decision::Allow).await.away()).unwrap();
}

#[tokio::test]
async fn after_ten_minutes_there_is_nothing_to_answer() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await;
    let page = consent_page(&alice.browser, &client.asks()).await;
    let expired = "This request has expired";

    app.clock.advance(Duration::from_mins(10));

    told(&app, &alice.browser, page.url.as_str(), StatusCode::BAD_REQUEST, expired).await;
    told(&app, &alice.browser, &resumed(&handle(&page)), StatusCode::BAD_REQUEST, expired).await;
    let answered = changing_nothing(&app, async || alice.answers(&page, Decision::Allow).await.page()).await;
    assert!(answered.text().contains(expired), "{}", answered.describe());
    let body = json!({ "accept": true, "consent_code": handle(&page) });
    let consent = app.endpoint("/oauth2/consent");
    let answered = changing_nothing(&app, async || alice.browser.post_json(consent.as_str(), &body).await).await;
    assert_eq!(
        (answered.status, answered.json()["code"].take()),
        (StatusCode::BAD_REQUEST, json!("INVALID_CONSENT_CODE"))
    );
    assert_eq!(details(&app, &alice.browser, &handle(&page)).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn who_signs_in_too_late_is_told_so() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await.elsewhere();
    let page = sign_in_page(&alice.browser, &client.asks()).await;

    app.clock.advance(Duration::from_mins(10));

    let late = alice.answers(&page, Decision::Allow).await.page();
    assert!(late.text().contains("This request has expired"), "{}", late.describe());
    assert_eq!(app.count("oauthGrant").await, 0);
}

#[tokio::test]
async fn an_unknown_handle_is_told_like_an_expired_one() {
    let app = started().await;
    let alice = app.alice().await;

    for unknown in ["unknown", "x%27%20OR%201%3D1", &"x".repeat(43), ""] {
        let url = format!("/consent?consent_code={unknown}");
        told(&app, &alice.browser, &url, StatusCode::BAD_REQUEST, "This request has expired").await;
    }
    told(&app, &alice.browser, &resumed("unknown"), StatusCode::BAD_REQUEST, "This request has expired").await;
    for strange in ["/consent", "/consent?consent_code=a&consent_code=b"] {
        told(&app, &alice.browser, strange, StatusCode::BAD_REQUEST, "This request has expired").await;
    }
}

#[tokio::test]
async fn a_request_is_answered_once() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await;
    for decision in [Decision::Allow, Decision::Deny] {
        let page = consent_page(&alice.browser, &client.asks()).await;
        alice.answers(&page, decision).await.away();

        for again in [Decision::Allow, Decision::Deny] {
            let answered = changing_nothing(&app, async || alice.answers(&page, again).await.page()).await;
            assert_eq!(answered.answer.status, StatusCode::BAD_REQUEST);
            assert!(answered.text().contains("You have answered this request before"), "{}", answered.describe());
        }
        let body = json!({ "accept": true, "consent_code": handle(&page) });
        let consent = app.endpoint("/oauth2/consent");
        let answered = changing_nothing(&app, async || alice.browser.post_json(consent.as_str(), &body).await).await;
        assert_eq!(answered.status, StatusCode::BAD_REQUEST);
        told(&app, &alice.browser, page.url.as_str(), StatusCode::BAD_REQUEST, "Already answered").await;
        told(&app, &alice.browser, &resumed(&handle(&page)), StatusCode::BAD_REQUEST, "Already answered").await;
    }
}

#[tokio::test]
async fn two_answers_at_once_give_one_code() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await;
    let page = consent_page(&alice.browser, &client.asks()).await;
    let body = json!({ "accept": true, "consent_code": handle(&page) });
    let consent = app.endpoint("/oauth2/consent");

    let answers = futures::future::join_all((0..16).map(|_| alice.browser.post_json(consent.as_str(), &body))).await;

    let given = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
    let refused = answers.iter().filter(|answer| answer.status == StatusCode::BAD_REQUEST).count();
    assert_eq!((given, refused), (1, 15));
    assert_eq!((app.count("oauthGrant").await, app.count("oauthAuthorizationCode").await), (1, 1));
}

async fn opens(browser: &Browser, client: &OAuthClient) -> StatusCode {
    browser.get(client.asks().url().as_str()).await.page().answer.status
}

#[tokio::test]
async fn a_browser_has_at_most_twenty_requests_open() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await;
    let first = consent_page(&alice.browser, &client.asks()).await;
    for _ in 1..20 {
        assert_eq!(opens(&alice.browser, &client).await, StatusCode::OK);
    }

    let page = changing_nothing(&app, async || alice.browser.get(client.asks().url().as_str()).await.page()).await;

    assert_eq!(page.answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.text().contains("too many sign-in requests open"), "{}", page.describe());
    assert_eq!(opens(&app.browser(), &client).await, StatusCode::OK, "another browser is not concerned");
    alice.answers(&first, Decision::Deny).await.away();
    assert_eq!(opens(&alice.browser, &client).await, StatusCode::OK, "an answered one is not open");
    assert_eq!(opens(&alice.browser, &client).await, StatusCode::TOO_MANY_REQUESTS);
    app.clock.advance(Duration::from_mins(10));
    assert_eq!(opens(&alice.browser, &client).await, StatusCode::OK, "an expired one is not open");
}

#[tokio::test]
async fn a_prefetch_begins_nothing() {
    let app = started().await;
    let client = app.registers(auth_testkit::Registration::confidential_basic()).await;
    let alice = app.alice().await;
    alice.authorizes(&client).await;
    let url = client.asks().url();

    for header in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("sec-purpose", "prefetch;anonymous-client-ip"),
        ("purpose", "prefetch"),
    ] {
        let answer = changing_nothing(&app, async || gets_with(&alice.browser, &url, &[header]).await).await;

        assert_eq!((answer.status, answer.location()), (StatusCode::FORBIDDEN, None), "{header:?}");
        assert_eq!(answer.header("set-cookie"), None);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    alice.browser.get(url.as_str()).await.away();
}

#[tokio::test]
async fn handles_browser_secrets_and_consent_codes_are_stored_as_digests() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await;
    sign_in_page(&app.browser(), &client.asks()).await;
    let page = consent_page(&alice.browser, &client.asks()).await;

    app.stores_no_secret().await;

    let dump = app.dump_tables().await;
    assert!(!dump.contains(&handle(&page)));
    assert!(!dump.contains(&alice.browser.cookie(BROWSER_COOKIE).unwrap()));
    let stored = dump.lines().find(|row| row.starts_with("oauthInteraction")).unwrap();
    let digest = auth_core::digest(&handle(&page));
    assert!(dump.contains(&digest), "{stored}");
    told(&app, &alice.browser, &resumed(&digest), StatusCode::BAD_REQUEST, "expired").await;
}
