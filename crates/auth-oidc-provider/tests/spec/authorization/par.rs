//! Pushed authorization requests. RFC 9126.

use std::time::Duration;

use auth_oidc_provider::ClientOption;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{AuthorizationRequest, Browser, Decision, OAuthAnswer, OAuthClient, Person, Registration, TestApp};
use http::StatusCode;
use serde_json::json;
use url::Url;

use super::{changing_nothing, error_at_client, error_page, posts_form, started};

/// Pushes a request as its client, without what the client authenticates by.
async fn pushes(client: &OAuthClient, request: &AuthorizationRequest) -> OAuthAnswer {
    let fields = request.parameters().iter().filter(|(name, _)| name != "client_id");
    let fields: Vec<(&str, &str)> = fields.map(|(name, value)| (&**name, &**value)).collect();
    client.posts("/oauth2/par", &fields).await
}

/// Pushes, and demands the URI it is kept under.
async fn pushed(client: &OAuthClient, request: &AuthorizationRequest) -> String {
    let answer = pushes(client, request).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.describe());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let json = answer.json();
    assert_eq!(json["expires_in"], 600);
    let uri = json["request_uri"].as_str().unwrap();
    assert!(uri.starts_with("urn:ietf:params:oauth:request_uri:") && uri.len() > 70, "{uri}");
    uri.to_owned()
}

/// What a browser is sent to with a pushed request.
fn url(app: &TestApp, client_id: &str, request_uri: &str) -> Url {
    let mut url = app.endpoint("/oauth2/authorize");
    url.query_pairs_mut().append_pair("client_id", client_id).append_pair("request_uri", request_uri);
    url
}

async fn consents(person: &Person, url: &Url) -> Url {
    let page = person.browser.get(url.as_str()).await.page();
    assert_eq!(page.url.path(), "/consent", "{}", page.describe());
    person.answers(&page, Decision::Allow).await.away()
}

#[tokio::test]
async fn a_pushed_request_gives_a_code_for_each_kind_of_client() {
    let app = started().await;
    let alice = app.alice().await;

    for registration in [Registration::confidential_basic(), Registration::confidential_post(), Registration::public()]
    {
        let client = app.registers(registration).await;
        let request = client.asks().with("nonce", "n1");
        let uri = pushed(&client, &request).await;

        let back = consents(&alice, &url(&app, &client.client_id, &uri)).await;

        let tokens = client.exchanges(&request.reads(&back).unwrap()).await.succeeds();
        assert!(tokens.id_token.is_some());
    }
    app.stores_no_secret().await;
}

#[tokio::test]
async fn claims_and_contexts_are_pushed_too() {
    let password = "urn:example:password";
    let app = crate::app(crate::provider().authentication_context(password, ["pwd"])).build().await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope("openid");
    let essential = |acr: &str| json!({"id_token": {"email": null, "acr": {"essential": true, "value": acr}}});
    let request = client.asks().with("claims", essential(password).to_string()).with("acr_values", password);
    let uri = pushed(&client, &request).await;

    let back = consents(&app.alice().await, &url(&app, &client.client_id, &uri)).await;

    let tokens = client.exchanges(&request.reads(&back).unwrap()).await.succeeds();
    assert_eq!(tokens.scopes(), ["openid", "email"]);
    let told = jsonwebtoken::dangerous::insecure_decode::<serde_json::Value>(tokens.id()).unwrap().claims;
    assert_eq!((&told["email"], &told["acr"]), (&json!("alice@example.com"), &json!(password)));
    let unmet = client.asks().with("claims", essential("urn:example:unknown").to_string());
    let refused = changing_nothing(&app, async || pushes(&client, &unmet).await).await;
    refused.fails_with(OAuthErrorCode::UnmetAuthenticationRequirements);
    let unread = changing_nothing(&app, async || pushes(&client, &client.asks().with("claims", "[]")).await).await;
    unread.fails_with(OAuthErrorCode::InvalidRequest);
}

#[tokio::test]
async fn nothing_a_browser_adds_changes_a_pushed_request() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope("openid");
    let request = client.asks();
    let uri = pushed(&client, &request).await;
    let mut url = url(&app, &client.client_id, &uri);
    url.query_pairs_mut()
        .append_pair("scope", "openid email notes:write")
        .append_pair("redirect_uri", "https://evil.example/callback")
        .append_pair("state", "another")
        .append_pair("prompt", "none");

    let back = consents(&alice, &url).await;

    let tokens = client.exchanges(&request.reads(&back).unwrap()).await.succeeds();
    assert_eq!(tokens.scopes(), ["openid"]);
}

