//! The key of a client that proves possession. RFC 9449.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::app::TestApp;

/// A P-256 key whose holder signs proofs of possession.
#[derive(Debug)]
pub struct ProofKey {
    pair: EcdsaKeyPair,
    app: TestApp,
}

impl ProofKey {
    /// Draws a key for a client of this app.
    pub fn new(app: &TestApp) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap();
        Self { pair, app: app.clone() }
    }

    /// The public half.
    pub fn jwk(&self) -> Value {
        // An uncompressed point: one byte that says so, then both coordinates.
        let point = self.pair.public_key().as_ref();
        let (x, y) = point.split_at(1).1.split_at(32);
        // In the order that RFC 7638 §3.3 demands.
        json!({"crv": "P-256", "kty": "EC", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)})
    }

    /// The thumbprint of the public half. RFC 7638 §3.
    pub fn jkt(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.jwk().to_string()))
    }

    /// A fresh proof for a request to a path or URL, with further claims such as `ath` or `nonce`.
    pub fn proves(&self, method: &str, url: &str, more: &Value) -> String {
        let url = self.app.url(url);
        let context = self.app.auth().context();
        let mut claims = json!({
            "jti": context.new_token().unwrap(), "htm": method, "htu": url.as_str(), "iat": context.now().timestamp(),
        });
        if let (Some(claims), Some(more)) = (claims.as_object_mut(), more.as_object()) {
            claims.extend(more.clone());
        }
        self.signs(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk()}), &claims)
    }

    /// Any JWS by this key.
    pub fn signs(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
