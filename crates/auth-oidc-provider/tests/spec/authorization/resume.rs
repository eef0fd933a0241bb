//! From the request through sign-in and consent to the code, whatever happens on the way.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::{Decision, Registration};
use serde_json::json;

use super::{consent_page, handle, parameter, sign_in_page, signs_in_by_json, started};

#[tokio::test]
async fn a_fresh_browser_goes_through_sign_in_and_consent_to_a_code() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await.elsewhere();
    let request = client.asks();

    let sign_in = sign_in_page(&alice.browser, &request).await;
    assert!(sign_in.text().contains("to continue to Test client"), "{}", sign_in.describe());
    assert_eq!(app.count("oauthGrant").await, 0);
    let consent = alice.answers(&sign_in, Decision::Allow).await.page();
    assert_eq!(consent.url.path(), "/consent");
    assert_eq!(handle(&consent), handle(&sign_in), "one handle for the whole request");
    assert_eq!(parameter(&consent.url, "client_id").as_ref(), Some(&client.client_id));
    assert_eq!(app.count("oauthGrant").await, 0);
    let url = alice.answers(&consent, Decision::Allow).await.away();

    let code = request.reads(&url).unwrap();
    client.exchanges(&code).await.succeeds();
    app.stores_no_secret().await;
}

#[tokio::test]
async fn somebody_without_an_account_signs_up_on_the_way() {
    let app = started().await;
    let client = app.registers_client().await;
    let carol = app.person("Carol", "carol@example.com");
    let request = client.asks();

    let sign_in = sign_in_page(&carol.browser, &request).await;
    let sign_up = carol.browser.follows(&sign_in, sign_in.link("/sign-up").unwrap()).await.page();
    assert_eq!(handle(&sign_up), handle(&sign_in));
    assert!(sign_up.text().contains("Test client"), "{}", sign_up.describe());
    let consent = carol.answers(&sign_up, Decision::Allow).await.page();
    assert_eq!(consent.url.path(), "/consent");
    let url = carol.answers(&consent, Decision::Allow).await.away();

    client.exchanges(&request.reads(&url).unwrap()).await.succeeds();
    assert_eq!(app.count("user").await, 1);
}

#[tokio::test]
async fn somebody_who_is_signed_in_is_only_asked() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await;
    let sessions = app.count("session").await;

    let page = consent_page(&alice.browser, &client.asks()).await;
    alice.answers(&page, Decision::Allow).await.away();

    assert_eq!(app.count("session").await, sessions);
}

#[tokio::test]
async fn two_tabs_both_finish() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await.elsewhere();
    let (first, second) = (client.asks(), client.asks());

    let first_tab = sign_in_page(&alice.browser, &first).await;
    let second_tab = sign_in_page(&alice.browser, &second).await;
    assert_ne!(handle(&first_tab), handle(&second_tab));
    let first_consent = alice.answers(&first_tab, Decision::Allow).await.page();
    let second_consent = alice.answers(&second_tab, Decision::Allow).await.page();
    let second_url = alice.answers(&second_consent, Decision::Allow).await.away();
    let first_url = alice.answers(&first_consent, Decision::Allow).await.away();

    let codes = [first.reads(&first_url).unwrap(), second.reads(&second_url).unwrap()];
    assert_ne!(codes[0].value, codes[1].value);
    for code in &codes {
        client.exchanges(code).await.succeeds();
    }
}

#[tokio::test]
async fn a_second_tab_needs_no_second_sign_in() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await.elsewhere();
    let (first, second) = (client.asks(), client.asks());

    let first_tab = sign_in_page(&alice.browser, &first).await;
    let second_tab = sign_in_page(&alice.browser, &second).await;
    alice.answers(&first_tab, Decision::Allow).await.page();
    let resumed = format!("/api/auth/oauth2/authorize?interaction={}", handle(&second_tab));
    let consent = alice.browser.get(&resumed).await.page();

    assert_eq!(consent.url.path(), "/consent");
    second.reads(&alice.answers(&consent, Decision::Allow).await.away()).unwrap();
}

#[tokio::test]
async fn a_consent_page_can_be_loaded_twice() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await;
    let request = client.asks();
    let page = consent_page(&alice.browser, &request).await;

    let again = alice.browser.get(page.url.as_str()).await.page();
    assert_eq!(again.text(), page.text());
    assert_eq!(app.count("oauthInteraction").await, 1);

    let url = alice.answers(&page, Decision::Allow).await.away();
    request.reads(&url).unwrap();
}

