//! Clients that prove themselves by a signed JWT. RFC 7523 §2.2 and §3, OIDC Core §9.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth_oidc_provider::entity::client;
use auth_oidc_provider::{ClientOption, OidcProvider};
use auth_outbound::OutboundOptions;
use auth_protocol::OAuthErrorCode;
use auth_protocol::client_assertion::ASSERTION_TYPE;
use auth_testkit::{OAuthAnswer, OAuthClient, Registration, TestApp};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use axum::routing::get;
use axum::{Json, Router};
use futures::future::join_all;
use http::StatusCode;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::refresh::{again, same};
use super::{START, is_refused};
use crate::{app, provider};

/// A key of a client, and its public half.
#[derive(Clone)]
pub(crate) struct Pair {
    algorithm: Algorithm,
    private: EncodingKey,
    public: Value,
}

impl Pair {
    pub(crate) fn new(algorithm: Algorithm, kid: &str) -> Self {
        let random = SystemRandom::new();
        let private = match algorithm {
            Algorithm::EdDSA => EncodingKey::from_ed_der(Ed25519KeyPair::generate_pkcs8v1(&random).unwrap().as_ref()),
            _ => EncodingKey::from_ec_der(
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap().as_ref(),
            ),
        };
        let mut public = Jwk::from_encoding_key(&private, algorithm).unwrap();
        public.common.key_id = Some(kid.to_owned());
        Self { algorithm, private, public: serde_json::to_value(public).unwrap() }
    }

    pub(crate) fn set(&self) -> Value {
        json!({ "keys": [self.public] })
    }

    pub(crate) fn signs(&self, header: impl FnOnce(&mut Header), claims: &Value) -> String {
        let mut head = Header::new(self.algorithm);
        head.kid = self.public["kid"].as_str().map(str::to_owned);
        header(&mut head);
        jsonwebtoken::encode(&head, claims, &self.private).unwrap()
    }
}

/// The claims of a good assertion.
fn claims(app: &TestApp, client: &OAuthClient, jti: &str) -> Value {
    let now = app.auth().context().now().timestamp();
    json!({"iss": client.client_id, "sub": client.client_id, "aud": app.base_url(), "exp": now + 60, "iat": now, "jti": jti})
}

/// A client that registered this key.
async fn signing(app: &TestApp, pair: &Pair) -> OAuthClient {
    let registration = Registration::confidential_basic()
        .with("token_endpoint_auth_method", "private_key_jwt")
        .with("jwks", pair.set());
    let answer = app.tries_to_register(&registration).await;
    assert_eq!(answer.status, 201, "{}", answer.describe());
    let json = answer.json();
    assert_eq!((json.get("client_secret"), &json["jwks"]), (None, &pair.set()));
    let id = json["client_id"].as_str().unwrap();
    OAuthClient::known(app, id, json["redirect_uris"][0].as_str().unwrap())
}

/// The fields that carry an assertion. RFC 7523 §2.2.
fn presented(assertion: &str) -> [(&str, &str); 2] {
    [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)]
}

/// Asks about a token, by an assertion: authenticates and changes nothing else.
async fn asserts(client: &OAuthClient, assertion: &str) -> OAuthAnswer {
    let [kind, assertion] = presented(assertion);
    client.posts("/oauth2/introspect", &[kind, assertion, ("token", "x")]).await
}

#[tokio::test]
async fn a_client_that_signs_does_all_a_confidential_client_does() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
        let pair = Pair::new(algorithm, "k1");
        let client = signing(&app, &pair).await;
        let drawn = || app.auth().context().new_token().unwrap();
        let proof = || pair.signs(|_| (), &claims(&app, &client, &drawn()));
        let code = alice.authorizes(&client).await;

        let tokens = client.exchanges_with(&code, &presented(&proof())).await.succeeds();
        let tokens = client.refreshes_with(tokens.refresh(), &presented(&proof())).await.succeeds();
        let assertion = proof();
        let [kind, assertion] = presented(&assertion);
        client.posts("/oauth2/revoke", &[kind, assertion, ("token", tokens.refresh())]).await.is_ok();

        assert_eq!(asserts(&client, &proof()).await.is_ok(), json!({"active": false}));
    }
    app.stores_no_secret().await;
}

