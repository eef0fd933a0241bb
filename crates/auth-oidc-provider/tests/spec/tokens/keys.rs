//! The signing keys: sealed at rest, kept over restarts, agreed on by instances. RFC 7517.

use auth_core::{Auth, BuildError, SchemaMode, plugins};
use auth_oidc_provider::entity::key;
use auth_testkit::{OAuthClient, Registration, TestApp, TestDatabase};
use axum::body::{Body, to_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use sea_orm::EntityTrait as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::refresh::again;
use super::with_tokens;
use crate::{app, provider};

async fn jwks(app: &TestApp) -> Value {
    app.get("/api/auth/jwks").await.json()
}

#[tokio::test]
async fn the_published_keys_are_public_halves_only() {
    let app = app(provider()).build().await;

    let answer = app.get("/api/auth/jwks").await;

    assert_eq!(answer.header("content-type"), Some("application/json"));
    let jwks = answer.json();
    let keys = jwks["keys"].as_array().unwrap();
    let mut told: Vec<(&str, Vec<&str>)> = keys
        .iter()
        .map(|key| {
            let mut members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
            members.sort_unstable();
            (key["alg"].as_str().unwrap(), members)
        })
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("ES256", vec!["alg", "crv", "kid", "kty", "use", "x", "y"]),
            ("EdDSA", vec!["alg", "crv", "kid", "kty", "use", "x"]),
            ("RS256", vec!["alg", "e", "kid", "kty", "n", "use"]),
        ]
    );
    assert!(keys.iter().all(|key| key["use"] == "sig"));
}

#[tokio::test]
async fn private_keys_are_sealed_at_rest() {
    let app = app(provider()).build().await;

    let rows = key::Entity::find().all(app.db()).await.unwrap();

    assert_eq!(rows.len(), 3);
    for row in rows {
        // How PKCS#8 begins for Ed25519, P-256 and RSA, in base64; and what PEM looks like.
        for clear in ["MFECAQEw", "MFMCAQEw", "MC4CAQAw", "MIGHAgEAMBMG", "MIIE", "PRIVATE KEY"] {
            assert!(!row.private_key.contains(clear), "{}: {}", row.alg, row.private_key);
        }
        let decoded = STANDARD.decode(&row.private_key).unwrap_or_default();
        assert!(!decoded.starts_with(&[0x30]), "{}: not DER", row.alg);
        assert!(!row.private_key.starts_with('{'), "{}: not a JWK", row.alg);
    }
}

#[tokio::test]
async fn a_restart_keeps_the_keys() {
    let (first, _client, tokens) = with_tokens().await;
    let before = jwks(&first).await;

    let restarted = again(&first, provider()).await;

    assert_eq!(jwks(&restarted).await, before);
    assert_eq!(first.count("jwks").await, 3);
    // The new instance signs with the same key.
    let client = restarted.registers(Registration::confidential_basic()).await;
    let alice = restarted.person("Carol", "carol@example.com");
    let later = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    assert_eq!(kid(later.id()), kid(tokens.id()));
}

#[tokio::test]
async fn another_secret_is_one_clear_error() {
    let first = app(provider()).build().await;

    let built = Auth::builder("http://localhost:3000")
        .plugins(plugins![provider()])
        .database(first.db().clone())
        .secret("another-secret-8Zk2vP0sT7xLw4nR6yB1mD9cF3")
        .schema_mode(SchemaMode::Check)
        .build()
        .await;

    let error = built.err().unwrap();
    assert!(matches!(error, BuildError::Start { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "oidc-provider could not start: the database was sealed with another secret: \
         use the one it was made with, or empty the table jwks"
    );
    assert_eq!(first.count("jwks").await, 3, "nothing is written over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_apps_that_start_at_once_agree_on_the_keys() {
    let database = TestDatabase::empty().await;
    let starts = |url: String| {
        tokio::spawn(async move {
            let auth = Auth::builder("http://localhost:3000")
                .plugins(plugins![provider()])
                .database(url)
                .secret("q8Zk2vP0sT7xLw4nR6yB1mD9cF3hJ5gK-test")
                .schema_mode(SchemaMode::Apply)
                .build()
                .await
                .unwrap();
            let request = Request::get("/api/auth/jwks").body(Body::empty()).unwrap();
            let answer = auth.router().oneshot(request).await.unwrap();
            to_bytes(answer.into_body(), 1 << 20).await.unwrap()
        })
    };

    let (first, second) = tokio::join!(starts(database.url().to_owned()), starts(database.url().to_owned()));

    let (first, second) = (first.unwrap(), second.unwrap());
    let keys: Value = serde_json::from_slice(&first).unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 3);
    assert_eq!(first, second);
    let db = database.connect().await;
    assert_eq!(key::Entity::find().all(&db).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_key_of_another_product_is_not_published() {
    let first = app(provider()).build().await;
    let before = jwks(&first).await;
    // Better Auth keeps keys in the table of this name; no request of ours writes such a row.
    let foreign = key::Model {
        id: "foreign".to_owned(),
        public_key: r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#.to_owned(),
        private_key: "sealed by somebody else".to_owned(),
        alg: String::new(),
        state: "retired".to_owned(),
        slot: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
        expires_at: None,
    };
    let row: key::ActiveModel = foreign.into();
    key::Entity::insert(row).exec_without_returning(first.db()).await.unwrap();

    let restarted = again(&first, provider()).await;

    assert_eq!(jwks(&restarted).await, before);
}

#[tokio::test]
async fn instances_verify_each_others_tokens() {
    let (first, client, tokens) = with_tokens().await;
    let second = again(&first, provider()).await;

    let there = OAuthClient::known(&second, &client.client_id, &client.redirect_uri);

    there.userinfo(&tokens.access_token).await.is_ok();
}
