//! `POST /oauth2/authorize`: stores the request and grants nothing. OpenID Connect Core §3.1.2.1.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::{Answer, AuthorizationRequest, Browser, Decision, Registration, TestApp};
use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::json;

use super::{changing_nothing, handle, leads_to, posts_form, signs_in_by_json, started};

async fn posts(app: &TestApp, browser: &Browser, origin: Option<&str>, request: &AuthorizationRequest) -> Answer {
    let fields: Vec<(&str, &str)> = request.parameters().iter().map(|(name, value)| (&**name, &**value)).collect();
    posts_form(browser, &app.endpoint("/oauth2/authorize"), origin, &fields).await
}

#[tokio::test]
async fn a_post_leads_to_a_get_and_grants_nothing_itself() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    alice.authorizes(&client).await;
    let remembered = client.asks();
    let granted = (app.count("oauthGrant").await, app.count("oauthAuthorizationCode").await);

    for origin in [Some("https://client.example"), Some("null"), None, Some("http://localhost:3000")] {
        let answer = posts(&app, &alice.browser, origin, &remembered).await;

        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let location = answer.location().unwrap();
        assert!(location.starts_with("/api/auth/oauth2/authorize?interaction="), "{location}");
        assert_eq!((app.count("oauthGrant").await, app.count("oauthAuthorizationCode").await), granted);
    }
    let answer = posts(&app, &alice.browser, None, &remembered).await;
    let url = alice.browser.get(&answer.location().unwrap()).await.away();
    remembered.reads(&url).unwrap();
}

/// `SameSite=Lax` cookies do not come with a post from another site.
#[tokio::test]
async fn a_post_without_cookies_works() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let request = client.asks();
    let session = alice.browser.cookies(std::mem::take);

    let answer = posts(&app, &alice.browser, Some("https://client.example"), &request).await;
    assert_eq!(answer.header("set-cookie"), None, "a cookie set here would replace the browser's own");
    alice.browser.cookies(|jar| *jar = session);

    let page = alice.browser.get(&answer.location().unwrap()).await.page();
    assert_eq!(page.url.path(), "/consent");
    let url = alice.answers(&page, Decision::Allow).await.away();
    request.reads(&url).unwrap();
}

#[tokio::test]
async fn a_refused_post_writes_nothing() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let asks = || client.asks();

    let error =
        changing_nothing(&app, async || posts(&app, &alice.browser, None, &asks().with("scope", "unknown")).await);
    assert_eq!(error.await.status, StatusCode::SEE_OTHER);
    let request = asks().with("response_type", "token");
    let error = changing_nothing(&app, async || posts(&app, &alice.browser, None, &request).await).await;
    assert_eq!(request.reads(&leads_to(&error)).unwrap_err().code, OAuthErrorCode::UnsupportedResponseType);

    for request in [asks().with("client_id", "unknown"), asks().with("redirect_uri", "https://evil.example/cb")] {
        let page = changing_nothing(&app, async || posts(&app, &alice.browser, None, &request).await).await;
        assert_eq!((page.status, page.location()), (StatusCode::BAD_REQUEST, None));
    }
}

#[tokio::test]
async fn a_post_that_is_no_form_is_refused() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let form = client.asks().url().query().unwrap().to_owned();
    let endpoint = app.endpoint("/oauth2/authorize");

    for (content_type, body) in [
        (Some("application/json"), "{}".to_owned()),
        (Some("text/plain"), form.clone()),
        (None, form.clone()),
        (Some("application/x-www-form-urlencoded"), format!("{form}&padding={}", "x".repeat(70_000))),
        (Some("application/x-www-form-urlencoded"), format!("{form}&bad=%ff")),
        (Some("application/x-www-form-urlencoded"), String::new()),
    ] {
        let answer = changing_nothing(&app, async || {
            let mut request = Request::post(endpoint.as_str());
            if let Some(content_type) = content_type {
                request = request.header(header::CONTENT_TYPE, content_type);
            }
            alice.browser.sends(request.body(Body::from(body)).unwrap()).await
        });
        let answer = answer.await;

        assert_eq!((answer.status, answer.location()), (StatusCode::BAD_REQUEST, None), "{content_type:?}");
        assert!(answer.header("content-type").unwrap().starts_with("text/html"));
    }
}

/// RFC 6749 §3.1: the parameters of a posted request stand in its body.
#[tokio::test]
async fn the_query_of_a_post_is_not_read() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let url = client.asks().url();

    let answer = changing_nothing(&app, async || posts_form(&alice.browser, &url, None, &[]).await).await;

    assert_eq!((answer.status, answer.location()), (StatusCode::BAD_REQUEST, None));
}

#[tokio::test]
async fn a_silent_post_asks_nobody() {
    let app = started().await;
    let client = app.registers_client().await;
    let request = client.asks().with("prompt", "none");
    let browser = app.browser();

    let answer = posts(&app, &browser, Some("https://client.example"), &request).await;
    let url = browser.get(&answer.location().unwrap()).await.away();

    assert_eq!(request.reads(&url).unwrap_err().code, OAuthErrorCode::LoginRequired);
}

#[tokio::test]
async fn other_methods_are_refused() {
    let app = started().await;
    let client = app.registers_client().await;
    for method in ["PUT", "DELETE", "PATCH"] {
        let request = Request::builder().method(method).uri(client.asks().url().as_str());
        let answer = app.request(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    for (path, method) in [("/oauth2/consent", "GET"), ("/oauth2/interaction", "POST"), ("/oauth2/register", "GET")] {
        let request = Request::builder().method(method).uri(app.endpoint(path).as_str());
        let request = request.header("x-http-method-override", "POST").body(Body::empty()).unwrap();
        assert_eq!(app.request(request).await.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}

/// OpenID Connect Core §3.1.2.1: whoever is hinted at gets the chance to sign in, as by a GET.
#[tokio::test]
async fn a_posted_hint_at_somebody_else_asks_them_to_sign_in() {
    let app = started().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let client = app.registers_client().await.with_scope("openid");
    let hint = client.exchanges(&bob.authorizes(&client).await).await.succeeds().id().to_owned();
    app.clock.advance(Duration::from_secs(1));
    let request = client.asks().with("id_token_hint", hint);

    let answer = posts(&app, &alice.browser, Some("https://client.example"), &request).await;
    let page = alice.browser.get(&answer.location().unwrap()).await.page();
    assert_eq!(page.url.path(), "/sign-in", "{}", page.describe());
    let here = json!({ "interaction": handle(&page) });
    let signed_in = signs_in_by_json(&app, &alice.browser, "bob@example.com", here).await;
    let consent = alice.browser.get(signed_in["url"].as_str().unwrap()).await.page();

    assert!(consent.text().contains("bob@example.com"), "{}", consent.describe());
    request.reads(&alice.answers(&consent, Decision::Allow).await.away()).unwrap();
}

#[tokio::test]
async fn posted_requests_count_among_the_twenty_a_browser_has_open() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    for _ in 0..20 {
        let answer = posts(&app, &alice.browser, None, &client.asks()).await;
        let page = alice.browser.get(&answer.location().unwrap()).await.page();
        assert_eq!(page.url.path(), "/consent", "{}", page.describe());
    }
    let posted = posts(&app, &alice.browser, None, &client.asks()).await;

    let page = changing_nothing(&app, async || alice.browser.get(&posted.location().unwrap()).await.page()).await;

    assert_eq!(page.answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", page.describe());
}
