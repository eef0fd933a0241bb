//! Issuing: grants and codes after consent, tokens after redemption.

use auth_core::session::SignedIn;
use auth_core::{Unexpected, digest};
use auth_protocol::claims::PersonClaims;
use auth_protocol::client::ClientKind;
use auth_protocol::resource::Resource;
use auth_protocol::scope::{OFFLINE_ACCESS, Scope};
use auth_protocol::token::{TokenResponse, TokenType};
use auth_resource_server::Proven;
use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use tracing::Span;

use super::asked::{Asked, kind};
use super::{proof, signed, subject};
use crate::authentication_context::told;
use crate::entity::{Words, access_token, authorization_code, client, grant, refresh_token};
use crate::error::OAuthFailure;
use crate::event::CodeIssued;
use crate::options::RefreshPolicy;
use crate::provider::Provider;
use crate::resource_server::AccessTokenFormat;
use crate::store;

/// What every access token begins with.
pub(crate) const ACCESS_PREFIX: &str = "at_";
/// What every refresh token begins with.
pub(crate) const REFRESH_PREFIX: &str = "rt_";
/// What every code begins with.
const CODE_PREFIX: &str = "ac_";

/// A code that was written, and what to tell about it once that is committed.
pub(crate) struct IssuedCode {
    pub(crate) code: String,
    event: CodeIssued,
}

impl IssuedCode {
    /// Tells everybody, after the commit.
    pub(crate) async fn tell(&self, provider: &Provider) {
        let CodeIssued { client_id, grant_id, user_id } = &self.event;
        tracing::info!(client.id = client_id, grant.id = grant_id, user.id = user_id, "code.issued");
        provider.cx().events().emit(&self.event).await;
    }
}

/// Writes a grant and its code in the caller's transaction, unless a hook refuses.
pub(crate) async fn code(
    provider: &Provider,
    tx: &DatabaseTransaction,
    asked: &Asked,
    scope: &Scope,
    who: &SignedIn,
) -> Result<IssuedCode, Unexpected> {
    let cx = provider.cx();
    let now = cx.now();
    let grant_id = cx.new_id()?;
    Span::current().record("grant.id", &*grant_id);
    let drawn = subject::drawn(cx, &asked.client, &who.user.id)?;
    store::grant::insert(
        tx,
        grant::Model {
            id: grant_id.clone(),
            user_id: Some(who.user.id.clone()),
            client_id: asked.client.client_id.clone(),
            subject: store::pairwise_subject::given(tx, drawn).await?,
            session_id: Some(who.session.id.clone()),
            scope: scope.to_string(),
            resources: asked.resources.iter().map(Resource::as_str).collect(),
            auth_time: Some(auth_time(who)),
            amr: who.session.amr.clone(),
            acr: acr(provider, asked, who),
            claims: claims(asked)?,
            created_at: now,
            expires_at: cx.after(now, provider.options().grant_expires_in),
            revoked_at: None,
        },
    )
    .await?;
    let event = CodeIssued { client_id: asked.client.client_id.clone(), grant_id, user_id: who.user.id.clone() };
    cx.events().emit_in(&event, tx).await?;
    let code = format!("{CODE_PREFIX}{}", cx.new_token()?);
    let request = &asked.request;
    store::authorization_code::insert(
        tx,
        authorization_code::Model {
            id: cx.new_id()?,
            code: digest(&code),
            grant_id: event.grant_id.clone(),
            redirect_uri: request.redirect.uri().as_str().to_owned(),
            redirect_uri_sent: request.redirect.presented().is_some(),
            code_challenge: request.code_challenge.as_str().to_owned(),
            nonce: request.nonce.clone(),
            dpop_jkt: request.dpop_jkt.clone(),
            created_at: now,
            expires_at: cx.after(now, provider.options().code_expires_in),
            consumed_at: None,
        },
    )
    .await?;
    Ok(IssuedCode { code, event })
}

/// When a person last proved who they are; a session of another product says only when it began.
pub(crate) fn auth_time(who: &SignedIn) -> DateTime<Utc> {
    who.session.authenticated_at.unwrap_or(who.session.created_at)
}

/// The methods of a sign-in, as they are kept.
pub(super) fn methods(amr: Option<&str>) -> Vec<&str> {
    amr.unwrap_or_default().split_ascii_whitespace().collect()
}

/// The context of a sign-in that is told to this client.
fn acr(provider: &Provider, asked: &Asked, who: &SignedIn) -> Option<String> {
    let amr = methods(who.session.amr.as_deref());
    told(&provider.options().contexts, &asked.request.acr.values, &amr).map(str::to_owned)
}

/// What the client asked for one by one, to be kept with the grant.
fn claims(asked: &Asked) -> Result<Option<serde_json::Value>, Unexpected> {
    let claims = &asked.request.claims;
    Ok(if claims.is_empty() { None } else { Some(serde_json::to_value(claims)?) })
}

