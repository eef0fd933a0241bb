//! Revoking: one token, or everything a grant gave. RFC 7009.

use auth_core::database::{begin_write, retrying};
use auth_core::{ClientAddress, Event, Unexpected, digest};
use auth_protocol::params::Params;
use auth_protocol::revocation::RevocationRequest;
use http::HeaderMap;

use super::client_auth;
use super::issue::REFRESH_PREFIX;
use crate::error::OAuthFailure;
use crate::provider::Provider;
use crate::store;

/// A grant ended, and everything issued under it.
#[derive(Clone, Debug)]
pub struct GrantRevoked {
    /// The grant.
    pub grant_id: String,
    /// Why: `code replayed`, `refresh token reused`, `revoked by the client`.
    pub reason: &'static str,
}

impl Event for GrantRevoked {
    const NAME: &'static str = "grant.revoked";
}

/// Ends a grant, and commits that before anything is answered.
pub(crate) async fn revoke_grant(provider: &Provider, grant_id: &str, reason: &'static str) -> Result<(), Unexpected> {
    let cx = provider.cx();
    let event = GrantRevoked { grant_id: grant_id.to_owned(), reason };
    let ended = retrying(|| async {
        let tx = begin_write(cx.db()).await?;
        let ended = store::grant::revoke(&tx, grant_id, cx.now()).await?;
        if ended {
            cx.events().emit_in(&event, &tx).await?;
        }
        tx.commit().await?;
        Ok::<_, Unexpected>(ended)
    })
    .await?;
    if ended {
        tracing::warn!(grant.id = grant_id, reason, "grant.revoked");
        cx.events().emit(&event).await;
    }
    Ok(())
}

/// Answers a revocation request. A refresh token takes its whole grant along; an access token goes
/// alone; what is unknown or another client's changes nothing and is no error (RFC 7009 §2.2).
pub(crate) async fn revoke(
    provider: &Provider,
    headers: &HeaderMap,
    params: &Params,
    address: ClientAddress,
) -> Result<(), OAuthFailure> {
    let cx = provider.cx();
    let client = client_auth::authenticate(provider, headers, params, address).await?;
    let request = RevocationRequest::parse(params)?;
    let token = digest(&request.token);
    if request.token.starts_with(REFRESH_PREFIX) {
        if let Some(stored) = store::refresh_token::find(cx.db(), &token).await?
            && stored.client_id == client.client_id
        {
            revoke_grant(provider, &stored.grant_id, "revoked by the client").await?;
        }
        return Ok(());
    }
    if let Some(stored) = store::access_token::find(cx.db(), &token).await?
        && stored.client_id == client.client_id
    {
        retrying(|| store::access_token::revoke(cx.db(), &stored.id, cx.now())).await?;
        tracing::info!(client.id = client.client_id, grant.id = stored.grant_id, "token.revoked");
    }
    Ok(())
}
