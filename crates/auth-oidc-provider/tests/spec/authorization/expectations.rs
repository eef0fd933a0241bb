//! What a client may expect of the sign-in it gets. OpenID Connect Core §3.1.2.1.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::{Decision, Registration};

use super::{asked_scope, consent_page, handle, sign_in_page, started};

#[tokio::test]
async fn a_sign_in_alone_opens_no_resource() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await.with_scope("openid email");

    assert_eq!(asked_scope(&app, &alice.browser, &client.asks()).await, ["openid", "email"]);
}

#[tokio::test]
async fn a_request_that_names_a_resource_and_only_the_person_gets_its_base_scope() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await.with_scope("openid email").with_resource("/mcp");

    assert_eq!(asked_scope(&app, &alice.browser, &client.asks()).await, ["openid", "email", "mcp:tools"]);
}

#[tokio::test]
async fn whoever_signs_in_in_place_of_the_person_expected_gets_nothing() {
    let app = started().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let client = app.registers(Registration::public_on_the_web()).await.with_scope("openid");
    let code = alice.authorizes(&client).await;
    let hint = client.exchanges(&code).await.succeeds().id().to_owned();
    let request = client.asks().with("id_token_hint", hint);

    let page = sign_in_page(&bob.browser, &request).await;
    let told = request.reads(&bob.answers(&page, Decision::Allow).await.away()).unwrap_err();

    assert_eq!(told.code, OAuthErrorCode::LoginRequired);
    request.reads(&alice.walks(&request, Decision::Allow).await).unwrap();
}

#[tokio::test]
async fn a_consent_needs_the_sign_in_its_request_has_waited_for() {
    let app = started().await;
    let early = app.alice().await;
    app.clock.advance(Duration::from_hours(1));
    let late = early.elsewhere();
    let client = app.registers_client().await;
    let request = client.asks().with("max_age", "60");
    let page = sign_in_page(&late.browser, &request).await;
    let consent = late.answers(&page, Decision::Allow).await.page();
    assert_eq!(consent.url.path(), "/consent", "{}", consent.describe());

    let elsewhere = early.browser.get(consent.url.as_str()).await.page();

    assert_eq!(elsewhere.url.path(), "/sign-in", "{}", elsewhere.describe());
    request.reads(&late.answers(&consent, Decision::Allow).await.away()).unwrap();
}

#[tokio::test]
async fn a_person_who_reads_slowly_is_not_asked_to_sign_in_again() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let request = client.asks().with("max_age", "60");
    app.clock.advance(Duration::from_secs(30));
    let page = consent_page(&alice.browser, &request).await;

    app.clock.advance(Duration::from_mins(2));

    request.reads(&alice.answers(&page, Decision::Allow).await.away()).unwrap();
}

#[tokio::test]
async fn a_post_from_another_site_leaves_a_sign_in_in_progress_alone() {
    let app = started().await;
    let alice = app.alice().await.elsewhere();
    let client = app.registers_client().await;
    let request = client.asks();
    let page = sign_in_page(&alice.browser, &request).await;
    let attack = client.asks();
    let fields: Vec<(&str, &str)> =
        attack.parameters().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();

    let posted = app.post_form("/api/auth/oauth2/authorize", &fields).await;

    assert_eq!(posted.header("set-cookie"), None);
    assert!(!handle(&page).is_empty());
    let consent = alice.answers(&page, Decision::Allow).await.page();
    request.reads(&alice.answers(&consent, Decision::Allow).await.away()).unwrap();
}

#[tokio::test]
async fn nobody_learns_by_hand_who_is_signed_in() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::public_on_the_web()).await.with_scope("openid");
    alice.authorizes(&client).await;
    let silent = client.asks().with("prompt", "none");

    for person in ["somebody", "somebody.else", "."] {
        let url = alice.browser.get(silent.clone().with("hinted_person", person).url().as_str()).await.away();
        silent.reads(&url).unwrap();
    }
}