/// What tokens are issued for.
#[derive(Debug)]
pub(crate) struct Basis<'a> {
    pub(crate) client: &'a client::Model,
    pub(crate) grant_id: &'a str,
    /// The person; none where the client acts for itself.
    pub(crate) user_id: Option<&'a str>,
    /// The name by which the client knows them; none where that is their id.
    pub(crate) subject: Option<&'a str>,
    pub(crate) session_id: Option<&'a str>,
    pub(crate) auth_time: Option<DateTime<Utc>>,
    /// How the person signed in.
    pub(crate) amr: Option<&'a str>,
    pub(crate) acr: Option<&'a str>,
    /// What the ID token tells about the person.
    pub(crate) person: PersonClaims,
    pub(crate) grant_expires_at: DateTime<Utc>,
    pub(crate) nonce: Option<&'a str>,
    /// The scope of the grant.
    pub(crate) granted: &'a Scope,
    /// The scope of the new access token.
    pub(crate) scope: Scope,
    /// The resources of the new access token.
    pub(crate) resources: &'a [Resource],
    /// The refresh token that is being replaced.
    pub(crate) parent_id: Option<&'a str>,
    /// Whether the client may come back without a new grant.
    pub(crate) may_refresh: bool,
    /// The proof of the key that what is issued is bound to.
    pub(crate) proven: Option<&'a Proven>,
}

/// Tokens that were drawn but not written yet.
pub(crate) struct Drawn {
    /// The answer to the client.
    pub(crate) response: TokenResponse,
    access: access_token::Model,
    refresh: Option<refresh_token::Model>,
    proven: Option<Proven>,
}

impl Drawn {
    /// The row id of the new refresh token.
    pub(crate) fn refresh_id(&self) -> Option<&str> {
        self.refresh.as_ref().map(|row| row.id.as_str())
    }

    /// Writes the tokens in the caller's transaction, and uses up the proof they were asked for with.
    pub(crate) async fn write(&self, tx: &DatabaseTransaction) -> Result<(), OAuthFailure> {
        if let Some(proven) = &self.proven
            && !store::used_jti::spend_proof(tx, proven).await?
        {
            return Err(proof::used_before());
        }
        store::access_token::insert(tx, self.access.clone()).await?;
        if let Some(refresh) = &self.refresh {
            store::refresh_token::insert(tx, refresh.clone()).await?;
        }
        Ok(())
    }
}

/// Draws tokens: everything slow happens here, before the transaction.
pub(crate) async fn draw(provider: &Provider, basis: &Basis<'_>) -> Result<Drawn, OAuthFailure> {
    let cx = provider.cx();
    let now = cx.now();
    let options = provider.options();
    provider.know(basis.resources).await?;
    let terms = provider.token_terms(basis.resources)?;
    if basis.proven.is_none() && (terms.require_dpop || basis.client.dpop_bound_access_tokens) {
        return Err(proof::refused("the request has no proof of possession, and its tokens have to be bound to a key"));
    }
    let jkt = basis.proven.map(|proven| proven.jkt.clone());
    let scope = provider.token_scope(&basis.scope, basis.resources)?;
    let expires_at = cx.after(now, terms.expires_in).min(basis.grant_expires_at);
    let token = match terms.format {
        AccessTokenFormat::Opaque => format!("{ACCESS_PREFIX}{}", cx.new_token()?),
        AccessTokenFormat::Jwt => signed::access_token(provider, basis, &scope, expires_at).await?,
    };
    let access = access_token::Model {
        id: cx.new_id()?,
        token: digest(&token),
        grant_id: basis.grant_id.to_owned(),
        scope: scope.to_string(),
        resources: basis.resources.iter().map(Resource::as_str).collect::<Words>(),
        dpop_jkt: jkt.clone(),
        created_at: now,
        expires_at,
        revoked_at: None,
    };
    let (refresh_token, refresh) = if gets_refresh_token(provider, basis) {
        let token = format!("{REFRESH_PREFIX}{}", cx.new_token()?);
        let row = refresh_token::Model {
            id: cx.new_id()?,
            token: digest(&token),
            grant_id: basis.grant_id.to_owned(),
            parent_id: basis.parent_id.map(str::to_owned),
            // RFC 9449 §5: a client that authenticates is bound by that already.
            dpop_jkt: jkt.clone().filter(|_| kind(basis.client) == ClientKind::Public),
            created_at: now,
            expires_at: cx.after(now, options.refresh_token_expires_in).min(basis.grant_expires_at),
            rotated_at: None,
            successor_id: None,
            replay: None,
            replay_request: None,
            replay_until: None,
        };
        (Some(token), Some(row))
    } else {
        (None, None)
    };
    let response = TokenResponse {
        id_token: signed::id_token(provider, basis, &token).await?,
        access_token: token,
        token_type: TokenType::of(jkt.as_deref()),
        expires_in: (expires_at - now).num_seconds(),
        refresh_token,
        scope,
    };
    Ok(Drawn { response, access, refresh, proven: basis.proven.cloned() })
}

fn gets_refresh_token(provider: &Provider, basis: &Basis<'_>) -> bool {
    let registered = basis.client.grant_types.0.iter().any(|grant| grant == "refresh_token");
    registered
        && basis.may_refresh
        && basis.user_id.is_some()
        && match provider.options().refresh_policy {
            RefreshPolicy::OfflineAccess => basis.granted.contains(OFFLINE_ACCESS),
            RefreshPolicy::RegisteredGrant => true,
        }
}
