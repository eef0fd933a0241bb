//! The private key of a client that signs. RFC 7523 §2.2 and §3, OpenID Connect Core §9.

use std::fmt;

use jsonwebtoken::errors::Error;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;

use crate::reference;

/// Seconds an assertion counts: it is made for one question.
const LIFETIME: i64 = 60;

/// The private key of a client that signs. `Debug` hides it.
#[derive(Clone)]
pub struct ClientKey {
    signing: EncodingKey,
    algorithm: Algorithm,
    key_id: Option<String>,
}

/// A text that is no private key of its kind, in PKCS#8 and PEM.
#[derive(Debug, thiserror::Error)]
#[error("the private key cannot be read")]
pub struct InvalidClientKey(#[source] Error);

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
}

impl ClientKey {
    /// A P-256 key, which signs by ES256.
    ///
    /// # Errors
    ///
    /// If it is not one in PKCS#8 and PEM.
    pub fn es256(pem: &[u8]) -> Result<Self, InvalidClientKey> {
        EncodingKey::from_ec_pem(pem).map(|signing| Self::of(signing, Algorithm::ES256)).map_err(InvalidClientKey)
    }

    /// An Ed25519 key, which signs by `EdDSA`.
    ///
    /// # Errors
    ///
    /// If it is not one in PKCS#8 and PEM.
    pub fn eddsa(pem: &[u8]) -> Result<Self, InvalidClientKey> {
        EncodingKey::from_ed_pem(pem).map(|signing| Self::of(signing, Algorithm::EdDSA)).map_err(InvalidClientKey)
    }

    fn of(signing: EncodingKey, algorithm: Algorithm) -> Self {
        Self { signing, algorithm, key_id: None }
    }

    /// Names the key as the published set does. Default not: then there is one key it can be.
    #[must_use]
    pub fn key_id(mut self, key_id: impl Into<String>) -> Self {
        self.key_id = Some(key_id.into());
        self
    }

    /// Says to an issuer who asks, once. The issuer is the one audience: an assertion for an endpoint could be one
    /// that another server was given.
    pub(super) fn asserts(&self, client_id: &str, issuer: &str, now: i64) -> Result<String, Error> {
        let header = Header { kid: self.key_id.clone(), ..Header::new(self.algorithm) };
        let jti = format!("{}{}", reference::draw(), reference::draw());
        let (iss, sub, aud, exp) = (client_id, client_id, issuer, now.saturating_add(LIFETIME));
        encode(&header, &Assertion { iss, sub, aud, iat: now, exp, jti }, &self.signing)
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientKey")
            .field("algorithm", &self.algorithm)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}
