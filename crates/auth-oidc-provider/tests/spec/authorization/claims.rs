//! The `claims` and `acr_values` parameters. OIDC Core §5.5 and §3.1.2.1.

use auth_core::plugins;
use auth_oidc_provider::OidcProvider;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{AuthorizationRequest, Decision, OAuthClient, Person, Registration, TestApp, Tokens};
use serde_json::{Value, json};

use super::{asked_scope, error_at_client, sign_in_page, started};
use crate::{app, provider};

const PASSWORD: &str = "urn:example:password";
const TWO_FACTORS: &str = "urn:example:two-factors";

/// The provider with names for signing in by password, and with a second factor nobody here has.
fn with_contexts() -> OidcProvider {
    provider().authentication_context(PASSWORD, ["pwd"]).authentication_context(TWO_FACTORS, ["pwd", "otp"])
}

async fn client(app: &TestApp) -> OAuthClient {
    app.registers(Registration::confidential_basic()).await.with_scope("openid offline_access")
}

/// A request with these claims.
fn claims(client: &OAuthClient, claims: &Value) -> AuthorizationRequest {
    client.asks().with("claims", claims.to_string())
}

async fn tokens(client: &OAuthClient, person: &Person, request: &AuthorizationRequest) -> Tokens {
    client.exchanges(&person.allows(request).await).await.succeeds()
}

