//! The public keys of a client, and what they have signed. RFC 7523 §3, RFC 8725 §3.1.

use auth_resource_server::SIGNATURE_ALGORITHMS;
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{AlgorithmFamily, DecodingKey, Header, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The types a JWT may have that is for client authentication; another kind of token is none.
const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];

/// The usable public keys of a client.
#[derive(Clone)]
pub(crate) struct ClientKeySet(Vec<Key>);

#[derive(Clone)]
struct Key {
    id: Option<String>,
    algorithm: Option<KeyAlgorithm>,
    decoding: DecodingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// Why a signature counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadSignature {
    /// No key of the set can have made it: the client may have new ones.
    NoKey,
    /// It is malformed, of another type or algorithm, or wrong.
    Wrong,
}

impl ClientKeySet {
    /// Reads a key set. Keys that cannot be used are passed over (RFC 7517 §5); none without one.
    pub(crate) fn read(document: &[u8]) -> Option<Self> {
        let document: Document = serde_json::from_slice(document).ok()?;
        let keys: Vec<Key> = document.keys.into_iter().filter_map(Key::usable).collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// Reads what somebody claims without having proved it: to refuse early, and for nothing else.
    pub(crate) fn claimed<C: DeserializeOwned>(token: &str) -> Result<C, BadSignature> {
        header(token)?;
        jsonwebtoken::dangerous::insecure_decode::<C>(token).map(|token| token.claims).map_err(|_| BadSignature::Wrong)
    }

    /// Reads what the client has signed. Only algorithms of public keys count, and only that of the key.
    pub(crate) fn verify<C: DeserializeOwned>(&self, token: &str) -> Result<C, BadSignature> {
        let header = header(token)?;
        let mut rules = Validation::new(header.alg);
        // The claims are judged elsewhere, by the app's clock.
        rules.validate_exp = false;
        rules.validate_aud = false;
        rules.required_spec_claims.clear();
        let mut fitting = self.0.iter().filter(|key| key.fits(&header)).peekable();
        if fitting.peek().is_none() {
            return Err(BadSignature::NoKey);
        }
        let read = fitting.find_map(|key| jsonwebtoken::decode::<C>(token, &key.decoding, &rules).ok());
        read.map(|token| token.claims).ok_or(BadSignature::Wrong)
    }
}

/// The header of a JWT that can be one for client authentication.
fn header(token: &str) -> Result<Header, BadSignature> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| BadSignature::Wrong)?;
    let is_of_type = |typ: &String| TYPES.iter().any(|known| known.eq_ignore_ascii_case(typ));
    let is_good = SIGNATURE_ALGORITHMS.iter().any(|(_, known)| *known == header.alg)
        && header.typ.as_ref().is_none_or(is_of_type)
        // RFC 7515 §4.1.11: no extension is understood here.
        && header.crit.is_none();
    if is_good { Ok(header) } else { Err(BadSignature::Wrong) }
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

    /// A token that names a key means that one; one that names none may mean any.
    fn fits(&self, header: &Header) -> bool {
        self.decoding.family() == header.alg.family()
            && self.algorithm.is_none_or(|algorithm| algorithm == header.alg.into())
            && (header.kid.is_none() || self.id == header.kid)
    }
}
