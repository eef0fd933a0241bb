//! Tokens for a grant that needs no code: a client's own, or an extension's. RFC 6749 §4.4 and §4.5.

use auth_core::Unexpected;
use auth_core::database::{begin_write, retrying};
use auth_protocol::claims::PersonClaims;
use auth_protocol::client_credentials::judge_client_credentials;
use auth_protocol::params::Params;
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use auth_protocol::token::TokenResponse;
use sea_orm::{DbErr, SqlErr};
use tracing::Span;

use super::asked::kind;
use super::exchange::{Asking, invalid_grant};
use super::issue::{Basis, draw};
use super::subject;
use crate::authentication_context;
use crate::entity::{client, grant};
use crate::error::OAuthFailure;
use crate::event::TokensIssued;
use crate::extension::{ExtensionGrant, GrantRefusal, GrantRequest, Granted};
use crate::provider::Provider;
use crate::store;

/// Lets a client act for itself, within the scope it was given of its own.
pub(super) async fn client_credentials(
    asking: Asking<'_>,
    scope: Option<&Scope>,
    resources: &[Resource],
) -> Result<TokenResponse, OAuthFailure> {
    let Asking { provider, client, .. } = asking;
    let own = Scope::parse(client.own_scope.as_deref().unwrap_or_default()).map_err(Unexpected::new)?;
    let scope = judge_client_credentials(kind(client), scope, &own)?;
    let resources = provider.requested_resources(resources)?;
    issue(asking, &Granted::to_client(scope, resources)).await
}

/// Asks an extension what a request is worth, and issues that.
pub(super) async fn extension(
    asking: Asking<'_>,
    extension: &dyn ExtensionGrant,
    params: &Params,
) -> Result<TokenResponse, OAuthFailure> {
    let Asking { provider, client, proven } = asking;
    let request = GrantRequest { provider, client, params, dpop_jkt: proven.map(|proven| &*proven.jkt) };
    let granted = extension.judge(request).await.map_err(|refusal| match refusal {
        GrantRefusal::Refused(error) => OAuthFailure::Refused(error),
        GrantRefusal::Failed(failure) => failure.into(),
    })?;
    issue(asking, &granted).await
}

/// Writes the grant and its tokens, with what was used up for them: all or nothing.
async fn issue(asking: Asking<'_>, granted: &Granted) -> Result<TokenResponse, OAuthFailure> {
    let Asking { provider, client, proven } = asking;
    let cx = provider.cx();
    provider.know(&granted.resources).await?;
    let row = grant::Model { subject: subject(asking, granted).await?, ..row(provider, client, granted)? };
    Span::current().record("grant.id", &*row.id).record("user.id", row.user_id.as_deref());
    let drawn = draw(
        provider,
        &Basis {
            client,
            grant_id: &row.id,
            user_id: row.user_id.as_deref(),
            subject: row.subject.as_deref(),
            session_id: row.session_id.as_deref(),
            auth_time: row.auth_time,
            amr: row.amr.as_deref(),
            acr: row.acr.as_deref(),
            person: PersonClaims::default(),
            grant_expires_at: row.expires_at,
            nonce: None,
            granted: &granted.scope,
            scope: granted.scope.clone(),
            resources: &granted.resources,
            parent_id: None,
            may_refresh: granted.refresh,
            proven,
        },
    )
    .await?;
    let event =
        TokensIssued { client_id: row.client_id.clone(), grant_id: row.id.clone(), user_id: row.user_id.clone() };
    let (row, drawn, told) = (&row, &drawn, &event);
    let won = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        if let Some(consume) = &granted.consume
            && !consume(&tx).await?
        {
            return Ok::<_, OAuthFailure>(false);
        }
        store::grant::insert(&tx, row.clone()).await.map_err(gone)?;
        // After the insert, which waits for whoever ends all access of the person.
        if let (Some(user_id), Some(session_id)) = (&row.user_id, &row.session_id)
            && !cx.hold_session(&tx, user_id, session_id).await?
        {
            return Err(invalid_grant("the session of the grant has ended"));
        }
        for event in &granted.also {
            event.tell_in(cx.events(), &tx).await?;
        }
        cx.events().emit_in(told, &tx).await?;
        drawn.write(&tx).await?;
        tx.commit().await?;
        Ok(true)
    })
    .await?;
    if !won {
        return Err(invalid_grant("the grant was used before"));
    }
    tracing::info!(client.id = event.client_id, grant.id = event.grant_id, user.id = event.user_id, "token.issued");
    for event in &granted.also {
        event.tell(cx.events()).await;
    }
    cx.events().emit(&event).await;
    Ok(drawn.response.clone())
}

/// The name by which the client knows the person. What is signed holds it, so it is there before.
async fn subject(asking: Asking<'_>, granted: &Granted) -> Result<Option<String>, OAuthFailure> {
    let Some(user_id) = &granted.user_id else { return Ok(None) };
    let cx = asking.provider.cx();
    let drawn = &subject::drawn(cx, asking.client, user_id)?;
    retrying(|| store::pairwise_subject::given(cx.db(), drawn.clone())).await.map_err(gone)
}

/// The client or the person may be deleted at the same moment.
fn gone(error: DbErr) -> OAuthFailure {
    match error.sql_err() {
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => invalid_grant("the client or the person was deleted"),
        Some(_) | None => error.into(),
    }
}

fn row(provider: &Provider, client: &client::Model, granted: &Granted) -> Result<grant::Model, OAuthFailure> {
    let cx = provider.cx();
    let now = cx.now();
    let lifetime = if granted.user_id.is_some() && granted.refresh {
        provider.options().grant_expires_in
    } else {
        // There is no refresh token, so nothing outlives the access token.
        provider.token_terms(&granted.resources)?.expires_in
    };
    let methods: Vec<&str> = granted.amr.iter().map(String::as_str).collect();
    Ok(grant::Model {
        id: cx.new_id()?,
        user_id: granted.user_id.clone(),
        client_id: client.client_id.clone(),
        subject: None,
        session_id: granted.session_id.clone(),
        scope: granted.scope.to_string(),
        resources: granted.resources.iter().map(Resource::as_str).collect(),
        auth_time: granted.auth_time,
        acr: authentication_context::told(&provider.options().contexts, &[], &methods).map(str::to_owned),
        amr: (!methods.is_empty()).then(|| methods.join(" ")),
        claims: None,
        created_at: now,
        expires_at: cx.after(now, lifetime),
        revoked_at: None,
    })
}
