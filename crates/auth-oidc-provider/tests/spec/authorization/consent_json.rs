//! `POST /oauth2/consent`: the answer of an app's own page.

use auth_testkit::{Answer, AuthorizationRequest, Browser, Page, Person, TestApp};
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use url::Url;

use super::{changing_nothing, consent_page, handle, signs_in_by_json, started};

const OURS: Option<&str> = Some("http://localhost:3000");
const JSON: Option<&str> = Some("application/json");

/// Somebody on a consent page, with what the page was asked for.
async fn asked(app: &TestApp, scope: &str) -> (Person, AuthorizationRequest, Page) {
    let alice = app.alice().await;
    let request = app.registers_client().await.asks().with("scope", scope);
    let page = consent_page(&alice.browser, &request).await;
    (alice, request, page)
}

async fn posts(
    app: &TestApp,
    browser: &Browser,
    (content_type, origin): (Option<&str>, Option<&str>),
    body: &str,
) -> Answer {
    let mut request = Request::post(app.endpoint("/oauth2/consent").as_str());
    for (name, value) in [(header::CONTENT_TYPE, content_type), (header::ORIGIN, origin)] {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    browser.sends(request.body(body.to_owned()).unwrap()).await
}

async fn refused(app: &TestApp, browser: &Browser, how: (Option<&str>, Option<&str>), body: &str) -> (u16, Value) {
    let answer = changing_nothing(app, async || posts(app, browser, how, body).await).await;
    assert!(answer.status.is_client_error(), "{}", answer.describe());
    assert!(answer.location().is_none() && !answer.text().contains("redirectURI"), "{}", answer.describe());
    (answer.status.as_u16(), answer.json()["code"].take())
}

fn yes(page: &Page) -> String {
    json!({ "accept": true, "consent_code": handle(page) }).to_string()
}

fn url_of(answer: &Answer) -> Url {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.describe());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let json = answer.json();
    let members: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(members, ["redirectURI"]);
    Url::parse(json["redirectURI"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_yes_is_answered_with_where_to_go() {
    let app = started().await;
    let (alice, request, page) = asked(&app, "openid mcp:tools").await;

    let answer = posts(&app, &alice.browser, (JSON, OURS), &yes(&page)).await;

    request.reads(&url_of(&answer)).unwrap();
}

#[tokio::test]
async fn a_no_is_answered_with_where_to_go() {
    let app = started().await;
    let (alice, request, page) = asked(&app, "openid mcp:tools").await;
    let no = json!({ "accept": false, "consent_code": handle(&page), "scopes": "beyond" }).to_string();

    let answer = posts(&app, &alice.browser, (JSON, OURS), &no).await;

    let error = request.reads(&url_of(&answer)).unwrap_err();
    assert_eq!(error.code, auth_protocol::OAuthErrorCode::AccessDenied);
    assert_eq!(app.count("oauthGrant").await, 0);
}

#[tokio::test]
async fn a_person_can_allow_a_part() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    for (member, part) in [("scopes", "mcp:tools"), ("scope", " mcp:tools  ")] {
        let request = client.asks().with("scope", "openid notes:write mcp:tools");
        let page = consent_page(&alice.browser, &request).await;
        let body = json!({ "accept": true, "consent_code": handle(&page), member: part }).to_string();

        let answer = posts(&app, &alice.browser, (JSON, OURS), &body).await;

        let code = request.reads(&url_of(&answer)).unwrap();
        assert_eq!(client.exchanges(&code).await.succeeds().scopes(), ["mcp:tools"]);
    }
}

#[tokio::test]
async fn nobody_can_allow_more_than_was_asked_for() {
    let app = started().await;
    let (alice, request, page) = asked(&app, "openid mcp:tools").await;

    for more in ["openid mcp:tools notes:write", "notes:write", "OPENID", "", "  ", "a\"b"] {
        let body = json!({ "accept": true, "consent_code": handle(&page), "scopes": more }).to_string();
        assert_eq!(refused(&app, &alice.browser, (JSON, OURS), &body).await.0, 400, "{more:?}");
    }
    let body = json!({
        "accept": true, "consent_code": handle(&page), "resource": "https://evil.example",
        "redirect_uri": "https://evil.example/cb", "client_id": "another", "user_id": "another",
    });
    let answer = posts(&app, &alice.browser, (JSON, OURS), &body.to_string()).await;
    request.reads(&url_of(&answer)).unwrap();
    assert!(!app.dump_tables().await.contains("evil.example"));
}

#[tokio::test]
async fn an_answer_must_be_json() {
    let app = started().await;
    let (alice, _, page) = asked(&app, "openid").await;
    let form = format!("accept=true&consent_code={}", handle(&page));

    for content_type in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("multipart/form-data")]
    {
        assert_eq!(refused(&app, &alice.browser, (content_type, OURS), &yes(&page)).await.0, 415, "{content_type:?}");
        assert_eq!(refused(&app, &alice.browser, (content_type, OURS), &form).await.0, 415);
    }
    let handle = handle(&page);
    for body in [
        "",
        "{",
        "null",
        "[]",
        "true",
        &form,
        &json!({ "consent_code": handle }).to_string(),
        &json!({ "accept": "true", "consent_code": handle }).to_string(),
        &json!({ "accept": 1, "consent_code": handle }).to_string(),
        &json!({ "accept": true }).to_string(),
        &json!({ "accept": true, "consent_code": [handle] }).to_string(),
        &format!("{{\"accept\":false,\"accept\":true,\"consent_code\":\"{handle}\"}}"),
    ] {
        assert_eq!(refused(&app, &alice.browser, (JSON, OURS), body).await.0, 400, "{body}");
    }
    let large = json!({ "accept": true, "consent_code": handle, "padding": "x".repeat(70_000) }).to_string();
    assert_eq!(refused(&app, &alice.browser, (JSON, OURS), &large).await.0, 413);
}

#[tokio::test]
async fn an_answer_must_come_from_our_origin() {
    let app = started().await;
    let (alice, request, page) = asked(&app, "openid").await;

    for origin in [None, Some("null"), Some("https://evil.example"), Some("http://localhost:3001")] {
        let (status, _) = refused(&app, &alice.browser, (JSON, origin), &yes(&page)).await;
        assert_eq!(status, 403, "{origin:?}");
    }
    // Not even where the browser vouches for it: a page of ours always sends its origin.
    let vouched = changing_nothing(&app, async || {
        let request = Request::post(app.endpoint("/oauth2/consent").as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", "same-origin");
        alice.browser.sends(request.body(yes(&page)).unwrap()).await
    });
    assert_eq!(vouched.await.status, StatusCode::FORBIDDEN);
    let answer = posts(&app, &alice.browser, (JSON, OURS), &yes(&page)).await;
    request.reads(&url_of(&answer)).unwrap();
}

#[tokio::test]
async fn an_answer_must_come_from_the_browser_of_the_request() {
    let app = started().await;
    let (alice, _, page) = asked(&app, "openid").await;
    let elsewhere = alice.elsewhere();
    elsewhere.signs_in().await;

    for browser in [&elsewhere.browser, &alice.browser] {
        browser.cookies(|jar| jar.remove("better-auth.oauth_browser"));
        let (status, code) = refused(&app, browser, (JSON, OURS), &yes(&page)).await;
        assert_eq!((status, code), (400, json!("INVALID_CONSENT_CODE")));
    }
}

#[tokio::test]
async fn an_answer_must_come_with_a_session() {
    let app = started().await;
    let (alice, _, page) = asked(&app, "openid").await;
    alice.signs_out().await;

    let (status, code) = refused(&app, &alice.browser, (JSON, OURS), &yes(&page)).await;

    assert_eq!((status, code), (400, json!("INVALID_CONSENT_CODE")));
}

#[tokio::test]
async fn an_answer_must_come_from_the_person_who_was_asked() {
    let app = started().await;
    let (alice, _, page) = asked(&app, "openid").await;
    let bob = app.bob().await;

    let elsewhere = refused(&app, &bob.browser, (JSON, OURS), &yes(&page)).await;
    // In the browser of the request, but as somebody else.
    signs_in_by_json(&app, &alice.browser, "bob@example.com", json!({})).await;
    let in_place = refused(&app, &alice.browser, (JSON, OURS), &yes(&page)).await;

    for answer in [elsewhere, in_place] {
        assert_eq!(answer, (400, json!("INVALID_CONSENT_CODE")));
    }
}

#[tokio::test]
async fn a_consent_code_is_no_authorization_code() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let request = client.asks();
    let page = consent_page(&alice.browser, &request).await;
    let posed = auth_testkit::Code {
        value: handle(&page),
        redirect_uri: client.redirect_uri.clone(),
        verifier: "v".repeat(43),
    };

    let answer = changing_nothing(&app, async || client.exchanges(&posed).await).await;

    answer.fails_with(auth_protocol::OAuthErrorCode::InvalidGrant);
}
