//! RFC 9449: tokens that are bound to a key, and the proofs they come with.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use auth_protocol::dpop::token_hash;
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use auth_resource_server::{MemoryProofs, Proofs, Proven, RequireToken, VerifiedToken, Verifier, VerifyError};
use axum::Router;
use axum::routing::any;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::request::Builder;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::clock::FakeClock;
use crate::issuer::{Key, RESOURCE};
use crate::requests::{Answer, post, sent};

const NOW: i64 = 1_700_000_000;
const METADATA: &str = "https://mcp.example/.well-known/oauth-protected-resource/mcp";
const TOKEN: &str = "bound-token";

/// One token, bound to a key.
struct Bound(Option<String>);

#[async_trait]
impl Verifier for Bound {
    async fn verify(&self, _: &str) -> Result<VerifiedToken, VerifyError> {
        Ok(VerifiedToken {
            subject: "alice".to_owned(),
            client_id: None,
            scope: Scope::parse("mcp:tools").unwrap(),
            audience: vec![RESOURCE.to_owned()],
            issuer: None,
            expires_at: None,
            confirmation: self.0.clone(),
            claims: serde_json::Map::new(),
        })
    }
}

fn jwk(key: &Key) -> Jwk {
    Jwk::from_encoding_key(&key.signing, key.algorithm).unwrap()
}

fn jkt(key: &Key) -> String {
    jwk(key).thumbprint(ThumbprintHash::SHA256).unwrap()
}

/// The claims of a good proof, with changes.
fn claims(jti: &str, changes: &Value) -> Value {
    let mut claims = json!({"jti": jti, "htm": "POST", "htu": RESOURCE, "iat": NOW, "ath": token_hash(TOKEN)});
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    claims
}

fn proof(key: &Key, jti: &str, changes: &Value) -> String {
    let mut header = Header::new(key.algorithm);
    header.typ = Some("dpop+jwt".to_owned());
    header.jwk = Some(jwk(key));
    key.signs(&header, &claims(jti, changes))
}

fn guard_of(proofs: impl Proofs, key: Option<&Key>) -> RequireToken {
    let resource = Resource::parse(RESOURCE).unwrap();
    RequireToken::builder(Bound(key.map(jkt)), METADATA.parse().unwrap()).dpop(proofs, &resource).build().unwrap()
}

fn served(guard: RequireToken) -> Router {
    Router::new().route("/mcp", any(|| async { "guarded" })).route_layer(guard)
}

fn app(key: &Key) -> Router {
    served(guard_of(MemoryProofs::with_clock(FakeClock::new()), Some(key)))
}

fn with(proof: &str) -> Builder {
    post("/mcp").header("authorization", format!("DPoP {TOKEN}")).header("dpop", proof)
}

#[track_caller]
fn is_refused(answer: &Answer, error: &str, why: &str) {
    assert_eq!(answer.status, 401, "{why}");
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.starts_with(&format!("DPoP error=\"{error}\"")), "{challenge}");
    assert!(challenge.contains(why), "{challenge}");
    assert!(challenge.contains("algs=\"ES256 ") && challenge.contains(METADATA), "{challenge}");
}

#[tokio::test]
async fn a_bound_token_passes_with_a_proof_of_its_key_once() {
    for key in [Key::es256("a"), Key::eddsa("b")] {
        let app = app(&key);
        let first = proof(&key, "j1", &json!({}));

        assert_eq!(sent(&app, with(&first)).await.status, 200);
        is_refused(&sent(&app, with(&first)).await, "invalid_dpop_proof", "used before");
        assert_eq!(sent(&app, with(&proof(&key, "j2", &json!({})))).await.status, 200);
    }
}

#[tokio::test]
async fn a_bound_token_alone_is_worth_nothing() {
    let key = Key::es256("a");
    let app = app(&key);

    let bearer = post("/mcp").header("authorization", format!("Bearer {TOKEN}"));
    is_refused(&sent(&app, bearer).await, "invalid_token", "bound to a key");
    let bearer = post("/mcp").header("authorization", format!("Bearer {TOKEN}"));
    let bearer = bearer.header("dpop", proof(&key, "j1", &json!({})));
    is_refused(&sent(&app, bearer).await, "invalid_token", "bound to a key");
    let bare = post("/mcp").header("authorization", format!("DPoP {TOKEN}"));
    is_refused(&sent(&app, bare).await, "invalid_dpop_proof", "no proof");
}

#[tokio::test]
async fn an_unbound_token_must_not_come_as_if_it_were_bound() {
    let key = Key::es256("a");
    let app = served(guard_of(MemoryProofs::with_clock(FakeClock::new()), None));

    is_refused(&sent(&app, with(&proof(&key, "j1", &json!({})))).await, "invalid_token", "bound to no key");
    let bearer = post("/mcp").header("authorization", format!("Bearer {TOKEN}"));
    assert_eq!(sent(&app, bearer).await.status, 200);
}

#[tokio::test]
async fn a_resource_may_take_bound_tokens_only() {
    let resource = Resource::parse(RESOURCE).unwrap();
    let guard = RequireToken::builder(Bound(None), METADATA.parse().unwrap());
    let guard = guard.dpop(MemoryProofs::new(), &resource).require_dpop(true).build().unwrap();
    let app = served(guard);

    let nobody = sent(&app, post("/mcp")).await;
    assert_eq!(nobody.status, 401);
    let challenge = nobody.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("DPoP algs=") && !challenge.contains("error"), "{challenge}");
    let bearer = post("/mcp").header("authorization", format!("Bearer {TOKEN}"));
    is_refused(&sent(&app, bearer).await, "invalid_token", "bound to no key");
}

