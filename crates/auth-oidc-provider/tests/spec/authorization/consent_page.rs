//! What the consent page says, and how it is guarded.

use auth_testkit::{Page, Registration, TestApp};
use http::StatusCode;
use serde_json::json;

use super::{changing_nothing, confidential_at, consent_page, details, handle, interaction, started};

const CURSOR: &str = "cursor://anysphere.cursor-mcp/oauth/callback";

async fn page_of(app: &TestApp, registration: Registration) -> Page {
    let client = app.registers(registration).await;
    let alice = app.person("Alice", "alice@example.com").elsewhere();
    alice.signs_in().await;
    consent_page(&alice.browser, &client.asks().with("scope", "openid notes:write mcp:tools")).await
}

#[tokio::test]
async fn it_says_who_asks_for_what_where_the_answer_goes_and_as_whom() {
    let app = started().await;
    app.alice().await;
    let registration = Registration::public_on_the_web()
        .with("client_name", "Claude")
        .with("client_uri", "https://client.example/home");

    let page = page_of(&app, registration).await;

    for words in [
        "Claude asks for access to your account",
        "alice@example.com",
        "Know who you are openid",
        "Write and delete your notes notes:write",
        "mcp:tools",
        "http://localhost:3000/mcp",
        "Application of client.example",
        "Answer goes to client.example",
        "nobody has checked it",
        "Allow",
        "Deny",
    ] {
        assert!(page.text().contains(words), "{words:?}: {}", page.text());
    }
    assert!(!page.text().contains("See your e-mail address"), "only what was asked for");
    assert!(!page.text().contains("a program on this device"));
}

#[tokio::test]
async fn it_warns_of_a_program_on_this_device() {
    let app = started().await;
    app.alice().await;

    for (registration, target) in [
        (Registration::public(), "127.0.0.1"),
        (Registration::public().redirect_uri("http://localhost:8976/cb"), "localhost"),
        (Registration::public().redirect_uri("http://[::1]:8976/cb"), "[::1]"),
        (Registration::public().redirect_uri("https://localhost/cb"), "localhost"),
        (Registration::public().redirect_uri(CURSOR), "cursor"),
        (confidential_at("http://127.0.0.1:8976/cb"), "127.0.0.1"),
    ] {
        let page = page_of(&app, registration).await;

        assert!(page.text().contains("This goes to a program on this device"), "{target}: {}", page.text());
        assert!(page.text().contains(&format!("Answer goes to {target}")), "{target}: {}", page.text());
    }
}

#[tokio::test]
async fn the_name_of_a_client_is_escaped() {
    let app = started().await;
    app.alice().await;
    let name = "<script>alert(1)</script><img src=x onerror=\"alert(1)\">";

    let page = page_of(&app, Registration::public().with("client_name", name)).await;

    assert!(page.text().contains("<script>alert(1)</script>"), "{}", page.text());
    let html = page.answer.text();
    assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    assert_eq!(page.forms().len(), 1);
}

#[tokio::test]
async fn its_form_may_lead_to_the_redirect_target_and_nowhere_else() {
    let app = started().await;
    app.alice().await;

    for (uri, source) in [
        ("https://client.example/callback", "https://client.example"),
        ("https://client.example:8443/callback", "https://client.example:8443"),
        ("http://127.0.0.1:8976/callback", "http://127.0.0.1:8976"),
        ("http://[::1]:8976/callback", "http:"),
        (CURSOR, "cursor:"),
    ] {
        let page = page_of(&app, Registration::public().redirect_uri(uri)).await;

        let policy = page.answer.header("content-security-policy").unwrap();
        let directives: Vec<&str> = policy.split(';').map(str::trim).collect();
        assert!(directives.contains(&format!("form-action 'self' {source}").as_str()), "{policy}");
        for directive in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(directives.contains(&directive), "{policy}");
        }
        assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{policy}");
    }
}

