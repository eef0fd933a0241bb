//! Answering on the built-in page. RFC 6819 §5.2.3, MCP Authorization (confused deputy).

use auth_protocol::OAuthErrorCode;
use auth_testkit::{Decision, Registration};
use http::StatusCode;

use super::{changing_nothing, consent_page, handle, posts_form, signs_in_by_json, started};

#[tokio::test]
async fn a_client_that_has_just_registered_gets_no_code_without_a_question() {
    let app = started().await;
    let alice = app.alice().await;

    for registration in [
        Registration::public(),
        Registration::public_on_the_web(),
        Registration::confidential_basic(),
        Registration::confidential_post(),
    ] {
        let client = app.registers(registration).await;
        consent_page(&alice.browser, &client.asks()).await;
    }
    assert_eq!((app.count("oauthGrant").await, app.count("oauthAuthorizationCode").await), (0, 0));
}

#[tokio::test]
async fn a_denial_is_told_to_the_client_and_gives_nothing() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;

    assert_eq!(alice.denies(&client).await.code, OAuthErrorCode::AccessDenied);

    for table in ["oauthGrant", "oauthAuthorizationCode", "oauthConsent"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
    consent_page(&alice.browser, &client.asks()).await;
}

#[tokio::test]
async fn an_answer_redirects_with_303_and_is_not_kept() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let page = consent_page(&alice.browser, &client.asks()).await;
    let pairs = page.form().filled(&[], "allow");
    let fields: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();

    let answer = posts_form(&alice.browser, &app.url("/consent"), Some("http://localhost:3000"), &fields).await;

    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
}

#[tokio::test]
async fn a_form_without_its_csrf_token_is_refused() {
    let app = started().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let client = app.registers_client().await;
    let request = client.asks();
    let page = consent_page(&alice.browser, &request).await;
    let of_bob = consent_page(&bob.browser, &client.asks()).await;
    let foreign = of_bob.form().value("csrf").unwrap();
    let handle = handle(&page);
    let all = |csrf| vec![("csrf", csrf), ("consent_code", &*handle), ("decision", "allow")];

    let without: Vec<(&str, &str)> = all("").split_off(1);
    for fields in [without, all(""), all("x"), all(foreign), all(&foreign[1..])] {
        let answer = changing_nothing(&app, async || {
            posts_form(&alice.browser, &app.url("/consent"), Some("http://localhost:3000"), &fields).await
        });
        let answer = answer.await;

        assert_eq!((answer.status, answer.location()), (StatusCode::FORBIDDEN, None), "{fields:?}");
        assert!(answer.text().contains("This form is out of date"), "{}", answer.describe());
    }
    request.reads(&alice.answers(&page, Decision::Allow).await.away()).unwrap();
}

#[tokio::test]
async fn a_form_whose_browser_lost_its_csrf_cookie_is_refused() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let page = consent_page(&alice.browser, &client.asks()).await;
    alice.browser.cookies(|jar| jar.remove("better-auth.csrf"));

    let refused = changing_nothing(&app, async || alice.answers(&page, Decision::Allow).await.page()).await;

    assert_eq!(refused.answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let page = consent_page(&alice.browser, &client.asks()).await;
    let pairs = page.form().filled(&[], "allow");
    let fields: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();

    for origin in [Some("https://evil.example"), Some("null"), Some("http://localhost:3001"), None] {
        let answer =
            changing_nothing(&app, async || posts_form(&alice.browser, &app.url("/consent"), origin, &fields).await);
        let answer = answer.await;
        assert_eq!((answer.status, answer.location()), (StatusCode::FORBIDDEN, None), "{origin:?}");
    }
}

#[tokio::test]
async fn a_form_must_say_yes_or_no() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let page = consent_page(&alice.browser, &client.asks()).await;
    let csrf = page.form().value("csrf").unwrap();
    let handle = handle(&page);

    for decision in ["", "Allow", "yes", "true"] {
        let fields = [("csrf", csrf), ("consent_code", &handle), ("decision", decision)];
        let answer = changing_nothing(&app, async || {
            posts_form(&alice.browser, &app.url("/consent"), Some("http://localhost:3000"), &fields).await
        });
        let answer = answer.await;
        assert_eq!((answer.status, answer.location()), (StatusCode::BAD_REQUEST, None), "{decision:?}");
    }
    let twice = [("csrf", csrf), ("consent_code", &handle), ("decision", "deny"), ("decision", "allow")];
    let answer = changing_nothing(&app, async || {
        posts_form(&alice.browser, &app.url("/consent"), Some("http://localhost:3000"), &twice).await
    });
    assert_eq!(answer.await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_form_cannot_add_to_what_was_asked_for() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await.with_scope("openid");
    let request = client.asks().with("resource", "http://localhost:3000/mcp");
    let page = consent_page(&alice.browser, &request).await;
    let mut pairs = page.form().filled(&[], "allow");
    for (name, value) in [
        ("scope", "openid notes:write"),
        ("scopes", "notes:write"),
        ("resource", "https://evil.example"),
        ("redirect_uri", "https://evil.example/cb"),
        ("client_id", "another"),
    ] {
        pairs.push((name.to_owned(), value.to_owned()));
    }
    let fields: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();

    let answer = posts_form(&alice.browser, &app.url("/consent"), Some("http://localhost:3000"), &fields).await;

    let code = request.reads(&super::leads_to(&answer)).unwrap();
    let tokens = client.exchanges(&code).await.succeeds();
    assert_eq!(tokens.scopes(), ["openid", "mcp:tools"]);
    assert!(!app.dump_tables().await.contains("evil.example"));
}

#[tokio::test]
async fn nobody_answers_for_somebody_else() {
    let app = started().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let client = app.registers_client().await;
    let of_alice = consent_page(&alice.browser, &client.asks()).await;
    let of_bob = consent_page(&bob.browser, &client.asks()).await;
    let handle = handle(&of_alice);

    let forged = [("consent_code", handle.as_str())];
    let refused =
        changing_nothing(&app, async || bob.browser.fills(of_bob.form(), &forged, "allow").await.page()).await;
    assert_eq!(refused.answer.status, StatusCode::FORBIDDEN);
    assert!(refused.text().contains("not yours to answer"), "{}", refused.describe());

    // In the browser of the request, but as somebody else.
    signs_in_by_json(&app, &alice.browser, "bob@example.com", serde_json::json!({})).await;
    let refused = changing_nothing(&app, async || alice.answers(&of_alice, Decision::Allow).await.page()).await;
    assert_eq!(refused.answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_has_signed_out_answers_nothing() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let page = consent_page(&alice.browser, &client.asks()).await;
    alice.signs_out().await;

    for decision in [Decision::Allow, Decision::Deny] {
        let refused = changing_nothing(&app, async || alice.answers(&page, decision).await.page()).await;
        assert_eq!(refused.answer.status, StatusCode::FORBIDDEN);
    }
}
