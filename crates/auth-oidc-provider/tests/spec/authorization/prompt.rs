//! `prompt`, `max_age` and `id_token_hint`. OpenID Connect Core §3.1.2.1.

use std::time::Duration;

use auth_oidc_provider::{AccessTokenFormat, ResourceOption};
use auth_protocol::OAuthErrorCode;
use auth_testkit::{AuthorizationRequest, Decision, OAuthClient, Person, Registration, TestApp};
use serde_json::json;

use super::{consent_page, error_at_client, handle, sign_in_page, signs_in_by_json, started};

/// Alice, who signed in some time ago and has agreed to what this client asks for.
async fn agreed(app: &TestApp) -> (Person, OAuthClient) {
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope("openid mcp:tools");
    alice.authorizes(&client).await;
    app.clock.advance(Duration::from_secs(100));
    (alice, client)
}

async fn silently(app: &TestApp, person: &Person, request: &AuthorizationRequest) -> OAuthErrorCode {
    error_at_client(app, &person.browser, request).await.code
}

async fn id_token_of(app: &TestApp, person: &Person) -> String {
    let client = app.registers_client().await.with_scope("openid");
    client.exchanges(&person.authorizes(&client).await).await.succeeds().id().to_owned()
}

#[tokio::test]
async fn nobody_is_asked_silently_to_sign_in() {
    let app = started().await;
    let (alice, client) = agreed(&app).await;
    let stranger = alice.elsewhere();

    for request in [client.asks().with("prompt", "none"), client.asks().with("prompt", "none").with("max_age", "10000")]
    {
        assert_eq!(silently(&app, &stranger, &request).await, OAuthErrorCode::LoginRequired);
    }
    for max_age in ["0", "1", "99"] {
        let request = client.asks().with("prompt", "none").with("max_age", max_age);
        assert_eq!(silently(&app, &alice, &request).await, OAuthErrorCode::LoginRequired, "{max_age}");
    }
    alice.signs_out().await;
    assert_eq!(silently(&app, &alice, &client.asks().with("prompt", "none")).await, OAuthErrorCode::LoginRequired);
}

#[tokio::test]
async fn nobody_is_asked_silently_to_consent() {
    let app = started().await;
    let alice = app.alice().await;

    for registration in [Registration::public(), Registration::public_on_the_web(), Registration::confidential_basic()]
    {
        let client = app.registers(registration).await;
        let request = client.asks().with("prompt", "none");
        assert_eq!(silently(&app, &alice, &request).await, OAuthErrorCode::ConsentRequired);
    }
}

#[tokio::test]
async fn a_silent_request_gets_a_code_where_nothing_has_to_be_asked() {
    let app = started().await;
    let (alice, client) = agreed(&app).await;
    let request = client.asks().with("prompt", "none").with("max_age", "100");

    let url = alice.browser.get(request.url().as_str()).await.away();

    request.reads(&url).unwrap();
}

#[tokio::test]
async fn none_stands_alone() {
    let app = started().await;
    let (alice, client) = agreed(&app).await;

    for prompt in ["none login", "login none", "none consent", "none unknown", "none none"] {
        let request = client.asks().with("prompt", prompt);
        assert_eq!(silently(&app, &alice, &request).await, OAuthErrorCode::InvalidRequest, "{prompt}");
        assert_eq!(silently(&app, &alice.elsewhere(), &request).await, OAuthErrorCode::InvalidRequest, "{prompt}");
    }
}

#[tokio::test]
async fn an_unknown_prompt_is_ignored() {
    let app = started().await;
    let (alice, client) = agreed(&app).await;

    for prompt in ["wave", "LOGIN", "None", "wave hello"] {
        let request = client.asks().with("prompt", prompt);
        let url = alice.browser.get(request.url().as_str()).await.away();
        request.reads(&url).unwrap();
    }
}

/// Demands one sign-in, then straight to the end; the clock moves as people take their time.
async fn signs_in_exactly_once(app: &TestApp, person: &Person, request: &AuthorizationRequest) {
    let before = session(person).await;
    let page = sign_in_page(&person.browser, request).await;

    // Asking again does not help: the session is still the old one.
    let resumed = format!("/api/auth/oauth2/authorize?interaction={}", handle(&page));
    let again = person.browser.get(&resumed).await.page();
    assert_eq!(again.url.path(), "/sign-in", "{}", again.describe());
    app.clock.advance(Duration::from_secs(30));
    let mut visit = person.answers(&again, Decision::Allow).await;
    let renewed = session(person).await;
    assert_ne!(renewed, before, "a new session");
    app.clock.advance(Duration::from_secs(30));
    if let auth_testkit::Visit::Page(page) = &visit {
        assert_eq!(page.url.path(), "/consent", "{}", page.describe());
        visit = person.answers(page, Decision::Allow).await;
    }

    request.reads(&visit.away()).unwrap();
    assert_eq!(session(person).await, renewed, "asked once");
}

