//! Refreshing: a new pair for the old token, once. OAuth 2.1 §4.3.

use auth_core::database::{begin_write, retrying};
use auth_core::{Sealing, Unexpected, digest};
use auth_protocol::refresh::{
    PresentedRefresh, RefreshFacts, RefreshOutcome, RefreshState, Rotation, Successor, judge_refresh,
};
use auth_protocol::resource::{self, Resource};
use auth_protocol::scope::{self, Scope};
use auth_protocol::token::TokenResponse;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tracing::Span;

use super::exchange::{Asking, granted, invalid_grant};
use super::issue::{Basis, Drawn, draw};
use super::person;
use super::revoke::revoke_reused;
use crate::entity::client;
use crate::error::OAuthFailure;
use crate::event::{RefreshReplayed, TokensRefreshed};
use crate::provider::Provider;
use crate::store::refresh_token::{self, Stored};

/// What a refresh asked for, kept to tell the same request from another.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Asked {
    scope: Option<Scope>,
    resources: Vec<Resource>,
    /// The key the new access token is bound to.
    #[serde(default)]
    dpop_jkt: Option<String>,
}

/// Exchanges a refresh token. Rotation is unconditional; inside the replay window the same request
/// gets the same answer again, outside of it a second use ends the grant.
#[tracing::instrument(skip_all, fields(client.id = asking.client.client_id, grant.id, user.id))]
pub(super) async fn refresh(
    asking: Asking<'_>,
    token: &str,
    scope: Option<&Scope>,
    resources: &[Resource],
) -> Result<TokenResponse, OAuthFailure> {
    let Asking { provider, client, proven } = asking;
    let dpop_jkt = proven.map(|proven| proven.jkt.clone());
    let asked = Asked { scope: scope.cloned(), resources: resources.to_vec(), dpop_jkt };
    // A second look is needed only if another request rotated the token in between.
    for _ in 0..2 {
        let Some(stored) = refresh_token::find(provider.cx().db(), &digest(token)).await? else {
            return Err(invalid_grant("the refresh token is unknown"));
        };
        Span::current().record("grant.id", &*stored.grant_id).record("user.id", &*stored.user_id);
        match judge(provider, client, &stored, &asked)? {
            RefreshOutcome::Refuse(error) => return Err(error.into()),
            RefreshOutcome::Replay => return replay(provider, &stored, token),
            RefreshOutcome::Reuse => {
                reused(provider, &stored).await?;
                return Err(invalid_grant("the refresh token was used before"));
            }
            RefreshOutcome::Rotate => {
                if let Some(response) = rotate(asking, &stored, token, &asked).await? {
                    return Ok(response);
                }
            }
        }
    }
    Err(invalid_grant("the grant has ended"))
}

/// Ends the grant of a refresh token that came a second time.
async fn reused(provider: &Provider, stored: &Stored) -> Result<(), Unexpected> {
    let Stored { client_id, grant_id, user_id, .. } = stored;
    let event = RefreshReplayed { client_id: client_id.clone(), grant_id: grant_id.clone(), user_id: user_id.clone() };
    revoke_reused(provider, &event).await
}

fn judge(
    provider: &Provider,
    client: &client::Model,
    stored: &Stored,
    asked: &Asked,
) -> Result<RefreshOutcome, OAuthFailure> {
    let before: Option<Asked> = stored.replay_request.as_deref().map(serde_json::from_str).transpose()?;
    let is_same_key = before.as_ref().is_some_and(|before| before.dpop_jkt == asked.dpop_jkt);
    let window_open =
        is_same_key && stored.replay.is_some() && stored.replay_until.is_some_and(|end| end > provider.cx().now());
    let state = match (stored.revoked_at, stored.rotated_at) {
        (Some(_), _) => RefreshState::Revoked,
        (None, None) => RefreshState::Live,
        (None, Some(at)) => RefreshState::Rotated(Rotation {
            at: at.timestamp_millis(),
            // Without a sealed answer there is nothing to say again.
            successor: if stored.successor_rotated_at.is_none() && window_open {
                Successor::Unused
            } else {
                Successor::Used
            },
            scope: before.as_ref().and_then(|before| before.scope.as_ref()),
            resources: before.as_ref().map_or(&[], |before| before.resources.as_slice()),
        }),
    };
    let facts = RefreshFacts {
        client_id: &stored.client_id,
        dpop_jkt: stored.dpop_jkt.as_deref(),
        scope: &Scope::parse(&stored.scope).map_err(Unexpected::new)?,
        resources: &granted(&stored.resources)?,
        expires_at: stored.expires_at.timestamp_millis(),
        grant_expires_at: stored.grant_expires_at.timestamp_millis(),
        state,
    };
    let presented = PresentedRefresh {
        client_id: &client.client_id,
        dpop_jkt: asked.dpop_jkt.as_deref(),
        scope: asked.scope.as_ref(),
        resources: &asked.resources,
    };
    let window = i64::try_from(provider.options().replay_window).unwrap_or(0) * 1000;
    Ok(judge_refresh(facts, presented, provider.cx().now().timestamp_millis(), window))
}

