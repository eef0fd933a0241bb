//! Answers that a browser posts. OAuth 2.0 Form Post Response Mode §2.

use auth_protocol::OAuthErrorCode;
use auth_testkit::{AuthorizationRequest, Decision, Page, Registration};
use http::StatusCode;
use serde_json::json;
use url::Url;

use super::{consent_page, handle, parameter, started};

/// The answer a page posts, as if it stood in the query, which testkit reads.
fn posted(page: &Page) -> Url {
    let form = page.form();
    assert_eq!(form.method, "post");
    assert!(form.fields.iter().all(|field| field.kind == "hidden"), "{form:?}");
    let mut url = form.action.clone();
    url.query_pairs_mut().extend_pairs(form.fields.iter().map(|field| (&field.name, &field.value)));
    url
}

fn by_form(request: AuthorizationRequest) -> AuthorizationRequest {
    request.with("response_mode", "form_post")
}

#[tokio::test]
async fn a_code_is_posted_and_stands_in_no_url() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = by_form(client.asks());

    let page = consent_page(&alice.browser, &request).await;
    let page = alice.answers(&page, Decision::Allow).await.page();

    assert_eq!(page.url.path(), "/api/auth/oauth2/form-post");
    let code = request.reads(&posted(&page)).unwrap();
    assert!(!page.url.as_str().contains(&code.value), "{}", page.url);
    client.exchanges(&code).await.succeeds();
    // Consent is remembered by now: the same without a page between.
    let again = by_form(client.asks());
    let page = alice.browser.get(again.url().as_str()).await.page();
    client.exchanges(&again.reads(&posted(&page)).unwrap()).await.succeeds();
}

#[tokio::test]
async fn an_error_is_posted_too() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;

    for (request, error) in [
        (client.asks().with("prompt", "none"), OAuthErrorCode::ConsentRequired),
        (client.asks().with("scope", "unknown"), OAuthErrorCode::InvalidScope),
        (client.asks().with("response_type", "token"), OAuthErrorCode::UnsupportedResponseType),
    ] {
        let request = by_form(request);
        let page = alice.browser.get(request.url().as_str()).await.page();
        assert_eq!(request.reads(&posted(&page)).unwrap_err().code, error);
    }
    let request = by_form(client.asks());
    let page = consent_page(&alice.browser, &request).await;
    let page = alice.answers(&page, Decision::Deny).await.page();
    assert_eq!(request.reads(&posted(&page)).unwrap_err().code, OAuthErrorCode::AccessDenied);
}

#[tokio::test]
async fn a_page_of_the_apps_own_sends_the_browser_there() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = by_form(client.asks());
    let page = consent_page(&alice.browser, &request).await;

    let body = json!({"accept": true, "consent_code": handle(&page)});
    let answer = alice.browser.post_json(app.endpoint("/oauth2/consent").path(), &body).await;

    let url = answer.json()["redirectURI"].as_str().unwrap().to_owned();
    let page = alice.browser.get(&url).await.page();
    request.reads(&posted(&page)).unwrap();
}

#[tokio::test]
async fn the_page_can_do_nothing_but_post_the_answer() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = by_form(client.asks().with("prompt", "none").with("state", r#""><script>alert(1)</script>"#));

    let page = alice.browser.get(request.url().as_str()).await.page();

    assert_eq!(request.reads(&posted(&page)).unwrap_err().code, OAuthErrorCode::ConsentRequired, "state comes back");
    let header = |name: &str| page.answer.header(name).unwrap_or_default().to_owned();
    let policy = header("content-security-policy");
    let origin = Url::parse(&client.redirect_uri).unwrap().origin().ascii_serialization();
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(policy.ends_with(&format!("form-action {origin}; base-uri 'none'; frame-ancestors 'none'")), "{policy}");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("referrer-policy"), "no-referrer");
    let html = String::from_utf8(page.answer.body.to_vec()).unwrap();
    assert_eq!(html.matches("<script").count(), 1, "{html}");
}

#[tokio::test]
async fn nobody_makes_such_a_page_and_none_lasts() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = by_form(client.asks().with("prompt", "none"));
    let page = alice.browser.get(request.url().as_str()).await.page();
    let answer = parameter(&page.url, "answer").unwrap();
    let path = app.endpoint("/oauth2/form-post").path().to_owned();

    // One letter of another value, in the middle: the last letter of base64 may hold bits nobody reads.
    let (head, tail) = answer.split_at(answer.len() / 2);
    let other = if tail.starts_with('A') { 'B' } else { 'A' };
    let turned = format!("?answer={head}{other}{}", &tail[1..]);
    let short = format!("?answer={}", &answer[..answer.len() - 1]);
    for wrong in ["", "?answer=", "?answer=x", &turned, &short] {
        let page = alice.browser.get(&format!("{path}{wrong}")).await.page();
        assert_eq!(page.answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(page.forms().is_empty());
    }
    app.clock.advance(std::time::Duration::from_mins(1));
    let page = alice.browser.get(&format!("{path}?answer={answer}")).await.page();
    assert_eq!(page.answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_page_with_a_code_opens_only_where_the_person_is_signed_in() {
    let app = started().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let client = app.registers(Registration::confidential_basic()).await;
    let request = by_form(client.asks());
    let page = consent_page(&alice.browser, &request).await;
    let page = alice.answers(&page, Decision::Allow).await.page();

    for browser in [&bob.browser, &app.browser()] {
        let answer = browser.get(page.url.as_str()).await.page();
        assert_eq!(answer.answer.status, StatusCode::BAD_REQUEST, "{}", answer.describe());
        assert!(!answer.answer.text().contains("ac_"), "{}", answer.describe());
    }
    alice.browser.get(page.url.as_str()).await.page().form();
}
