//! The keys of an issuer, of which only public signature keys count. RFC 7517.

use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{AlgorithmFamily, DecodingKey, Header};
use serde::Deserialize;
use serde_json::Value;

/// The usable keys of a key set.
pub(crate) struct KeySet(Vec<Key>);

struct Key {
    id: Option<String>,
    algorithm: Option<KeyAlgorithm>,
    decoding: DecodingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// Reads a key set; keys that cannot be used are passed over, RFC 7517 §5.
    pub(crate) fn parse(document: &[u8]) -> Result<Self, serde_json::Error> {
        let document: Document = serde_json::from_slice(document)?;
        Ok(Self(document.keys.into_iter().filter_map(Key::usable).collect()))
    }

    /// Finds the key a token names, or the only one it can mean.
    pub(crate) fn find(&self, header: &Header) -> Option<&DecodingKey> {
        let mut fitting = self.0.iter().filter(|key| key.fits(header));
        match (&header.kid, fitting.next(), fitting.next()) {
            (_, Some(key), None) | (Some(_), Some(key), Some(_)) => Some(&key.decoding),
            (_, None, _) | (None, Some(_), Some(_)) => None,
        }
    }
}

impl Key {
    fn usable(key: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(key).ok()?;
        let decoding = DecodingKey::from_jwk(&jwk).ok()?;
        let for_signatures = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
        (for_signatures && decoding.family() != AlgorithmFamily::Hmac).then_some(Self {
            id: jwk.common.key_id,
            algorithm: jwk.common.key_algorithm,
            decoding,
        })
    }

    fn fits(&self, header: &Header) -> bool {
        self.decoding.family() == header.alg.family()
            && self.algorithm.is_none_or(|algorithm| algorithm == header.alg.into())
            && (header.kid.is_none() || self.id == header.kid)
    }
}
