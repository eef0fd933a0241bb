//! Proofs of possession: which were used, which nonces are good, and what they are demanded for. RFC 9449.

use std::error::Error;

use async_trait::async_trait;
use auth_core::database::retrying;
use auth_protocol::dpop::ProvenRequest;
use auth_protocol::error::OAuthErrorCode;
use auth_resource_server::{DPOP, Proofs, Proven, hand_out_nonce};
use http::HeaderMap;

use crate::error::OAuthFailure;
use crate::provider::Provider;
use crate::store;

/// What the tag is for that a nonce is.
const NONCE: &str = "dpop-nonce";
/// How long one nonce is handed out, in seconds. It is good in the next time of that length too.
const NONCE_SECONDS: i64 = 150;

/// A nonce is a keyed tag of the time: every instance knows it, and none has to store it.
#[async_trait]
impl Proofs for Provider {
    fn unix_seconds(&self) -> i64 {
        self.cx().now().timestamp()
    }

    fn nonce(&self) -> Option<String> {
        Some(self.cx().keys().tag(NONCE, &turn(self).to_string()))
    }

    fn knows_nonce(&self, nonce: &str) -> bool {
        // The clock of the instance that handed it out may be ahead.
        let turns = [turn(self), turn(self) - 1, turn(self) + 1];
        turns.iter().any(|turn| self.cx().keys().tag_fits(NONCE, &turn.to_string(), nonce))
    }

    fn requires_nonce(&self) -> bool {
        self.options().require_dpop_nonces
    }

    async fn spend(&self, proven: &Proven) -> Result<bool, Box<dyn Error + Send + Sync>> {
        Ok(retrying(|| store::used_jti::spend_proof(self.cx().db(), proven)).await?)
    }
}

fn turn(provider: &Provider) -> i64 {
    provider.unix_seconds().div_euclid(NONCE_SECONDS)
}

/// The proof of a posted request to this endpoint, if it has one. Uses nothing up.
pub(super) fn presented(
    provider: &Provider,
    headers: &HeaderMap,
    path: &'static str,
) -> Result<Option<Proven>, OAuthFailure> {
    let request = ProvenRequest { method: "POST", urls: &urls(provider, path), access_token: None };
    Ok(Proven::of(headers, request, provider)?)
}

/// By which URLs an endpoint is known: its own, and those of its aliases.
pub(super) fn urls(provider: &Provider, path: &str) -> Vec<String> {
    let aliases = provider.options().aliases.iter().filter(|(_, of)| *of == path).map(|(alias, _)| *alias);
    std::iter::once(path).chain(aliases).map(|path| provider.cx().config().endpoint(path)).collect()
}

/// Hands out a nonce to whoever sends proofs, along with whatever is answered.
pub(crate) fn answer_nonce(provider: &Provider, request: &HeaderMap, answer: &mut HeaderMap) {
    if request.contains_key(DPOP) {
        hand_out_nonce(answer, provider);
    }
}

/// The refusal of a proof that was used before: nothing of what it was sent for may stay.
pub(super) fn used_before() -> OAuthFailure {
    refused("the proof was used before")
}

/// A refusal of a proof.
pub(super) fn refused(description: &'static str) -> OAuthFailure {
    OAuthFailure::new(OAuthErrorCode::InvalidDpopProof, description)
}
