//! A remote issuer on a loopback port: its metadata, its keys, and the tokens it signs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use auth_outbound::{Outbound, OutboundOptions};
use auth_protocol::resource::Resource;
use auth_resource_server::{Clock, Jwks, JwksBuilder};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::clock::FakeClock;

pub(crate) const RESOURCE: &str = "https://mcp.example/mcp";

/// A signing key and what is published of it.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) signing: EncodingKey,
}

impl Key {
    pub(crate) fn es256(id: &str) -> Self {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        Self { id: id.to_owned(), algorithm: Algorithm::ES256, signing: EncodingKey::from_ec_der(pkcs8.as_ref()) }
    }

    pub(crate) fn eddsa(id: &str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).unwrap();
        Self { id: id.to_owned(), algorithm: Algorithm::EdDSA, signing: EncodingKey::from_ed_der(pkcs8.as_ref()) }
    }

    pub(crate) fn published(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.signing, self.algorithm).unwrap();
        jwk.common.key_id = Some(self.id.clone());
        serde_json::to_value(jwk).unwrap()
    }

    /// The header of an access token signed with this key.
    pub(crate) fn header(&self) -> Header {
        let mut header = Header::new(self.algorithm);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.id.clone());
        header
    }

    pub(crate) fn signs(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.signing).unwrap()
    }
}

/// What the issuer serves right now.
struct Served {
    metadata: Value,
    keys: Value,
    status: StatusCode,
    cache_control: &'static str,
    /// How long each of its answers takes, in seconds.
    takes: i64,
}

#[derive(Clone)]
pub(crate) struct Issuer {
    pub(crate) url: String,
    pub(crate) clock: FakeClock,
    served: Arc<Mutex<Served>>,
    fetches: Arc<AtomicUsize>,
    fetched: Arc<Notify>,
}

impl Issuer {
    /// Starts an issuer that publishes these keys.
    pub(crate) async fn publishing(keys: &[&Key]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let metadata = json!({ "issuer": url, "jwks_uri": format!("{url}/jwks") });
        let served = Served { metadata, keys: Value::Null, status: StatusCode::OK, cache_control: "public", takes: 0 };
        let issuer = Self {
            url,
            clock: FakeClock::new(),
            served: Arc::new(Mutex::new(served)),
            fetches: Arc::default(),
            fetched: Arc::default(),
        };
        issuer.publishes(keys);
        let router = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata_of))
            .route("/jwks", get(keys_of))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    pub(crate) fn publishes(&self, keys: &[&Key]) {
        let keys: Vec<Value> = keys.iter().map(|key| key.published()).collect();
        self.publishes_raw(json!({ "keys": keys }));
    }

    pub(crate) fn publishes_raw(&self, keys: Value) {
        self.served.lock().unwrap().keys = keys;
    }

    pub(crate) fn names_itself(&self, issuer: &str) {
        self.served.lock().unwrap().metadata["issuer"] = json!(issuer);
    }

    pub(crate) fn leads_to(&self, jwks_uri: &str) {
        self.served.lock().unwrap().metadata["jwks_uri"] = json!(jwks_uri);
    }

    pub(crate) fn may_be_kept(&self, cache_control: &'static str) {
        self.served.lock().unwrap().cache_control = cache_control;
    }

    pub(crate) fn takes(&self, seconds: i64) {
        self.served.lock().unwrap().takes = seconds;
    }

    pub(crate) fn goes_away(&self) {
        self.served.lock().unwrap().status = StatusCode::INTERNAL_SERVER_ERROR;
    }

    pub(crate) fn comes_back(&self) {
        self.served.lock().unwrap().status = StatusCode::OK;
    }

    /// How often somebody asked for the keys.
    pub(crate) fn fetches(&self) -> usize {
        self.fetches.load(Ordering::Relaxed)
    }

    /// Waits until somebody has asked for the keys once more.
    pub(crate) async fn is_asked(&self) {
        self.fetched.notified().await;
    }

    /// A verifier of this issuer's tokens.
    pub(crate) fn verifier(&self) -> JwksBuilder {
        let outbound = Outbound::new(OutboundOptions::new().allow_loopback()).unwrap();
        Jwks::builder(outbound, &self.url, &Resource::parse(RESOURCE).unwrap()).clock(self.clock.clone())
    }

    /// The claims of a token that is valid for ten minutes.
    pub(crate) fn claims(&self) -> Value {
        json!({
            "iss": self.url,
            "sub": "alice",
            "aud": RESOURCE,
            "client_id": "client-1",
            "scope": "mcp:tools files:read",
            "exp": self.clock.unix_seconds() + 600,
            "iat": self.clock.unix_seconds(),
            "jti": "token-1",
        })
    }

    pub(crate) fn token(&self, key: &Key) -> String {
        key.signs(&key.header(), &self.claims())
    }
}

async fn metadata_of(State(issuer): State<Issuer>) -> Response {
    let served = issuer.served.lock().unwrap();
    (served.status, served.metadata.to_string()).into_response()
}

async fn keys_of(State(issuer): State<Issuer>) -> Response {
    issuer.fetches.fetch_add(1, Ordering::Relaxed);
    issuer.fetched.notify_one();
    let served = issuer.served.lock().unwrap();
    issuer.clock.advance(served.takes);
    let cache_control: (HeaderName, &str) = (header::CACHE_CONTROL, served.cache_control);
    (served.status, [cache_control], served.keys.to_string()).into_response()
}