#[tokio::test]
async fn it_cannot_be_framed_or_kept() {
    let app = started().await;
    app.alice().await;

    let page = page_of(&app, Registration::public()).await;

    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "same-origin"),
    ] {
        assert_eq!(page.answer.header(name), Some(value), "{name}");
    }
    assert_eq!(page.answer.header("access-control-allow-origin"), None);
    assert!(!page.answer.text().contains("<script"));
}

#[tokio::test]
async fn a_logo_is_never_loaded() {
    let app = started().await;
    app.alice().await;

    let page = page_of(&app, Registration::public().with("logo_uri", "https://tracker.example/logo.png")).await;

    assert!(!page.answer.text().contains("tracker.example"));
}

#[tokio::test]
async fn only_its_person_sees_it() {
    let app = started().await;
    let client = app.registers_client().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let page = consent_page(&alice.browser, &client.asks()).await;

    for browser in [&bob.browser, &app.browser()] {
        let other = changing_nothing(&app, async || browser.get(page.url.as_str()).await.page()).await;

        assert_eq!(other.answer.status, StatusCode::FORBIDDEN);
        assert!(other.text().contains("not yours to answer"), "{}", other.describe());
        assert!(!other.text().contains("Test client") && !other.text().contains("alice@"), "{}", other.describe());
        let refused = details(&app, browser, &handle(&page)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert_eq!(refused.json()["code"], "INVALID_CONSENT_CODE");
    }
}

#[tokio::test]
async fn an_own_page_learns_what_the_built_in_one_shows() {
    let app = started().await;
    let registration = Registration::public_on_the_web().with("client_uri", "https://client.example/home");
    let client = app.registers(registration).await;
    let alice = app.alice().await;
    let page = consent_page(&alice.browser, &client.asks().with("scope", "openid notes:write")).await;

    let about = interaction(&app, &alice.browser, &page).await;

    let expected = json!({
        "clientId": client.client_id,
        "clientName": "Test client",
        "clientHost": "client.example",
        "redirectTarget": "client.example",
        "localProgram": false,
        "scopes": [
            { "name": "openid", "description": "Know who you are" },
            { "name": "notes:write", "description": "Write and delete your notes" },
        ],
        "resources": ["http://localhost:3000/mcp"],
        "account": "alice@example.com",
    });
    assert_eq!(about, expected);
    let answer = details(&app, &alice.browser, &handle(&page)).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn what_is_no_question_about_an_interaction_is_refused_in_json() {
    let app = started().await;
    let alice = app.alice().await;

    for query in ["", "?consent_code=", "?consent_code=unknown", "?consent_code=a&consent_code=b"] {
        let url = format!("/api/auth/oauth2/interaction{query}");
        let answer = changing_nothing(&app, async || alice.browser.fetches(&url).await).await;

        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(answer.json()["code"], "INVALID_CONSENT_CODE", "{query}");
    }
}

#[tokio::test]
async fn an_app_can_have_a_page_of_its_own() {
    let app = crate::app(crate::provider().consent_page("/my/consent")).build().await;
    let client = app.registers_client().await;
    let alice = app.alice().await;
    let request = client.asks().with("scope", "openid notes:write");

    let answer = alice.browser.fetches(request.url().as_str()).await;

    let url = app.url(&answer.location().unwrap());
    assert_eq!(url.path(), "/my/consent");
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["consent_code", "client_id", "scope"]);
    assert_eq!(pairs[2].1, "openid notes:write");
    let body = json!({ "accept": true, "consent_code": pairs[0].1 });
    let given = alice.browser.post_json(app.endpoint("/oauth2/consent").as_str(), &body).await;
    let to = given.expects(StatusCode::OK).json()["redirectURI"].as_str().unwrap().to_owned();
    request.reads(&url::Url::parse(&to).unwrap()).unwrap();
    assert_eq!(app.get("/consent").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_home_page_elsewhere_lends_the_client_no_name() {
    let app = started().await;
    app.alice().await;
    let registration = Registration::public_on_the_web().with("client_uri", "https://claude.ai/");

    let page = page_of(&app, registration).await;

    assert!(!page.text().contains("claude.ai"), "{}", page.text());
}
