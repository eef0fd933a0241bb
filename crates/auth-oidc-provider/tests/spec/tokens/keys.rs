//! The signing keys: sealed at rest, kept over restarts, agreed on by instances. RFC 7517.

use std::time::Duration;

use auth_core::{Auth, BuildError, SchemaMode, plugins};
use auth_oidc_provider::Provider;
use auth_oidc_provider::entity::key;
use auth_testkit::{OAuthClient, Registration, TestApp, TestDatabase};
use axum::body::{Body, to_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use sea_orm::EntityTrait as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::refresh::{again, same};
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
        activated_at: None,
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

/// The ids of the published keys of an algorithm.
async fn published(app: &TestApp, algorithm: &str) -> Vec<String> {
    let keys = jwks(app).await["keys"].as_array().unwrap().clone();
    let of_it = keys.into_iter().filter(|key| key["alg"] == algorithm);
    of_it.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// The key an ID token is signed with by now.
async fn signs_with(app: &TestApp) -> (String, String) {
    let client = app.registers(Registration::confidential_basic()).await;
    let person = app.person("Dora", &format!("{}@example.com", client.client_id.to_lowercase().replace('_', "-")));
    person.signs_up().await;
    let token = client.exchanges(&person.authorizes(&client).await).await.succeeds().id().to_owned();
    (jsonwebtoken::decode_header(&token).unwrap().kid.unwrap(), token)
}

/// Another instance, once it has done what is due by the clock: it publishes this many keys.
async fn kept(first: &TestApp, keys: usize) -> TestApp {
    let instance = again(first, provider()).await;
    let due = async {
        while jwks(&instance).await["keys"].as_array().unwrap().len() != keys {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), due).await.unwrap();
    instance
}

#[tokio::test]
async fn keys_change_in_time_and_whoever_knew_them_knows_the_next() {
    let first = app(provider()).build().await;
    let (old, early) = signs_with(&first).await;

    first.clock.advance(Duration::from_hours(24 * 89));
    let second = kept(&first, 6).await;
    let both = published(&second, "ES256").await;
    assert_eq!((both.len(), both.contains(&old)), (2, true), "the next key is published");
    assert_eq!(signs_with(&second).await.0, old, "and signs nothing yet");

    first.clock.advance(Duration::from_hours(24));
    let third = again(&first, provider()).await;
    let due = async { while signs_with(&third).await.0 == old {} };
    tokio::time::timeout(Duration::from_secs(20), due).await.unwrap();
    let (new, _) = signs_with(&third).await;
    assert!(both.contains(&new), "it was published a day ahead");
    assert!(published(&third, "ES256").await.contains(&old), "what it has signed still counts");
    let rows = key::Entity::find().all(first.db()).await.unwrap();
    assert!(rows.iter().filter(|row| row.state == "retired").all(|row| row.private_key.is_empty()));
    // The one that has not looked yet signs with the old one, which is published.
    assert_eq!(signs_with(&first).await.0, old);
    assert_ne!(early, "");

    first.clock.advance(Duration::from_hours(26));
    let fourth = kept(&first, 3).await;
    assert_eq!(published(&fourth, "ES256").await, [new]);
}

#[tokio::test]
async fn keys_change_at_once_where_somebody_orders_it() {
    let app = app(provider()).build().await;
    let (old, token) = signs_with(&app).await;

    app.auth().handle::<Provider>().unwrap().rotate_signing_keys().await.unwrap();

    let (new, _) = signs_with(&app).await;
    assert_ne!(new, old);
    let kids = published(&app, "ES256").await;
    assert_eq!(kids.len(), 1, "whoever has the old one could go on making tokens");
    let mut url = app.endpoint("/oauth2/end-session");
    url.query_pairs_mut().append_pair("id_token_hint", &token);
    assert_eq!(app.get(url.as_str()).await.status, 200, "what it has signed is as if it were not there");
    app.stores_no_secret().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn instances_that_change_keys_at_once_end_with_one_of_each() {
    let first = app(provider()).build().await;
    let second = again(&first, provider()).await;
    let orders = (0..8).map(|index| {
        let app = if index % 2 == 0 { &first } else { &second };
        let provider = app.auth().handle::<Provider>().unwrap();
        tokio::spawn(async move { provider.rotate_signing_keys().await.map_err(|error| error.to_string()) })
    });

    for order in futures::future::join_all(orders).await {
        order.unwrap().unwrap();
    }

    let rows = key::Entity::find().all(first.db()).await.unwrap();
    let mut slots: Vec<&str> = rows.iter().filter_map(|row| row.slot.as_deref()).collect();
    slots.sort_unstable();
    assert_eq!(
        slots.iter().filter(|slot| !slot.ends_with("+next")).copied().collect::<Vec<_>>(),
        ["ES256", "EdDSA", "RS256"]
    );
    signs_with(&first).await;
}

#[tokio::test]
async fn the_app_secret_changes_without_anybody_noticing() {
    const NEW: &str = "k4Vn9Xz2Qm7Ls1Rt6Wp3Hy8Bd5Jc0Gf-new-one";
    let first = app(provider()).build().await;
    let alice = first.alice().await;
    let client = first.registers(Registration::confidential_basic()).await;
    let token = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    let before = jwks(&first).await;
    let with = async |previous: &'static [&'static str]| {
        let (db, clock) = (first.db().clone(), first.clock.clone());
        let both = move |builder: auth_core::AuthBuilder| {
            builder.database(db).clock(clock).secret(NEW).previous_secrets(previous.iter().copied())
        };
        app(provider()).configure(both).build().await
    };

    let both = with(&[auth_testkit::SECRET]).await;

    assert_eq!(jwks(&both).await, before, "the same keys");
    let cookies = alice.browser.cookies(|jar| jar.clone());
    let moved = both.browser();
    moved.cookies(|jar| *jar = cookies.clone());
    assert!(moved.fetches("/api/auth/get-session").await.json()["user"].is_object(), "the same session");
    same(&both, &client).refreshes(token.refresh()).await.succeeds();

    let without = with(&[]).await;
    assert_eq!(jwks(&without).await, before, "the keys were sealed anew");
    let forgotten = without.browser();
    forgotten.cookies(|jar| *jar = cookies);
    assert!(
        forgotten.fetches("/api/auth/get-session").await.json().is_null(),
        "what the old secret has signed is over"
    );
}

#[tokio::test]
async fn an_order_ends_also_what_the_schedule_has_retired() {
    let first = app(provider()).build().await;
    let (old, _) = signs_with(&first).await;
    first.clock.advance(Duration::from_hours(24 * 89));
    kept(&first, 6).await;
    first.clock.advance(Duration::from_hours(24));
    let app = again(&first, provider()).await;
    let due = async { while signs_with(&app).await.0 == old {} };
    tokio::time::timeout(Duration::from_secs(20), due).await.unwrap();
    assert!(published(&app, "ES256").await.contains(&old), "it is still published");

    app.auth().handle::<Provider>().unwrap().rotate_signing_keys().await.unwrap();

    let (new, _) = signs_with(&app).await;
    assert_eq!(published(&app, "ES256").await, [new]);
}
