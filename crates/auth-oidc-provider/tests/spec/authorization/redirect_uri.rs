//! Redirect URIs: what is not registered is never redirected to. RFC 6749 §3.1.2, RFC 9700 §2.1, RFC 8252 §7.3.

use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthClient, Registration, TestApp};
use serde_json::json;

use super::{changing_nothing, error_page, posts_form, started};

/// Neither a stranger nor somebody who is signed in is sent anywhere, by GET or by POST.
async fn never_redirects(app: &TestApp, client: &OAuthClient, redirect_uri: &str) {
    let alice = app.person("Alice", "alice@example.com").elsewhere();
    alice.signs_in().await;
    let request = client.asks().with("redirect_uri", redirect_uri);

    for browser in [&app.browser(), &alice.browser] {
        let page = error_page(app, browser, &request).await;
        assert!(page.text().contains("This request is not safe"), "{}", page.describe());
        assert!(!page.answer.text().contains("href=\"http"), "{}", page.describe());
    }
    let fields: Vec<(&str, &str)> = request.parameters().iter().map(|(name, value)| (&**name, &**value)).collect();
    let endpoint = app.endpoint("/oauth2/authorize");
    let posted = changing_nothing(app, async || posts_form(&alice.browser, &endpoint, None, &fields).await).await;
    assert_eq!((posted.status.as_u16(), posted.location()), (400, None), "{redirect_uri}");
}

async fn registered(uri: &str) -> (TestApp, OAuthClient) {
    let app = started().await;
    app.alice().await;
    let client = app.registers(Registration::public().redirect_uri(uri)).await;
    (app, client)
}

async fn cannot_be_registered(app: &TestApp, uri: &str) {
    let registration = Registration::public().redirect_uri(uri);
    let answer = changing_nothing(app, async || app.tries_to_register(&registration).await).await;
    assert_eq!(answer.error(), Some(OAuthErrorCode::InvalidRedirectUri), "{uri:?}: {}", answer.describe());
}

#[tokio::test]
async fn an_unregistered_redirect_uri_gets_a_page_and_no_redirect() {
    let (app, client) = registered("https://client.example/cb").await;

    for other in ["https://evil.example/cb", "http://client.example/cb", "//evil.example/cb", "/cb", "cb", "x"] {
        never_redirects(&app, &client, other).await;
    }
}

#[tokio::test]
async fn a_redirect_uri_is_compared_character_by_character() {
    let (app, client) = registered("https://client.example/cb").await;

    for other in [
        "https://client.example/cb/",
        "https://client.example/CB",
        "https://CLIENT.example/cb",
        "https://client.example:443/cb",
        "https://client.example./cb",
        "https://client.example/./cb",
        "https://client.example/x/../cb",
        "https://client.example/%63b",
        "https://client.example//cb",
        "https://client.example/cb ",
        "https://client.example.evil.example/cb",
    ] {
        never_redirects(&app, &client, other).await;
    }
}

#[tokio::test]
async fn a_redirect_uri_with_user_information_is_refused_everywhere() {
    let (app, client) = registered("https://client.example/cb").await;

    for hostile in [
        "https://client.example@evil.example/cb",
        "https://client.example:x@evil.example/cb",
        "https://@client.example/cb",
        "https://client.example\\@evil.example/cb",
        "https://client.example#@evil.example/",
    ] {
        never_redirects(&app, &client, hostile).await;
        cannot_be_registered(&app, hostile).await;
    }
}

#[tokio::test]
async fn a_redirect_uri_with_another_query_is_refused() {
    let (app, plain) = registered("https://client.example/cb").await;
    let tenant = app.registers(Registration::public().redirect_uri("https://client.example/cb?tenant=1")).await;

    never_redirects(&app, &plain, "https://client.example/cb?x=1").await;
    never_redirects(&app, &plain, "https://client.example/cb?").await;
    never_redirects(&app, &tenant, "https://client.example/cb?tenant=2").await;
    never_redirects(&app, &tenant, "https://client.example/cb?tenant=1&x=1").await;
    never_redirects(&app, &tenant, "https://client.example/cb").await;
}

#[tokio::test]
async fn a_redirect_uri_with_a_fragment_is_refused_everywhere() {
    let (app, client) = registered("https://client.example/cb").await;

    for hostile in ["https://client.example/cb#frag", "https://client.example/cb#"] {
        never_redirects(&app, &client, hostile).await;
        cannot_be_registered(&app, hostile).await;
    }
}

