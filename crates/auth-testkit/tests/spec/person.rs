//! A person on the pages of a provider.

use auth_core::plugins;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{Decision, Registration, TestApp};

use crate::provider::Provider;

#[tokio::test]
async fn somebody_who_is_signed_in_only_consents() {
    let app = TestApp::with(plugins![Provider::default()]).await;
    let client = app.registers_client().await;
    let request = client.asks();

    let code = app.alice().await.allows(&request).await;

    assert_eq!(code.value, "an-authorization-code");
    assert_eq!(code.redirect_uri, "http://127.0.0.1:8976/callback");
    assert_eq!(request.parameter("code_challenge_method"), Some("S256"));
}

#[tokio::test]
async fn somebody_with_an_account_signs_in_at_another_machine() {
    let app = TestApp::with(plugins![Provider::default()]).await;
    let client = app.registers_client().await;

    let alice = app.alice().await.elsewhere();
    alice.authorizes(&client).await;

    assert!(alice.browser.cookie("sid").is_some());
    alice.signs_in().await;
}

#[tokio::test]
async fn somebody_without_an_account_signs_up_on_the_way() {
    let app = TestApp::with(plugins![Provider::default()]).await;
    let client = app.registers(Registration::public_on_the_web()).await;

    let carol = app.person("Carol", "carol@example.com");
    carol.authorizes(&client).await;

    carol.elsewhere().signs_in().await;
}

#[tokio::test]
async fn somebody_says_no() {
    let app = TestApp::with(plugins![Provider::default()]).await;
    let client = app.registers_client().await;

    let error = app.bob().await.denies(&client).await;

    assert_eq!(error.code, OAuthErrorCode::AccessDenied);
}

#[tokio::test]
#[should_panic(expected = "may not lead to http://127.0.0.1:8976/callback")]
async fn a_policy_that_forgets_the_redirect_uri_is_found() {
    let provider = Provider { forgets_policy: true, ..Provider::default() };
    let app = TestApp::with(plugins![provider]).await;
    let client = app.registers_client().await;

    app.alice().await.authorizes(&client).await;
}

#[tokio::test]
#[should_panic(expected = "state of")]
async fn an_answer_without_the_state_is_found() {
    let app = TestApp::with(plugins![Provider::default()]).await;
    let client = app.registers_client().await;
    let request = client.asks();

    let url = app.alice().await.walks(&request.clone().without("state"), Decision::Allow).await;

    let _ = request.reads(&url);
}

#[tokio::test]
async fn every_credential_on_the_way_is_known() {
    let app = TestApp::with(plugins![Provider::default()]).await;
    let client = app.registers(Registration::confidential_post()).await;
    let code = app.alice().await.elsewhere().authorizes(&client).await;
    client.exchanges(&code).await.succeeds();

    let known: Vec<String> = app.secrets().into_iter().map(|known| known.value).collect();

    for secret in [
        "alice-correct-horse",
        "a-session-token",
        "a client secret",
        "a-handle-1",
        "an-authorization-code",
        "an-access-token",
        "a-refresh-token",
        &code.verifier,
    ] {
        assert!(known.iter().any(|other| other == secret), "{secret}: {known:?}");
    }
}
