//! The proof itself: a JWT signed by the key that stands in its own header. RFC 9449 §4.2 and §4.3.

use auth_protocol::dpop::{MAX_PROOF_LENGTH, PROOF_ALGORITHMS, PROOF_TYPE, ProofClaims};
use auth_protocol::error::OAuthError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::invalid_proof;

/// The algorithms a signature may have that others verify: those of public keys.
pub const SIGNATURE_ALGORITHMS: [(&str, Algorithm); 9] = [
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("EdDSA", Algorithm::EdDSA),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
];

/// The members of a JWK that only its owner may know. RFC 7518 §6.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A proof whose signature is right.
pub(super) struct Proof {
    /// The thumbprint of its key.
    pub(super) jkt: String,
    pub(super) claims: ProofClaims,
}

/// The header, before a library reads it: nothing that counts may be passed over.
#[derive(Deserialize)]
struct Head {
    typ: String,
    alg: String,
    jwk: Map<String, Value>,
    #[serde(default)]
    crit: Option<Value>,
}

impl Proof {
    /// Reads a proof and verifies its signature.
    pub(super) fn read(value: &[u8]) -> Result<Self, OAuthError> {
        let malformed = || invalid_proof("the proof is malformed");
        let text = std::str::from_utf8(value).ok().filter(|text| text.len() <= MAX_PROOF_LENGTH);
        let text = text.ok_or_else(malformed)?;
        let head = text.split('.').next().and_then(|head| URL_SAFE_NO_PAD.decode(head).ok()).ok_or_else(malformed)?;
        let head: Head = serde_json::from_slice(&head).map_err(|_| malformed())?;
        let algorithm = head.algorithm()?;
        let jwk: Jwk = serde_json::from_value(Value::Object(head.jwk))
            .map_err(|_| invalid_proof("the key of the proof cannot be read"))?;
        let key = DecodingKey::from_jwk(&jwk).ok().filter(|key| key.family() == algorithm.family());
        let key = key.ok_or_else(|| invalid_proof("the key of the proof does not fit its algorithm"))?;
        let mut rules = Validation::new(algorithm);
        // The claims are judged elsewhere, by the app's clock.
        rules.required_spec_claims.clear();
        rules.validate_exp = false;
        rules.validate_aud = false;
        let claims = jsonwebtoken::decode::<ProofClaims>(text, &key, &rules).map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::Json(_) => invalid_proof("a claim of the proof is missing or malformed"),
            _ => invalid_proof("the signature of the proof is wrong"),
        })?;
        let jkt = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| malformed())?;
        Ok(Self { jkt, claims: claims.claims })
    }
}

impl Head {
    /// The algorithm, where nothing in the header speaks against the proof.
    fn algorithm(&self) -> Result<Algorithm, OAuthError> {
        if !self.typ.eq_ignore_ascii_case(PROOF_TYPE) {
            return Err(invalid_proof("the type of the proof is not dpop+jwt"));
        }
        // RFC 7515 §4.1.11: no extension is understood here.
        if self.crit.is_some() {
            return Err(invalid_proof("the proof has a critical extension"));
        }
        if PRIVATE.iter().any(|member| self.jwk.contains_key(*member)) {
            return Err(invalid_proof("the proof holds a private or a shared key"));
        }
        let known = SIGNATURE_ALGORITHMS.iter().find(|(name, _)| *name == self.alg);
        known
            .map(|(_, algorithm)| *algorithm)
            .filter(|algorithm| algorithm.family() != AlgorithmFamily::Hmac && PROOF_ALGORITHMS.contains(&&*self.alg))
            .ok_or_else(|| invalid_proof("the algorithm of the proof is not accepted"))
    }
}
