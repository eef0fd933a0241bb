//! A client that proves itself by a signed JWT, once. RFC 7523 §3.

use auth_core::database::retrying;
use auth_protocol::client_assertion::{AssertionClaims, SingleUse, judge_assertion};
use auth_protocol::error::OAuthErrorCode;
use chrono::DateTime;

use crate::entity::client;
use crate::error::OAuthFailure;
use crate::keys::{BadSignature, ClientKeySet, Wanted};
use crate::provider::Provider;
use crate::store;

/// Verifies the signature, judges the claims, and only then uses the identifier up: a stranger cannot
/// spend one for somebody else.
pub(crate) async fn judge(provider: &Provider, client: &client::Model, assertion: &str) -> Result<(), OAuthFailure> {
    let cx = provider.cx();
    let (issuer, now) = (provider.issuer(), cx.now().timestamp());
    let judged = |claims: &AssertionClaims| judge_assertion(claims, &client.client_id, &issuer, now);
    if client.jwks.is_none() {
        // Nobody makes this server fetch anything by what would be refused anyway.
        judged(&ClientKeySet::claimed(assertion).map_err(|_| wrong())?)?;
    }
    let SingleUse { jti, until } = judged(&verified(provider, client, assertion).await?)?;
    let until = DateTime::from_timestamp(until, 0).unwrap_or(DateTime::<chrono::Utc>::MAX_UTC);
    let is_first =
        retrying(|| store::used_jti::spend(cx.db(), "client_assertion", &client.client_id, &jti, until)).await?;
    if is_first { Ok(()) } else { Err(refused("the assertion was used before")) }
}

async fn verified(
    provider: &Provider,
    client: &client::Model,
    assertion: &str,
) -> Result<AssertionClaims, OAuthFailure> {
    if let Some(set) = &client.jwks {
        let set = ClientKeySet::read(set.to_string().as_bytes()).ok_or_else(no_keys)?;
        return set.verify(assertion).map_err(|_| wrong());
    }
    let Some(uri) = &client.jwks_uri else { return Err(no_keys()) };
    let set = provider.client_keys_at(uri, Wanted::Any).await.ok_or_else(no_keys)?;
    match set.verify(assertion) {
        Ok(claims) => Ok(claims),
        Err(BadSignature::Wrong) => Err(wrong()),
        // It may have made a new one since.
        Err(BadSignature::NoKey) => {
            let newer = provider.client_keys_at(uri, Wanted::Newer).await.ok_or_else(no_keys)?;
            newer.verify(assertion).map_err(|_| wrong())
        }
    }
}

fn no_keys() -> OAuthFailure {
    refused("the keys of the client cannot be had")
}

fn wrong() -> OAuthFailure {
    refused("the signature of the assertion is wrong, or by a key that is not registered")
}

fn refused(description: &'static str) -> OAuthFailure {
    OAuthFailure::new(OAuthErrorCode::InvalidClient, description)
}