#[tokio::test]
async fn a_proof_is_of_this_key_request_and_token_and_fresh() {
    let (key, other) = (Key::es256("a"), Key::es256("b"));
    let app = app(&key);

    is_refused(&sent(&app, with(&proof(&other, "j1", &json!({})))).await, "invalid_token", "another key");
    for (changes, why) in [
        (json!({"htm": "GET"}), "htm"),
        (json!({"htu": "https://other.example/mcp"}), "htu"),
        (json!({"ath": token_hash("other")}), "ath"),
        (json!({"iat": NOW - 600}), "too old"),
        (json!({"iat": NOW + 600}), "not valid yet"),
        (json!({"jti": ""}), "jti"),
    ] {
        let answer = sent(&app, with(&proof(&key, "j1", &changes))).await;
        is_refused(&answer, "invalid_dpop_proof", why);
    }
    assert_eq!(sent(&app, with(&proof(&key, "j1", &json!({})))).await.status, 200, "no refusal used it up");
}

#[tokio::test]
async fn a_proof_that_is_not_signed_by_its_own_public_key_is_none() {
    let (key, other) = (Key::es256("a"), Key::es256("b"));
    let app = app(&key);
    let good = || {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("dpop+jwt".to_owned());
        header.jwk = Some(jwk(&key));
        header
    };
    let signed =
        |header: &Header, key: &EncodingKey| jsonwebtoken::encode(header, &claims("j1", &json!({})), key).unwrap();
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let rest = proof(&key, "j1", &json!({}));
    let rest = rest.split_once('.').unwrap().1;
    let headed = |head: &Value| format!("{}.{rest}", part(head));
    let public = serde_json::to_value(jwk(&key)).unwrap();
    let mut private = public.clone();
    private["d"] = json!("c2VjcmV0");
    let symmetric = json!({"kty": "oct", "k": "c2VjcmV0"});
    let off_curve = json!({"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"});
    let mut typeless = good();
    typeless.typ = Some("JWT".to_owned());

    for (wrong, why) in [
        (signed(&good(), &other.signing), "signature"),
        (signed(&typeless, &key.signing), "type"),
        (headed(&json!({"typ": "dpop+jwt", "alg": "none", "jwk": public})), "algorithm"),
        (headed(&json!({"typ": "dpop+jwt", "alg": "HS256", "jwk": symmetric})), "private or a shared key"),
        (headed(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": private})), "private or a shared key"),
        (headed(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": public, "crit": ["x"]})), "critical"),
        (headed(&json!({"typ": "dpop+jwt", "alg": "RS256", "jwk": public})), "does not fit"),
        (headed(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": off_curve})), "signature"),
        (headed(&json!({"typ": "dpop+jwt", "alg": "ES256"})), "malformed"),
        ("x".repeat(9_000), "malformed"),
        (String::new(), "malformed"),
        ("a.b.c".to_owned(), "malformed"),
    ] {
        is_refused(&sent(&app, with(&wrong)).await, "invalid_dpop_proof", why);
    }
    let twice = with(&proof(&key, "j1", &json!({}))).header("dpop", proof(&key, "j2", &json!({})));
    is_refused(&sent(&app, twice).await, "invalid_dpop_proof", "more than one");
}

/// Hands out one nonce and wants it back; counts what was spent.
#[derive(Clone, Default)]
struct WithNonce(Arc<AtomicUsize>);

#[async_trait]
impl Proofs for WithNonce {
    fn unix_seconds(&self) -> i64 {
        NOW
    }

    fn nonce(&self) -> Option<String> {
        Some("n1".to_owned())
    }

    fn knows_nonce(&self, nonce: &str) -> bool {
        nonce == "n1"
    }

    fn requires_nonce(&self) -> bool {
        true
    }

    async fn spend(&self, _: &Proven) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
        match self.0.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(true),
            _ => Err("no route to 10.0.0.7".into()),
        }
    }
}

#[tokio::test]
async fn a_nonce_is_asked_for_and_handed_out() {
    let key = Key::es256("a");
    let proofs = WithNonce::default();
    let app = served(guard_of(proofs.clone(), Some(&key)));

    for nonce in [json!({}), json!({"nonce": "old"})] {
        let answer = sent(&app, with(&proof(&key, "j1", &nonce))).await;
        is_refused(&answer, "use_dpop_nonce", "nonce");
        assert_eq!(answer.header("dpop-nonce"), Some("n1"));
    }
    assert_eq!(proofs.0.load(Ordering::Relaxed), 0, "nothing was used up");
    let good = proof(&key, "j1", &json!({"nonce": "n1"}));
    assert_eq!(sent(&app, with(&good)).await.status, 200);
}

#[tokio::test]
async fn where_nobody_can_say_whether_a_proof_was_used_nobody_is_let_in() {
    let key = Key::es256("a");
    let proofs = WithNonce::default();
    proofs.0.store(1, Ordering::Relaxed);
    let app = served(guard_of(proofs, Some(&key)));

    let answer = sent(&app, with(&proof(&key, "j1", &json!({"nonce": "n1"})))).await;

    assert_eq!(answer.status, 503);
    assert!(!answer.body.contains("10.0.0.7"), "{}", answer.body);
}
