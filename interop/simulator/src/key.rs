//! The key of clients that prove themselves. RFC 7523 §2.2.

use std::time::{SystemTime, UNIX_EPOCH};

use auth_doctor::Signer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// A key of ES256, drawn anew each time.
#[derive(Clone)]
pub struct Key {
    private: EncodingKey,
    public: Jwk,
}

/// A key cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("a key cannot be made")]
pub struct KeyError;

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").finish_non_exhaustive()
    }
}

impl Key {
    /// Draws a key.
    ///
    /// # Errors
    /// [`KeyError`] where the system gives no randomness.
    pub fn new() -> Result<Self, KeyError> {
        let drawn = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let private = EncodingKey::from_ec_der(drawn.map_err(|_| KeyError)?.as_ref());
        let mut public = Jwk::from_encoding_key(&private, Algorithm::ES256).map_err(|_| KeyError)?;
        public.common.key_id = Some("k1".to_owned());
        Ok(Self { private, public })
    }

    /// The public half, as a set. RFC 7517 §5.
    pub fn set(&self) -> Value {
        json!({ "keys": [self.public] })
    }
}

impl Signer for Key {
    fn assertion(&self, client_id: &str, issuer: &str) -> String {
        #[expect(clippy::disallowed_methods, reason = "a client has the time of its own machine")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut drawn = [0_u8; 16];
        rand::fill(&mut drawn);
        let jti = u128::from_be_bytes(drawn).to_string();
        let claims =
            json!({ "iss": client_id, "sub": client_id, "aud": issuer, "iat": now, "exp": now + 60, "jti": jti });
        let mut header = Header::new(Algorithm::ES256);
        header.kid.clone_from(&self.public.common.key_id);
        // A key that was drawn for it signs.
        jsonwebtoken::encode(&header, &claims, &self.private).unwrap_or_default()
    }
}