#[tokio::test]
async fn a_machine_that_signs_acts_for_itself() {
    let pair = Pair::new(Algorithm::ES256, "k1");
    let robot = ClientOption::signing("robot", pair.set()).acts_for_itself(["notes:write"]);
    let app = app(provider().client(robot)).build().await;
    let robot = OAuthClient::known(&app, "robot", "");
    let assertion = pair.signs(|_| (), &claims(&app, &robot, "j1"));

    let tokens = robot.acts_for_itself(&presented(&assertion)).await.succeeds();

    assert_eq!(tokens.scopes(), ["notes:write"]);
}

#[tokio::test]
async fn an_assertion_works_once() {
    let app = app(provider()).build().await;
    let pair = Pair::new(Algorithm::ES256, "k1");
    let client = signing(&app, &pair).await;
    let assertion = pair.signs(|_| (), &claims(&app, &client, "j1"));
    asserts(&client, &assertion).await.is_ok();
    let before = app.dump_tables().await;

    is_refused(&*asserts(&client, &assertion).await, 401, OAuthErrorCode::InvalidClient);
    let other_time = pair.signs(|_| (), &json!({"iss": client.client_id, "sub": client.client_id, "aud": app.base_url(), "exp": START + 99, "jti": "j1"}));
    is_refused(&*asserts(&client, &other_time).await, 401, OAuthErrorCode::InvalidClient);

    assert_eq!(app.dump_tables().await, before);
    let another = signing(&app, &pair).await;
    asserts(&another, &pair.signs(|_| (), &claims(&app, &another, "j1"))).await.is_ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_assertion_works_once_however_many_instances_it_comes_to_at_once() {
    let first = app(provider()).build().await;
    let second = again(&first, provider()).await;
    let pair = Pair::new(Algorithm::ES256, "k1");
    let client = signing(&first, &pair).await;
    for round in 0..5 {
        let assertion = pair.signs(|_| (), &claims(&first, &client, &format!("j{round}")));
        let tries = (0..16).map(|index| {
            let client = if index % 2 == 0 { client.clone() } else { same(&second, &client) };
            let assertion = assertion.clone();
            tokio::spawn(async move { asserts(&client, &assertion).await })
        });

        let answers: Vec<OAuthAnswer> = join_all(tries).await.into_iter().map(Result::unwrap).collect();

        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status.is_success());
        assert_eq!(won.len(), 1);
        for answer in lost {
            is_refused(answer, 401, OAuthErrorCode::InvalidClient);
        }
    }
}

#[tokio::test]
async fn a_stranger_cannot_spend_what_a_client_will_say() {
    let app = app(provider()).build().await;
    let pair = Pair::new(Algorithm::ES256, "k1");
    let client = signing(&app, &pair).await;
    let good = claims(&app, &client, "j1");
    let before = app.dump_tables().await;

    for stranger in
        [Pair::new(Algorithm::ES256, "k1"), Pair::new(Algorithm::ES256, "k2"), Pair::new(Algorithm::EdDSA, "k1")]
    {
        is_refused(&*asserts(&client, &stranger.signs(|_| (), &good)).await, 401, OAuthErrorCode::InvalidClient);
    }

    assert_eq!(app.dump_tables().await, before);
    asserts(&client, &pair.signs(|_| (), &good)).await.is_ok();
}

