//! The token endpoint, tokens and what becomes of them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "these steps stand outside test functions, and are tests all the same"
)]

mod at_once;
mod bodies;
pub(crate) mod client_assertion;
mod client_authentication;
mod client_credentials;
mod client_secrets;
mod crossing;
mod custom_claims;
mod declared_clients;
mod declared_resources;
mod dpop;
mod drawn;
mod end_session;
mod ended_access;
mod exchange;
mod extension_client_auth;
mod extension_grant;
mod halves;
mod id_tokens;
mod instances;
mod introspection;
mod jwks_document;
mod jwt_access_tokens;
mod keys;
mod late_replay;
mod management;
mod model;
mod outage;
mod pairwise;
mod races;
pub(crate) mod refresh;
mod replay_window;
mod resource_servers;
mod resources;
mod revocation;
mod signed_introspection;
mod signed_userinfo;
mod statements;
mod storage;
pub(crate) mod sweep;
mod userinfo;
mod withdrawal;

use std::time::Duration;

use auth_oidc_provider::entity::{client, grant};
use auth_protocol::OAuthErrorCode;
use auth_testkit::{Answer, Code, OAuthAnswer, OAuthClient, Person, Registration, TestApp, Tokens};
use axum::body::Body;
use http::{HeaderValue, Request};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Header, Validation, decode, decode_header};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::{app, provider};

/// What the client of [`with_code`] asks for, and gets.
const SCOPE: &str = "openid profile email offline_access mcp:tools";
const FORM: &str = "application/x-www-form-urlencoded";

/// A confidential client, with what it takes to redeem a code of Alice.
async fn with_code() -> (TestApp, OAuthClient, Code) {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope(SCOPE);
    let code = app.alice().await.authorizes(&client).await;
    (app, client, code)
}

/// A confidential client with tokens of Alice.
async fn with_tokens() -> (TestApp, OAuthClient, Tokens) {
    let (app, client, code) = with_code().await;
    let tokens = client.exchanges(&code).await.succeeds();
    (app, client, tokens)
}

/// Verifies a token with nothing but what discovery publishes; returns its header and claims.
pub(crate) async fn verified_for(app: &TestApp, audience: &str, token: &str) -> (Header, Value) {
    verified_with(app, audience, token, &["iss", "sub", "aud", "exp"]).await
}

/// The same for what is no token, and has to have these claims.
pub(crate) async fn verified_with(app: &TestApp, audience: &str, token: &str, claims: &[&str]) -> (Header, Value) {
    let discovery = app.get("/.well-known/openid-configuration").await.json();
    let jwks = app.get(discovery["jwks_uri"].as_str().unwrap()).await;
    let jwks: JwkSet = serde_json::from_slice(&jwks.body).unwrap();
    let header = decode_header(token).unwrap();
    let key = jwks.find(header.kid.as_deref().unwrap()).unwrap();
    let mut rules = Validation::new(header.alg);
    rules.set_issuer(&[discovery["issuer"].as_str().unwrap()]);
    rules.set_audience(&[audience]);
    rules.set_required_spec_claims(claims);
    // The library asks the clock of the machine; the tests look at `exp` themselves.
    rules.validate_exp = false;
    let token = decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &rules).unwrap();
    (header, token.claims)
}

/// Posts anything to an endpoint: headers may be any bytes.
async fn posts(app: &TestApp, path: &str, headers: &[(&str, &[u8])], body: impl Into<Body>) -> Answer {
    let mut request = Request::post(app.endpoint(path).as_str());
    for (name, value) in headers {
        request = request.header(*name, HeaderValue::from_bytes(value).unwrap());
    }
    app.request(request.body(body.into()).unwrap()).await
}

/// Writes a form.
fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The fields of the request that redeems a code, without the client.
fn redeems(code: &Code) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", &code.value),
        ("redirect_uri", &code.redirect_uri),
        ("code_verifier", &code.verifier),
    ]
}

/// Demands a refusal in the shape of RFC 6749 §5.2, which nobody may keep.
#[track_caller]
fn is_refused(answer: &Answer, status: u16, error: OAuthErrorCode) {
    assert_eq!(answer.status, status, "{}", answer.describe());
    assert_eq!(answer.header("content-type"), Some("application/json"), "{}", answer.describe());
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", answer.describe());
    let json = answer.json();
    assert_eq!(json["error"], error.as_str(), "{}", answer.describe());
    assert!(json["error_description"].is_string(), "{}", answer.describe());
    assert_eq!(json.as_object().unwrap().len(), 2, "RFC 6749 §5.2: nothing else: {json}");
    if status == 401 {
        let challenge = answer.header("www-authenticate").unwrap_or_default();
        assert!(challenge.starts_with("Basic "), "RFC 6749 §5.2: {}", answer.describe());
    }
}

/// Demands an answer in JSON, signed by nobody.
#[track_caller]
fn is_plain(answer: &OAuthAnswer) {
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("application/json")));
    assert!(answer.is_ok().is_object(), "{}", answer.describe());
}

/// Demands that the tokens of a confidential client are worth nothing anywhere.
pub(crate) async fn are_dead(client: &OAuthClient, tokens: &Tokens) {
    client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
    for token in [&*tokens.access_token, tokens.refresh()] {
        assert_eq!(client.introspects(token).await.is_ok(), json!({ "active": false }));
    }
    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
}

/// Demands that the tokens of a confidential client work.
pub(crate) async fn are_alive(client: &OAuthClient, tokens: &Tokens) {
    client.userinfo(&tokens.access_token).await.is_ok();
    for token in [&*tokens.access_token, tokens.refresh()] {
        assert_eq!(client.introspects(token).await.is_ok()["active"], true);
    }
}

/// How many grants there are that have been taken back.
async fn revoked_grants(app: &TestApp) -> usize {
    let revoked = grant::Entity::find().filter(grant::Column::RevokedAt.is_not_null());
    revoked.all(app.db()).await.unwrap().len()
}

/// Disables a client; no request can do that yet.
async fn disables(app: &TestApp, client: &OAuthClient) {
    let done = client::Entity::update_many()
        .col_expr(client::Column::Disabled, Expr::value(true))
        .filter(client::Column::ClientId.eq(&client.client_id));
    assert_eq!(done.exec(app.db()).await.unwrap().rows_affected, 1);
}

/// Deletes a person; no request can do that yet.
async fn deletes(app: &TestApp, person: &Person) {
    use auth_core::entity::user::{Column, Entity};
    let done = Entity::delete_many().filter(Column::Email.eq(&person.email)).exec(app.db()).await.unwrap();
    assert_eq!(done.rows_affected, 1);
}

/// Says who is signed in with this browser's cookies.
async fn signed_in(person: &Person) -> Value {
    let session = person.browser.fetches("/api/auth/get-session").await;
    assert_eq!(session.status, 200, "{}", session.describe());
    session.json()["user"]["email"].clone()
}

/// When the test clock starts, in seconds: 2026-01-15T12:00:00Z.
pub(crate) const START: i64 = 1_768_478_400;
const SECOND: Duration = Duration::from_secs(1);
/// An hour and a day, in seconds.
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// The value of `Content-Type` that OAuth endpoints want.
const AS_FORM: (&str, &[u8]) = ("content-type", FORM.as_bytes());
