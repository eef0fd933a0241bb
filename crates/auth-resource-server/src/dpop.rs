//! Proofs of possession: a token that is bound to a key works only along with one. RFC 9449.

mod memory;
mod proof;

use std::error::Error;

use async_trait::async_trait;
use auth_protocol::client_assertion::SingleUse;
use auth_protocol::dpop::{ProvenRequest, judge_proof};
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use http::{HeaderMap, HeaderName, HeaderValue};

pub use memory::MemoryProofs;
pub use proof::SIGNATURE_ALGORITHMS;

use proof::Proof;

/// The header of a proof. RFC 9449 §4.1.
pub const DPOP: HeaderName = HeaderName::from_static("dpop");
/// The header of a nonce a server hands out. RFC 9449 §8.
pub const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Knows which proofs were used, and which nonces are good. Shared by whoever takes proofs for the same
/// place: with several instances it needs a store they share.
#[async_trait]
pub trait Proofs: Send + Sync + 'static {
    /// The seconds since the Unix epoch.
    fn unix_seconds(&self) -> i64;

    /// The nonce to hand out, if any. Default none. RFC 9449 §8.
    fn nonce(&self) -> Option<String> {
        None
    }

    /// Whether a nonce is one that was handed out of late. Default none is.
    fn knows_nonce(&self, nonce: &str) -> bool {
        let _ = nonce;
        false
    }

    /// Whether a proof without a nonce is refused. Default no.
    fn requires_nonce(&self) -> bool {
        false
    }

    /// Notes that the proof of a key was used; says whether it was not before.
    ///
    /// # Errors
    ///
    /// Where nobody can say: then the proof must not be taken.
    async fn spend(&self, proven: &Proven) -> Result<bool, Box<dyn Error + Send + Sync>>;
}

/// A proof in order, which has not been used up yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The thumbprint of the key. RFC 7638.
    pub jkt: String,
    /// What must not come a second time.
    pub single_use: SingleUse,
}

impl Proven {
    /// Reads and judges the one proof of a request; none if it has none. Uses nothing up.
    ///
    /// # Errors
    ///
    /// `invalid_dpop_proof` or `use_dpop_nonce`. RFC 9449 §4.3 and §8.
    pub fn of(
        headers: &HeaderMap,
        request: ProvenRequest<'_>,
        proofs: &dyn Proofs,
    ) -> Result<Option<Self>, OAuthError> {
        let mut values = headers.get_all(DPOP).iter();
        let proof = match (values.next(), values.next()) {
            (None, _) => return Ok(None),
            (Some(value), None) => Proof::read(value.as_bytes())?,
            (Some(_), Some(_)) => return Err(invalid_proof("there is more than one DPoP header")),
        };
        let single_use = judge_proof(&proof.claims, request, proofs.unix_seconds())?;
        let is_known = proof.claims.nonce().map(|nonce| proofs.knows_nonce(nonce));
        match is_known {
            Some(true) => {}
            None if !proofs.requires_nonce() => {}
            // Without nonces of its own a server has no say in them.
            Some(false) if proofs.nonce().is_none() => {}
            Some(false) | None => {
                let description = "the proof has to repeat the nonce of the DPoP-Nonce header";
                return Err(OAuthError::new(OAuthErrorCode::UseDpopNonce, description));
            }
        }
        Ok(Some(Self { jkt: proof.jkt, single_use }))
    }
}

/// Hands out a nonce along with an answer, if there are any.
pub fn hand_out_nonce(headers: &mut HeaderMap, proofs: &dyn Proofs) {
    if let Some(nonce) = proofs.nonce().and_then(|nonce| HeaderValue::from_str(&nonce).ok()) {
        headers.insert(DPOP_NONCE, nonce);
    }
}

/// A refusal of a proof.
pub(crate) fn invalid_proof(description: &'static str) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidDpopProof, description)
}