/// What an ID token says; its signature is verified elsewhere.
fn told(tokens: &Tokens) -> Value {
    use base64::Engine as _;
    let payload = tokens.id().split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn a_claim_asked_for_by_itself_is_consented_to_as_the_scope_that_covers_it() {
    let app = started().await;
    let alice = app.alice().await;
    let client = client(&app).await;
    let request = claims(&client, &json!({"userinfo": {"email": {"essential": true}, "nickname": null}}));

    assert_eq!(asked_scope(&app, &alice.browser, &request).await, ["openid", "offline_access", "email"]);
    let tokens = tokens(&client, &alice, &request).await;

    assert!(tokens.scopes().contains(&"email"), "{:?}", tokens.scopes());
    let me = client.userinfo(&tokens.access_token).await.is_ok();
    assert_eq!((&me["email"], &me["name"]), (&json!("alice@example.com"), &Value::Null));
    assert_eq!(told(&tokens)["email"], Value::Null, "only where it was asked for");
}

#[tokio::test]
async fn claims_asked_for_in_the_id_token_stand_there_and_after_a_refresh() {
    let app = started().await;
    let alice = app.alice().await;
    let client = client(&app).await;
    let request = claims(&client, &json!({"id_token": {"email": null, "name": {"essential": true}, "other": null}}));

    let first = tokens(&client, &alice, &request).await;
    let next = client.refreshes(first.refresh()).await.succeeds();

    for id_token in [told(&first), told(&next)] {
        assert_eq!(id_token["email"], "alice@example.com");
        assert_eq!(id_token["name"], alice.name.as_str());
        assert_eq!(id_token["email_verified"], Value::Null, "it was not asked for");
    }
}

#[tokio::test]
async fn claims_never_go_beyond_what_was_allowed() {
    let app = started().await;
    let alice = app.alice().await;
    let client = client(&app).await;
    let request = claims(&client, &json!({"id_token": {"email": null}, "userinfo": {"name": null}}));
    let tokens = tokens(&client, &alice, &request).await;

    let narrowed = client.refreshes_with(tokens.refresh(), &[("scope", "openid")]).await.succeeds();

    assert_eq!(told(&narrowed)["email"], Value::Null);
    let me = client.userinfo(&narrowed.access_token).await.is_ok();
    assert_eq!(me, json!({"sub": me["sub"]}));
}

#[tokio::test]
async fn only_the_person_that_is_named_may_answer() {
    let app = started().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let client = client(&app).await;
    let sub = told(&tokens(&client, &alice, &client.asks()).await)["sub"].clone();
    let request = claims(&client, &json!({"id_token": {"sub": {"value": sub}}}));

    let page = sign_in_page(&bob.browser, &request).await;
    let refused = request.reads(&bob.answers(&page, Decision::Allow).await.away()).unwrap_err();

    assert_eq!(refused.code, OAuthErrorCode::LoginRequired);
    request.reads(&alice.walks(&request, Decision::Allow).await).unwrap();
}

#[tokio::test]
async fn claims_that_cannot_be_read_are_refused() {
    let app = started().await;
    let alice = app.alice().await;
    let client = client(&app).await;

    let long = format!(r#"{{"userinfo":{{"{}":null}}}}"#, "a".repeat(5000));
    let deep = format!(r#"{{"userinfo":{{"a":{}"#, "[".repeat(3000));
    for wrong in ["x", "[]", "{", r#"{"userinfo":1}"#, r#"{"id_token":{"email":true}}"#, &long, &deep] {
        let error = error_at_client(&app, &alice.browser, &client.asks().with("claims", wrong)).await;
        assert_eq!(error.code, OAuthErrorCode::InvalidRequest, "{wrong}");
    }
}

#[tokio::test]
async fn id_tokens_say_how_the_person_signed_in() {
    let plain = started().await;
    let tokens_of = async |app: &TestApp, values: Option<&str>| {
        let client = client(app).await;
        let request = values.map_or(client.asks(), |values| client.asks().with("acr_values", values));
        told(&tokens(&client, &app.alice().await, &request).await)
    };
    let claims = tokens_of(&plain, Some(PASSWORD)).await;
    assert_eq!((&claims["amr"], &claims["acr"]), (&json!(["pwd"]), &Value::Null), "nobody has named a context");

    for (asked, expected) in [
        (None, PASSWORD),
        (Some(PASSWORD), PASSWORD),
        (Some("urn:example:two-factors urn:example:password"), PASSWORD),
        (Some("urn:example:unknown"), PASSWORD),
    ] {
        let app = app(with_contexts()).build().await;
        let claims = tokens_of(&app, asked).await;
        assert_eq!((&claims["amr"], &claims["acr"]), (&json!(["pwd"]), &json!(expected)), "{asked:?}");
    }
}

fn essential(values: &[&str]) -> Value {
    json!({"id_token": {"acr": {"essential": true, "values": values}}})
}

#[tokio::test]
async fn an_essential_acr_is_met_or_the_client_is_told() {
    let app = app(with_contexts()).build().await;
    let alice = app.alice().await;
    let client = client(&app).await;

    let met = claims(&client, &essential(&[TWO_FACTORS, PASSWORD]));
    assert_eq!(told(&tokens(&client, &alice, &met).await)["acr"], PASSWORD);

    let unknown = claims(&client, &essential(&["urn:example:unknown"]));
    let error = error_at_client(&app, &alice.browser, &unknown).await;
    assert_eq!(error.code, OAuthErrorCode::UnmetAuthenticationRequirements);
    let silent = claims(&client, &essential(&[TWO_FACTORS])).with("prompt", "none");
    let error = error_at_client(&app, &alice.browser, &silent).await;
    assert_eq!(error.code, OAuthErrorCode::LoginRequired, "a sign-in might help");

    // Signing in again is tried, once.
    let unmet = claims(&client, &essential(&[TWO_FACTORS]));
    let page = sign_in_page(&alice.browser, &unmet).await;
    let refused = unmet.reads(&alice.answers(&page, Decision::Allow).await.away()).unwrap_err();
    assert_eq!(refused.code, OAuthErrorCode::UnmetAuthenticationRequirements);
}

#[tokio::test]
async fn the_document_names_the_contexts() {
    let app = app(with_contexts()).build().await;

    let document = app.get("/.well-known/openid-configuration").await.json();

    assert_eq!(document["acr_values_supported"], json!([PASSWORD, TWO_FACTORS]));
    assert_eq!(document["claims_parameter_supported"], true);
}

#[test]
fn a_context_that_cannot_be_asked_for_is_a_complaint() {
    let wrong = [
        provider().authentication_context("two words", ["pwd"]),
        provider().authentication_context("none", [""; 0]),
        provider().authentication_context("a", ["pwd"]).authentication_context("a", ["otp"]),
    ];
    for provider in wrong {
        let refused =
            auth_core::Auth::builder("http://localhost:3000").plugins(plugins![provider]).schema().unwrap_err();
        assert!(refused.to_string().contains("authentication_context"), "{refused}");
    }
}

#[tokio::test]
async fn a_client_that_guesses_a_person_is_told_the_same_about_everybody() {
    let app = started().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let known = app.registers(Registration::confidential_basic()).await;
    let tokens = known.exchanges(&alice.authorizes(&known).await).await.succeeds();
    let sub = known.userinfo(&tokens.access_token).await.is_ok()["sub"].clone();
    let stranger = app.registers(Registration::confidential_basic()).await;
    let about = json!({"id_token": {"sub": {"value": sub}}}).to_string();
    let guess = |client: &OAuthClient| client.asks().with("prompt", "none").with("claims", &about);

    for person in [&alice, &bob] {
        let request = guess(&stranger);
        let url = person.browser.get(request.url().as_str()).await.away();
        assert_eq!(request.reads(&url).unwrap_err().code, OAuthErrorCode::LoginRequired);
    }
    let request = guess(&known);
    let url = alice.browser.get(request.url().as_str()).await.away();
    request.reads(&url).unwrap();
}