#[tokio::test]
async fn an_assertion_must_say_who_for_whom_and_until_when() {
    let app = app(provider()).build().await;
    let pair = Pair::new(Algorithm::ES256, "k1");
    let client = signing(&app, &pair).await;
    let before = app.dump_tables().await;

    for (member, value) in [
        ("iss", json!("somebody")),
        ("aud", json!(app.endpoint("/oauth2/token").as_str())),
        ("aud", json!([app.base_url(), "https://other.example"])),
        ("aud", Value::Null),
        ("exp", json!(START - 60)),
        ("exp", json!(START + 86_400)),
        ("exp", Value::Null),
        ("nbf", json!(START + 3600)),
        ("jti", Value::Null),
        ("jti", json!("")),
    ] {
        let mut wrong = claims(&app, &client, "j1");
        wrong[member] = value;
        let answer = asserts(&client, &pair.signs(|_| (), &wrong)).await;
        is_refused(&answer, 401, OAuthErrorCode::InvalidClient);
    }

    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn no_other_kind_of_token_or_algorithm_is_an_assertion() {
    let app = app(provider()).build().await;
    let pair = Pair::new(Algorithm::ES256, "k1");
    let client = signing(&app, &pair).await;
    let good = claims(&app, &client, "j1");
    // RFC 8725 §2.1: the public key as if it were a shared secret.
    let public = serde_json::to_vec(&pair.public).unwrap();
    let shared =
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &good, &EncodingKey::from_secret(&public)).unwrap();
    let signed = pair.signs(|_| (), &good);
    let [_, payload, signature] = signed.split('.').collect::<Vec<_>>()[..] else { panic!("{signed}") };
    let unsigned = format!("eyJhbGciOiJub25lIn0.{payload}.");
    let stripped = format!("eyJhbGciOiJub25lIn0.{payload}.{signature}");
    let typed = |typ: &str| pair.signs(|header| header.typ = Some(typ.to_owned()), &good);

    for wrong in [shared, unsigned, stripped, typed("at+jwt"), typed("dpop+jwt"), "x".repeat(5_000), "..".to_owned()] {
        is_refused(&*asserts(&client, &wrong).await, 401, OAuthErrorCode::InvalidClient);
    }

    asserts(&client, &typed("client-authentication+jwt")).await.is_ok();
}

#[tokio::test]
async fn only_the_registered_method_counts() {
    let app = app(provider()).build().await;
    let pair = Pair::new(Algorithm::ES256, "k1");
    let client = signing(&app, &pair).await;
    let basic = app.registers(Registration::confidential_basic()).await;

    is_refused(&*client.introspects("x").await, 401, OAuthErrorCode::InvalidClient);
    is_refused(&*client.clone().with_secret("secret").introspects("x").await, 401, OAuthErrorCode::InvalidClient);
    let known = OAuthClient::known(&app, &basic.client_id, "");
    let answer = asserts(&known, &pair.signs(|_| (), &claims(&app, &known, "j1"))).await;
    is_refused(&answer, 401, OAuthErrorCode::InvalidClient);
    let both =
        [("client_secret", "x"), ("client_assertion_type", ASSERTION_TYPE), ("client_assertion", "x"), ("token", "x")];
    is_refused(&*client.posts("/oauth2/introspect", &both).await, 400, OAuthErrorCode::InvalidRequest);
}

#[tokio::test]
async fn a_registration_needs_public_keys_one_way() {
    let app = app(provider()).build().await;
    let pair = Pair::new(Algorithm::ES256, "k1");
    let mut private = pair.set();
    private["keys"][0]["d"] = json!("AAAA");
    let signing = || Registration::confidential_basic().with("token_endpoint_auth_method", "private_key_jwt");

    for wrong in [
        signing(),
        signing().with("jwks", pair.set()).with("jwks_uri", "https://c.example/jwks"),
        signing().with("jwks", private),
        signing().with("jwks", json!({"keys": [{"kty": "oct"}]})),
        signing().with("jwks", json!({"keys": []})),
        signing().with("jwks_uri", "http://c.example/jwks"),
        signing().with("jwks_uri", "http://169.254.169.254/latest"),
    ] {
        is_refused(&*app.tries_to_register(&wrong).await, 400, OAuthErrorCode::InvalidClientMetadata);
    }

    assert_eq!(app.count("oauthApplication").await, 0);
    let answer = app.tries_to_register(&signing().with("jwks_uri", "https://c.example/jwks")).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["jwks_uri"]), (201, &json!("https://c.example/jwks")));
}