#[tokio::test]
async fn a_wildcard_cannot_be_registered() {
    let app = started().await;

    for hostile in ["https://*.client.example/cb", "https://client.example/*", "*", "http://localhost:*/cb"] {
        cannot_be_registered(&app, hostile).await;
    }
}

#[tokio::test]
async fn a_scheme_that_runs_or_reads_cannot_be_registered() {
    let app = started().await;

    for hostile in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "\tjavascript:alert(1)",
        "java\nscript:alert(1)",
        "\u{1}javascript:alert(1)",
        "data:text/html,x",
        "DATA:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://client.example/x",
        "about:blank",
        "intent://x#Intent;end",
        "ws://localhost/cb",
    ] {
        cannot_be_registered(&app, hostile).await;
    }
}

#[tokio::test]
async fn plain_http_can_be_registered_on_loopback_only() {
    let app = started().await;

    for hostile in [
        "http://client.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://localhost.evil.example/cb",
        "http://localhost@evil.example/cb",
        "http://192.168.0.1/cb",
        "http://0.0.0.0/cb",
        "http://2130706433/cb",
        "HTTP://client.example/cb",
    ] {
        cannot_be_registered(&app, hostile).await;
    }
}

#[tokio::test]
async fn a_loopback_redirect_differs_in_nothing_but_its_port() {
    let (app, client) = registered("http://127.0.0.1/cb").await;
    let alice = app.person("Carol", "carol@example.com");

    let request = client.asks().with("redirect_uri", "http://127.0.0.1:51234/cb");
    let url = alice.walks(&request, auth_testkit::Decision::Allow).await;
    assert_eq!((url.host_str(), url.port(), url.path()), (Some("127.0.0.1"), Some(51234), "/cb"));
    request.reads(&url).unwrap();

    for other in [
        "http://localhost:51234/cb",
        "http://[::1]:51234/cb",
        "http://127.0.0.2:51234/cb",
        "http://127.0.0.1:51234/CB",
        "http://127.0.0.1:51234/cb/",
        "http://127.0.0.1:51234/cb?x=1",
        "http://127.0.0.1:51234/cb#x",
        "http://127.0.0.1:51234@evil.example/cb",
        "http://127.0.0.1:99999/cb",
        "https://127.0.0.1:51234/cb",
    ] {
        never_redirects(&app, &client, other).await;
    }
}

/// RFC 6749 §3.1.2.3, OpenID Connect Core §3.1.2.1.
#[tokio::test]
async fn an_absent_redirect_uri_means_the_only_registered_one_unless_openid_is_asked_for() {
    let app = started().await;
    let alice = app.alice().await;
    let one = app.registers(Registration::public().redirect_uri("https://client.example/cb")).await;
    let both = json!(["https://client.example/cb", "https://client.example/other"]);
    let two = app.registers(Registration::public().with("redirect_uris", both)).await;
    let without = |client: &OAuthClient, scope: &str| client.asks().without("redirect_uri").with("scope", scope);

    let url = alice.walks(&without(&one, "mcp:tools"), auth_testkit::Decision::Allow).await;
    assert!(url.as_str().starts_with("https://client.example/cb?code="), "{url}");

    for request in [
        without(&two, "mcp:tools"),
        without(&two, "openid mcp:tools"),
        without(&one, "mcp:tools openid"),
        without(&one, "mcp:tools").with("redirect_uri", "").with("scope", "openid"),
    ] {
        let page = error_page(&app, &alice.browser, &request).await;
        assert!(page.text().contains("does not say where to send you"), "{}", page.describe());
    }
}

#[tokio::test]
async fn a_hostile_redirect_uri_is_not_told_that_nobody_is_signed_in() {
    let (app, client) = registered("https://client.example/cb").await;

    for broken in [("prompt", "none"), ("response_type", "token"), ("code_challenge", ""), ("scope", "a\"b")] {
        let request = client.asks().with("redirect_uri", "https://evil.example/cb").with(broken.0, broken.1);
        error_page(&app, &app.browser(), &request).await;
    }
}

#[tokio::test]
async fn another_clients_redirect_uri_is_refused() {
    let (app, client) = registered("https://client.example/cb").await;
    app.registers(Registration::public().redirect_uri("https://other.example/cb")).await;

    never_redirects(&app, &client, "https://other.example/cb").await;
}
