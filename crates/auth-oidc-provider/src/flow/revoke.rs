//! Revoking: one token, or everything a grant gave. RFC 7009.

use auth_core::database::{begin_write, retrying};
use auth_core::{ClientAddress, Unexpected, digest};
use auth_protocol::params::Params;
use auth_protocol::revocation::RevocationRequest;
use http::HeaderMap;
use tracing::Span;

use super::client_auth;
use super::issue::REFRESH_PREFIX;
use crate::error::OAuthFailure;
use crate::event::{GrantRevoked, RefreshReplayed, TokenRevoked};
use crate::provider::Provider;
use crate::store;

/// A grant by its ids, which is the family of everything issued under it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Family<'a> {
    pub(crate) client: &'a str,
    pub(crate) grant: &'a str,
    /// The person; none where the client acts for itself.
    pub(crate) user: Option<&'a str>,
}

/// Ends a grant, and commits that before anything is answered; says whether it was alive.
pub(crate) async fn revoke_grant(
    provider: &Provider,
    family: Family<'_>,
    reason: &'static str,
) -> Result<bool, Unexpected> {
    revoke_after(provider, family, reason, None).await
}

/// Ends a grant whose refresh token was used a second time, and tells that too.
pub(crate) async fn revoke_reused(provider: &Provider, event: &RefreshReplayed) -> Result<(), Unexpected> {
    let RefreshReplayed { client_id: client, grant_id: grant, user_id: user } = event;
    let family = Family { client, grant, user: Some(user) };
    if revoke_after(provider, family, "refresh token reused", Some(event)).await? {
        tracing::warn!(client.id = client, grant.id = grant, user.id = user, "refresh.replayed");
        provider.cx().events().emit(event).await;
    }
    Ok(())
}

async fn revoke_after(
    provider: &Provider,
    family: Family<'_>,
    reason: &'static str,
    replayed: Option<&RefreshReplayed>,
) -> Result<bool, Unexpected> {
    let cx = provider.cx();
    let Family { client: client_id, grant: grant_id, user: user_id } = family;
    let event = GrantRevoked {
        client_id: client_id.to_owned(),
        grant_id: grant_id.to_owned(),
        user_id: user_id.map(str::to_owned),
        reason,
    };
    let ended = retrying(|| async {
        let tx = begin_write(cx.db()).await?;
        let ended = store::grant::revoke(&tx, grant_id, cx.now()).await?;
        if ended {
            if let Some(replayed) = replayed {
                cx.events().emit_in(replayed, &tx).await?;
            }
            cx.events().emit_in(&event, &tx).await?;
        }
        tx.commit().await?;
        Ok::<_, Unexpected>(ended)
    })
    .await?;
    if ended {
        tracing::warn!(client.id = client_id, grant.id = grant_id, user.id = user_id, reason, "grant.revoked");
        cx.events().emit(&event).await;
    }
    Ok(ended)
}

/// Answers a revocation request. A refresh token takes its whole grant along; an access token goes
/// alone; what is unknown or another client's changes nothing and is no error (RFC 7009 §2.2).
#[tracing::instrument(skip_all, fields(client.id, grant.id, user.id))]
pub(crate) async fn revoke(
    provider: &Provider,
    headers: &HeaderMap,
    params: &Params,
    address: ClientAddress,
) -> Result<(), OAuthFailure> {
    let told =
        |failure: &OAuthFailure| failure.tell(provider, "revoke", client_auth::claimed(provider, headers, params));
    end(provider, headers, params, address).await.inspect_err(told)
}

async fn end(
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
            let store::refresh_token::Stored { client_id, grant_id, user_id, .. } = &stored;
            Span::current().record("grant.id", &**grant_id).record("user.id", &**user_id);
            revoke_grant(
                provider,
                Family { client: client_id, grant: grant_id, user: Some(user_id) },
                "revoked by the client",
            )
            .await?;
        }
        return Ok(());
    }
    if let Some(stored) = store::access_token::find(cx.db(), &token).await?
        && stored.client_id == client.client_id
    {
        Span::current().record("grant.id", &*stored.grant_id).record("user.id", stored.user_id.as_deref());
        let id = &stored.id;
        let event = TokenRevoked { client_id: stored.client_id, grant_id: stored.grant_id, user_id: stored.user_id };
        let told = &event;
        let revoked = retrying(|| async move {
            let tx = begin_write(cx.db()).await?;
            let revoked = store::access_token::revoke(&tx, id, cx.now()).await?;
            if revoked {
                cx.events().emit_in(told, &tx).await?;
            }
            tx.commit().await?;
            Ok::<_, Unexpected>(revoked)
        })
        .await?;
        if revoked {
            let TokenRevoked { client_id, grant_id, user_id } = &event;
            tracing::info!(client.id = client_id, grant.id = grant_id, user.id = user_id, "token.revoked");
            cx.events().emit(&event).await;
        }
    }
    Ok(())
}