/// The id of the session a person is in.
async fn session(person: &Person) -> String {
    let body = person.browser.fetches("/api/auth/get-session").await.json();
    body["session"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_prompt_to_sign_in_is_satisfied_by_one_sign_in() {
    let app = started().await;
    let (alice, client) = agreed(&app).await;

    for prompt in ["login", "select_account", "create", "login consent", "consent login select_account"] {
        signs_in_exactly_once(&app, &alice, &client.asks().with("prompt", prompt)).await;
        app.clock.advance(Duration::from_secs(1));
    }
}

#[tokio::test]
async fn a_prompt_to_sign_in_holds_for_its_own_request_only() {
    let app = started().await;
    let (alice, client) = agreed(&app).await;
    let request = client.asks().with("prompt", "login");
    signs_in_exactly_once(&app, &alice, &request).await;

    let url = alice.browser.get(client.asks().url().as_str()).await.away();
    assert!(super::parameter(&url, "code").is_some());
    sign_in_page(&alice.browser, &request).await;
}

#[tokio::test]
async fn a_sign_in_that_is_too_old_is_renewed_once() {
    let app = started().await;
    let (alice, client) = agreed(&app).await;

    for max_age in ["0", "1", "29"] {
        signs_in_exactly_once(&app, &alice, &client.asks().with("max_age", max_age)).await;
    }
}

#[tokio::test]
async fn a_sign_in_that_is_young_enough_is_kept() {
    let app = started().await;
    let (alice, client) = agreed(&app).await;

    for max_age in ["100", "101", "4294967296", "99999999999999999999"] {
        let request = client.asks().with("max_age", max_age);
        let url = alice.browser.get(request.url().as_str()).await.away();
        request.reads(&url).unwrap();
    }
    sign_in_page(&alice.browser, &client.asks().with("max_age", "99")).await;
}

/// OpenID Connect Core §3.1.2.1: 0 asks for a sign-in, however recent the last one is.
#[tokio::test]
async fn no_sign_in_is_young_enough_for_a_max_age_of_zero() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    sign_in_page(&alice.browser, &client.asks().with("max_age", "0")).await;
}

#[tokio::test]
async fn a_max_age_that_is_no_number_of_seconds_is_refused() {
    let app = started().await;
    let (alice, client) = agreed(&app).await;

    for bad in ["-1", "1.5", "1e3", "ten", " 1", "0x10", &"9".repeat(21)] {
        let request = client.asks().with("max_age", bad);
        assert_eq!(silently(&app, &alice, &request).await, OAuthErrorCode::InvalidRequest, "{bad}");
    }
}

#[tokio::test]
async fn a_hint_at_somebody_else_is_no_silent_sign_in() {
    let app = started().await;
    let (alice, client) = agreed(&app).await;
    let bob = app.bob().await;
    let (of_alice, of_bob) = (id_token_of(&app, &alice).await, id_token_of(&app, &bob).await);
    let silent = |hint: &str| client.asks().with("prompt", "none").with("id_token_hint", hint);

    let request = silent(&of_alice);
    request.reads(&alice.browser.get(request.url().as_str()).await.away()).unwrap();
    assert_eq!(silently(&app, &alice, &silent(&of_bob)).await, OAuthErrorCode::LoginRequired);

    // An expired ID token still says who is meant.
    app.clock.advance(Duration::from_hours(2));
    assert_eq!(silently(&app, &alice, &silent(&of_bob)).await, OAuthErrorCode::LoginRequired);
}

#[tokio::test]
async fn a_hint_at_somebody_else_asks_them_to_sign_in() {
    let app = started().await;
    let (alice, client) = agreed(&app).await;
    let bob = app.bob().await;
    let request = client.asks().with("id_token_hint", id_token_of(&app, &bob).await);
    app.clock.advance(Duration::from_secs(1));
    let page = sign_in_page(&alice.browser, &request).await;

    signs_in_by_json(&app, &alice.browser, "bob@example.com", json!({ "interaction": handle(&page) })).await;
    let resumed = format!("/api/auth/oauth2/authorize?interaction={}", handle(&page));
    let consent = alice.browser.get(&resumed).await.page();

    assert!(consent.text().contains("bob@example.com"), "{}", consent.describe());
    request.reads(&alice.answers(&consent, Decision::Allow).await.away()).unwrap();
}

/// OpenID Connect Core §3.1.2.1: otherwise than for the person hinted at there is no code.
#[tokio::test]
async fn whoever_signs_in_instead_of_the_person_hinted_at_gets_no_code() {
    let app = started().await;
    let (alice, client) = agreed(&app).await;
    let bob = app.bob().await;
    let request = client.asks().with("id_token_hint", id_token_of(&app, &bob).await);
    app.clock.advance(Duration::from_secs(1));
    let page = sign_in_page(&alice.browser, &request).await;
    let granted = app.count("oauthGrant").await;

    let url = alice.answers(&page, Decision::Allow).await.away();

    assert_eq!(request.reads(&url).unwrap_err().code, OAuthErrorCode::LoginRequired);
    assert_eq!(app.count("oauthGrant").await, granted);
}

#[tokio::test]
async fn a_hint_we_did_not_sign_names_nobody() {
    let app = started().await;
    let other = started().await;
    let (alice, client) = agreed(&app).await;
    let foreign = id_token_of(&other, &other.bob().await).await;
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJib2IiLCJpc3MiOiJodHRwOi8vbG9jYWxob3N0OjMwMDAifQ.";

    for hint in [foreign.as_str(), unsigned, "garbage", "a.b.c"] {
        let request = client.asks().with("prompt", "none").with("id_token_hint", hint);
        let url = alice.browser.get(request.url().as_str()).await.away();
        assert_eq!(request.reads(&url).unwrap_err().code, OAuthErrorCode::LoginRequired);
        // Where a page may be shown, the person sees who is signed in.
        let request = client.asks().with("id_token_hint", hint);
        let url = alice.browser.get(request.url().as_str()).await.away();
        request.reads(&url).unwrap();
    }
}

/// RFC 9068 §2.1: what is of another type is no ID token, though the same keys have signed it.
#[tokio::test]
async fn a_jwt_access_token_of_ours_is_no_hint() {
    let files = ResourceOption::new("https://files.example/").access_token_format(AccessTokenFormat::Jwt);
    let app = crate::app(crate::provider().protected_resource(files)).build().await;
    let (alice, client) = agreed(&app).await;
    let of_files = app.registers_client().await.with_scope("openid mcp:tools").with_resource("https://files.example/");
    let hint = of_files.exchanges(&alice.authorizes(&of_files).await).await.succeeds().access_token;
    assert_eq!(hint.split('.').count(), 3, "a JWT");

    let request = client.asks().with("prompt", "none").with("id_token_hint", hint);

    assert_eq!(silently(&app, &alice, &request).await, OAuthErrorCode::LoginRequired);
}

#[tokio::test]
async fn a_person_who_signs_in_again_is_asked_only_for_what_is_new() {
    let app = started().await;
    let (alice, client) = agreed(&app).await;
    let known = client.asks().with("prompt", "login");
    let page = sign_in_page(&alice.browser, &known).await;
    known.reads(&alice.answers(&page, Decision::Allow).await.away()).unwrap();

    app.clock.advance(Duration::from_secs(1));
    let wider = client.asks().with("prompt", "login").with("scope", "openid notes:write");
    let page = sign_in_page(&alice.browser, &wider).await;
    let consent = alice.answers(&page, Decision::Allow).await.page();

    assert_eq!(consent.url.path(), "/consent");
    consent_page(&alice.browser, &client.asks().with("scope", "openid notes:write")).await;
}

/// Initiating User Registration via OpenID Connect §4.
#[tokio::test]
async fn who_wants_an_account_first_gets_to_the_page_where_it_is_made() {
    let app = crate::app(crate::provider().sign_up_page("/sign-up")).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = client.asks().with("prompt", "create");
    let bob = app.person("Bob", "bob@example.com");

    let page = bob.browser.get(request.url().as_str()).await.page();
    assert_eq!(page.url.path(), "/sign-up", "{}", page.describe());
    let fields = [("name", "Bob"), ("email", "bob@example.com"), ("password", "correct horse battery staple")];
    let page = bob.browser.fills(page.form(), &fields, "Create account").await.page();
    assert_eq!(page.url.path(), "/consent", "asked for an account once: {}", page.describe());
    let url = bob.answers(&page, Decision::Allow).await.away();

    client.exchanges(&request.reads(&url).unwrap()).await.succeeds();
    let document = app.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["prompt_values_supported"], json!(["none", "login", "consent", "select_account", "create"]));
}

#[tokio::test]
async fn where_there_is_no_such_page_they_get_to_the_one_for_signing_in() {
    let app = started().await;
    let client = app.registers(Registration::confidential_basic()).await;

    sign_in_page(&app.browser(), &client.asks().with("prompt", "create")).await;
}