/// Somebody who publishes keys, and counts who asks.
async fn publishes(set: Value) -> (SocketAddr, Arc<AtomicUsize>, Arc<std::sync::Mutex<Value>>) {
    let (asked, set) = (Arc::new(AtomicUsize::new(0)), Arc::new(std::sync::Mutex::new(set)));
    let (counted, shown) = (asked.clone(), set.clone());
    let answer = get(move || async move {
        counted.fetch_add(1, Ordering::SeqCst);
        let shown = shown.lock().unwrap().clone();
        let status = if shown.is_null() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
        (status, Json(shown))
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/jwks", answer)).await });
    (address, asked, set)
}

fn at_home() -> OidcProvider {
    provider().outbound(OutboundOptions::new().allow_loopback())
}

/// A client whose keys are on this machine: registrations demand https, which a test has no name for.
async fn with_keys_at(app: &TestApp, uri: &str) -> OAuthClient {
    let registration = Registration::confidential_basic()
        .with("token_endpoint_auth_method", "private_key_jwt")
        .with("jwks_uri", "https://c.example/jwks");
    let json = app.tries_to_register(&registration).await.json();
    client::Entity::update_many()
        .col_expr(client::Column::JwksUri, Expr::value(uri))
        .filter(Expr::value(true))
        .exec(app.db())
        .await
        .unwrap();
    OAuthClient::known(app, json["client_id"].as_str().unwrap(), "")
}

#[tokio::test]
async fn published_keys_are_fetched_once_and_again_for_a_new_one() {
    let app = app(at_home()).build().await;
    let (old, new) = (Pair::new(Algorithm::ES256, "k1"), Pair::new(Algorithm::ES256, "k2"));
    let (address, asked, set) = publishes(old.set()).await;
    let client = with_keys_at(&app, &format!("http://{address}/jwks")).await;
    let asserts =
        async |pair: &Pair, jti: &str| asserts(&client, &pair.signs(|_| (), &claims(&app, &client, jti))).await;

    for number in 0..5 {
        asserts(&old, &format!("j{number}")).await.is_ok();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);

    *set.lock().unwrap() = json!({"keys": [old.public, new.public]});
    is_refused(&*asserts(&new, "n1").await, 401, OAuthErrorCode::InvalidClient);
    assert_eq!(asked.load(Ordering::SeqCst), 1, "whoever names keys that are not there makes us ask nobody");
    app.clock.advance(Duration::from_secs(30));
    asserts(&new, "n2").await.is_ok();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn keys_that_can_be_had_no_more_count_for_an_hour() {
    let app = app(at_home()).build().await;
    let pair = Pair::new(Algorithm::ES256, "k1");
    let (address, _, set) = publishes(pair.set()).await;
    let client = with_keys_at(&app, &format!("http://{address}/jwks")).await;
    let asserts = async |jti: &str| asserts(&client, &pair.signs(|_| (), &claims(&app, &client, jti))).await;
    asserts("j1").await.is_ok();

    *set.lock().unwrap() = Value::Null;
    app.clock.advance(Duration::from_mins(59));
    asserts("j2").await.is_ok();
    app.clock.advance(Duration::from_mins(1));

    is_refused(&*asserts("j3").await, 401, OAuthErrorCode::InvalidClient);
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_no_failure_of_ours() {
    let app = app(at_home()).build().await;
    let pair = Pair::new(Algorithm::ES256, "k1");
    let (address, ..) = publishes(json!("no keys")).await;

    for uri in [format!("http://{address}/jwks"), format!("http://{address}/gone"), "http://10.0.0.1/jwks".to_owned()] {
        let client = with_keys_at(&app, &uri).await;
        let answer = asserts(&client, &pair.signs(|_| (), &claims(&app, &client, "j1"))).await;
        is_refused(&answer, 401, OAuthErrorCode::InvalidClient);
    }

    assert_eq!(app.count("oauthUsedJti").await, 0);
}

#[tokio::test]
async fn used_identifiers_are_forgotten_when_they_could_not_come_again() {
    let app = app(provider()).build().await;
    let pair = Pair::new(Algorithm::ES256, "k1");
    let client = signing(&app, &pair).await;
    asserts(&client, &pair.signs(|_| (), &claims(&app, &client, "j1"))).await.is_ok();
    assert_eq!(app.count("oauthUsedJti").await, 1);

    app.clock.advance(Duration::from_secs(91 + 120));
    let _other = again(&app, provider()).await;
    let swept = async {
        while app.count("oauthUsedJti").await > 0 {
            tokio::task::yield_now().await;
        }
    };

    tokio::time::timeout(Duration::from_secs(20), swept).await.unwrap();
}