#[tokio::test]
async fn a_json_sign_in_says_where_to_go_on() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await.elsewhere();
    let request = client.asks();
    let page = sign_in_page(&alice.browser, &request).await;

    let answer =
        signs_in_by_json(&app, &alice.browser, "alice@example.com", json!({ "interaction": handle(&page) })).await;

    assert_eq!(answer["redirect"], true);
    let url = answer["url"].as_str().unwrap();
    assert_eq!(url, format!("/api/auth/oauth2/authorize?interaction={}", handle(&page)));
    let consent = alice.browser.get(url).await.page();
    request.reads(&alice.answers(&consent, Decision::Allow).await.away()).unwrap();
}

#[tokio::test]
async fn a_sign_in_without_a_handle_continues_the_newest_request_of_the_browser() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await.elsewhere();
    let older = sign_in_page(&alice.browser, &client.asks()).await;
    app.clock.advance(Duration::from_secs(1));
    let request = client.asks();
    let newest = sign_in_page(&alice.browser, &request).await;
    app.clock.advance(Duration::from_secs(1));
    sign_in_page(&app.browser(), &client.asks()).await;

    let answer = signs_in_by_json(&app, &alice.browser, "alice@example.com", json!({})).await;

    assert_eq!(answer["redirect"], true);
    let url = answer["url"].as_str().unwrap();
    assert!(url.ends_with(&handle(&newest)) && !url.ends_with(&handle(&older)), "{url}");
    let consent = alice.browser.get(url).await.page();
    request.reads(&alice.answers(&consent, Decision::Allow).await.away()).unwrap();
}

#[tokio::test]
async fn a_sign_in_with_nothing_waiting_goes_nowhere() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await;
    alice.authorizes(&client).await;
    sign_in_page(&app.browser(), &client.asks()).await;

    let answer = signs_in_by_json(&app, &alice.browser, "alice@example.com", json!({})).await;

    assert_eq!(answer["redirect"], false);
    assert_eq!(answer.get("url"), None);
}

#[tokio::test]
async fn whoever_signs_in_last_answers() {
    let app = started().await;
    let client = app.registers_client().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let request = client.asks();
    let page = consent_page(&alice.browser, &request).await;

    signs_in_by_json(&app, &alice.browser, "bob@example.com", json!({ "interaction": handle(&page) })).await;
    let resumed = format!("/api/auth/oauth2/authorize?interaction={}", handle(&page));
    let consent = alice.browser.get(&resumed).await.page();

    assert!(consent.text().contains("bob@example.com"), "{}", consent.describe());
    let url = alice.answers(&consent, Decision::Allow).await.away();
    let code = request.reads(&url).unwrap();
    let tokens = client.exchanges(&code).await.succeeds();
    let who = client.userinfo(&tokens.access_token).await.is_ok();
    assert_eq!(who["email"], bob.email.as_str());
}

#[tokio::test]
async fn a_wrong_password_loses_nothing() {
    let app = started().await;
    let client = app.registers_client().await;
    let alice = app.alice().await.elsewhere();
    let request = client.asks();
    let page = sign_in_page(&alice.browser, &request).await;
    let wrong = [("email", "alice@example.com"), ("password", "wrong-password")];

    let again = alice.browser.fills(page.form(), &wrong, "").await.page();
    assert_eq!(again.answer.status.as_u16(), 401);
    assert_eq!(again.form().value("interaction"), Some(handle(&page).as_str()));
    let right = [("email", "alice@example.com"), ("password", alice.password.as_str())];
    let consent = alice.browser.fills(again.form(), &right, "").await.page();

    request.reads(&alice.answers(&consent, Decision::Allow).await.away()).unwrap();
}

#[tokio::test]
async fn a_whole_walk_works_on_https() {
    let app = crate::app(crate::provider()).base_url("https://auth.example.com").build().await;
    let client = app.registers(Registration::confidential_basic()).await.with_resource("/mcp");
    let alice = app.alice().await.elsewhere();

    let code = alice.authorizes(&client).await;
    client.exchanges(&code).await.succeeds();

    assert!(alice.browser.cookie("__Host-better-auth.oauth_browser").is_some());
    let request = client.asks().with("prompt", "consent");
    let url = alice.walks(&request, auth_testkit::Decision::Deny).await;
    assert_eq!(request.reads(&url).unwrap_err().code, OAuthErrorCode::AccessDenied);
}