#[tokio::test]
async fn only_an_authenticated_client_pushes() {
    let app = started().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = client.asks();
    let before = app.dump_tables().await;

    let stranger = OAuthClient::known(&app, &client.client_id, &client.redirect_uri);
    for wrong in [stranger.clone(), stranger.with_secret("wrong"), OAuthClient::known(&app, "nobody", "")] {
        pushes(&wrong, &request).await.fails_with(OAuthErrorCode::InvalidClient);
    }

    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn what_the_authorization_endpoint_would_refuse_is_refused_when_it_is_pushed() {
    let app = started().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let before = app.dump_tables().await;

    for (request, error) in [
        (client.asks().with("redirect_uri", "https://evil.example/cb"), OAuthErrorCode::InvalidRequest),
        (client.asks().with("response_type", "token"), OAuthErrorCode::UnsupportedResponseType),
        (client.asks().with("scope", "unknown"), OAuthErrorCode::InvalidScope),
        (client.asks().with("resource", "https://evil.example"), OAuthErrorCode::InvalidTarget),
        (client.asks().without("code_challenge"), OAuthErrorCode::InvalidRequest),
        (client.asks().with("code_challenge_method", "plain"), OAuthErrorCode::InvalidRequest),
        (client.asks().with("request_uri", "https://evil.example/request"), OAuthErrorCode::InvalidRequest),
        (client.asks().with("request", "eyJ"), OAuthErrorCode::RequestNotSupported),
        (client.asks().with("prompt", "none login"), OAuthErrorCode::InvalidRequest),
        (client.asks().and("state", "twice"), OAuthErrorCode::InvalidRequest),
    ] {
        pushes(&client, &request).await.fails_with(error);
    }

    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn a_pushed_request_is_its_own_clients_and_over_after_its_time() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let other = app.registers(Registration::confidential_basic()).await;
    let uri = pushed(&client, &client.asks()).await;
    let refused = async |url: Url| {
        let page = changing_nothing(&app, async || alice.browser.get(url.as_str()).await.page()).await;
        assert_eq!(page.answer.status, StatusCode::BAD_REQUEST, "{}", page.describe());
    };

    refused(url(&app, &other.client_id, &uri)).await;
    refused(url(&app, "", &uri)).await;
    refused(url(&app, &client.client_id, "urn:ietf:params:oauth:request_uri:unknown")).await;
    refused(url(&app, &client.client_id, "urn:ietf:params:oauth:request_uri:")).await;
    consents(&alice, &url(&app, &client.client_id, &uri)).await;
    refused(url(&app, &client.client_id, &uri)).await;

    let late = pushed(&client, &client.asks()).await;
    app.clock.advance(Duration::from_mins(10));
    refused(url(&app, &client.client_id, &late)).await;
}

#[tokio::test]
async fn a_request_uri_that_nobody_pushed_is_never_fetched() {
    let app = started().await;
    let client = app.registers_client().await;
    let request = client.asks().with("request_uri", "https://evil.example/request");

    let error = error_at_client(&app, &app.browser(), &request).await;

    assert_eq!(error.code, OAuthErrorCode::RequestUriNotSupported);
}

#[tokio::test]
async fn a_pushed_request_belongs_to_the_first_browser_that_comes_with_it() {
    let app = started().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let uri = pushed(&client, &client.asks()).await;
    let url = url(&app, &client.client_id, &uri);
    let (first, second): (Browser, Browser) = (app.browser(), app.browser());

    let page = first.get(url.as_str()).await.page();
    assert_eq!(page.url.path(), "/sign-in");
    let again = first.get(url.as_str()).await.page();
    assert_eq!(again.url, page.url, "a reload is no second use");

    let elsewhere = second.get(url.as_str()).await.page();
    assert_eq!(elsewhere.answer.status, StatusCode::BAD_REQUEST, "{}", elsewhere.describe());
}

#[tokio::test]
async fn a_sign_in_before_the_browser_came_is_no_fresh_one() {
    let app = started().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let uri = pushed(&client, &client.asks().with("prompt", "login")).await;
    app.clock.advance(Duration::from_secs(5));
    let alice = app.alice().await;
    app.clock.advance(Duration::from_secs(5));

    let page = alice.browser.get(url(&app, &client.client_id, &uri).as_str()).await.page();

    assert_eq!(page.url.path(), "/sign-in", "{}", page.describe());
}

#[tokio::test]
async fn a_posted_request_may_name_a_pushed_one() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = client.asks();
    let uri = pushed(&client, &request).await;

    let fields = [("client_id", client.client_id.as_str()), ("request_uri", &uri)];
    let answer = posts_form(&alice.browser, &app.endpoint("/oauth2/authorize"), None, &fields).await;

    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let back = consents(&alice, &app.url(&answer.location().unwrap())).await;
    request.reads(&back).unwrap();
}

#[tokio::test]
async fn where_requests_have_to_be_pushed_no_other_is_taken() {
    let strict = crate::app(crate::provider().require_pushed_authorization_requests(true)).build().await;
    let one =
        ClientOption::public("strict").redirect_uri("https://own.example/cb").require_pushed_authorization_requests();
    let lax = crate::app(crate::provider().client(one)).build().await;
    let asked = Registration::confidential_basic().with("require_pushed_authorization_requests", true);
    let registered = lax.registers(asked).await;
    assert_eq!(registered.registration["require_pushed_authorization_requests"], true);

    for (app, client) in [
        (&strict, strict.registers(Registration::confidential_basic()).await),
        (&lax, OAuthClient::known(&lax, "strict", "https://own.example/cb")),
        (&lax, registered),
    ] {
        let alice = app.person("Alice", "alice@example.com");
        let error = error_at_client(app, &alice.browser, &client.asks()).await;
        assert_eq!(error.code, OAuthErrorCode::InvalidRequest);
        let uri = pushed(&client, &client.asks()).await;
        let page = alice.browser.get(url(app, &client.client_id, &uri).as_str()).await.page();
        assert_eq!(page.url.path(), "/sign-in", "{}", page.describe());
    }
    let document = strict.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(document["require_pushed_authorization_requests"], json!(true));
    error_page(&lax, &lax.browser(), &lax.registers_client().await.asks().with("client_id", "unknown")).await;
}

#[tokio::test]
async fn what_was_pushed_is_shown_to_no_other_browser() {
    let app = started().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = client.asks().with("login_hint", "alice@example.com");
    let uri = pushed(&client, &request).await;
    let url = url(&app, &client.client_id, &uri);
    app.browser().get(url.as_str()).await.page();

    let page = app.browser().get(url.as_str()).await.page();

    assert_eq!(page.answer.status, StatusCode::BAD_REQUEST);
    for secret in ["alice", "code_challenge"] {
        assert!(!page.answer.text().contains(secret), "{secret}: {}", page.describe());
    }
}