/// Draws the new pair.
async fn drawn(asking: Asking<'_>, stored: &Stored, asked: &Asked) -> Result<Drawn, OAuthFailure> {
    let Asking { provider, client, proven } = asking;
    let all = Scope::parse(&stored.scope).map_err(Unexpected::new)?;
    let resources = resource::narrowed(&asked.resources, &granted(&stored.resources)?)?;
    let scope = scope::narrowed(asked.scope.as_ref(), &all)?;
    let person = person::in_id_token(provider, &stored.user_id, stored.claims.as_ref(), &scope).await?;
    draw(
        provider,
        &Basis {
            client,
            grant_id: &stored.grant_id,
            user_id: Some(&stored.user_id),
            subject: stored.subject.as_deref(),
            session_id: stored.session_id.as_deref(),
            auth_time: stored.auth_time,
            amr: stored.amr.as_deref(),
            acr: stored.acr.as_deref(),
            person,
            grant_expires_at: stored.grant_expires_at,
            nonce: None,
            granted: &all,
            scope,
            resources: &resources,
            parent_id: Some(&stored.id),
            may_refresh: true,
            proven,
        },
    )
    .await
}

/// Writes the new pair; nothing comes back if another request was faster.
async fn rotate(
    asking: Asking<'_>,
    stored: &Stored,
    token: &str,
    asked: &Asked,
) -> Result<Option<TokenResponse>, OAuthFailure> {
    let Asking { provider, client, .. } = asking;
    let cx = provider.cx();
    let now = cx.now();
    let drawn = drawn(asking, stored, asked).await?;
    let kept = keep(provider, stored, token, asked, &drawn)?;
    let event = TokensRefreshed {
        client_id: client.client_id.clone(),
        grant_id: stored.grant_id.clone(),
        user_id: stored.user_id.clone(),
    };
    let (drawn, kept, event) = (&drawn, &kept, &event);
    let won = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        let rotation = refresh_token::Rotation {
            successor_id: drawn.refresh_id().unwrap_or_default(),
            replay: kept.as_ref().map(|kept| kept.answer.clone()),
            replay_request: kept.as_ref().map(|kept| kept.request.clone()),
            replay_until: kept.as_ref().map(|kept| kept.until),
        };
        if !refresh_token::rotate(&tx, &stored.id, rotation, now).await? {
            return Ok::<_, OAuthFailure>(false);
        }
        cx.events().emit_in(event, &tx).await?;
        drawn.write(&tx).await?;
        tx.commit().await?;
        Ok(true)
    })
    .await?;
    if !won {
        return Ok(None);
    }
    tracing::info!(client.id = event.client_id, grant.id = event.grant_id, user.id = event.user_id, "token.refreshed");
    cx.events().emit(event).await;
    Ok(Some(drawn.response.clone()))
}

/// What a rotated token keeps while its replay window is open.
struct Kept {
    answer: String,
    request: String,
    until: DateTime<Utc>,
}

/// Seals the answer under a key that needs the presented token, so that the row alone opens nothing.
fn keep(
    provider: &Provider,
    stored: &Stored,
    token: &str,
    asked: &Asked,
    drawn: &Drawn,
) -> Result<Option<Kept>, OAuthFailure> {
    let window = provider.options().replay_window;
    if window == 0 {
        return Ok(None);
    }
    let cx = provider.cx();
    let row = row_name(stored);
    let plain = serde_json::to_vec(&drawn.response)?;
    let answer = cx.keys().seal(cx.random(), &sealing(token, &row), &plain)?;
    Ok(Some(Kept { answer, request: serde_json::to_string(asked)?, until: cx.after(cx.now(), window) }))
}

/// Answers once more what was answered.
fn replay(provider: &Provider, stored: &Stored, token: &str) -> Result<TokenResponse, OAuthFailure> {
    let sealed = stored.replay.as_deref().ok_or_else(|| invalid_grant("the refresh token was used before"))?;
    let row = row_name(stored);
    let plain = provider.cx().keys().open(&sealing(token, &row), sealed).map_err(Unexpected::new)?;
    tracing::info!(client.id = stored.client_id, grant.id = stored.grant_id, "token.repeated");
    Ok(serde_json::from_slice(&plain)?)
}

fn row_name(stored: &Stored) -> String {
    format!("oauthRefreshToken/{}/{}", stored.grant_id, stored.id)
}

fn sealing<'a>(token: &'a str, row: &'a str) -> Sealing<'a> {
    Sealing { purpose: "refresh-replay", salt: token.as_bytes(), bound_to: row }
}
