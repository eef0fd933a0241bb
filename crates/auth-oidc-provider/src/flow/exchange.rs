//! The token endpoint: a code or a refresh token for tokens. RFC 6749 §4.1.3 and §6.

use auth_core::database::{begin_write, retrying};
use auth_core::{ClientAddress, Unexpected, digest};
use auth_protocol::claims::PersonClaims;
use auth_protocol::code::{CodeFacts, CodeRefusal, CodeState, PresentedCode, judge_code};
use auth_protocol::error::OAuthErrorCode;
use auth_protocol::params::Params;
use auth_protocol::pkce::CodeChallenge;
use auth_protocol::resource::{self, Resource};
use auth_protocol::scope::Scope;
use auth_protocol::token::{TokenRequest, TokenResponse};
use auth_resource_server::Proven;
use http::HeaderMap;
use tracing::Span;

use super::issue::{Basis, draw};
use super::revoke::{Family, revoke_grant};
use super::{client_auth, direct, person, proof, refresh};
use crate::entity::{Words, client};
use crate::error::OAuthFailure;
use crate::event::TokensIssued;
use crate::provider::Provider;
use crate::store;
use crate::store::authorization_code::Stored;

/// Who asks for tokens: an authenticated client, and the key it has proven to hold if it has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asking<'a> {
    pub(super) provider: &'a Provider,
    pub(super) client: &'a client::Model,
    pub(super) proven: Option<&'a Proven>,
}

/// Answers a token request: authenticates the client first, then judges, then writes.
#[tracing::instrument(skip_all, fields(client.id, grant.id, user.id))]
pub(crate) async fn exchange(
    provider: &Provider,
    headers: &HeaderMap,
    params: &Params,
    address: ClientAddress,
) -> Result<TokenResponse, OAuthFailure> {
    let told =
        |failure: &OAuthFailure| failure.tell(provider, "token", client_auth::claimed(provider, headers, params));
    tokens(provider, headers, params, address).await.inspect_err(told)
}

async fn tokens(
    provider: &Provider,
    headers: &HeaderMap,
    params: &Params,
    address: ClientAddress,
) -> Result<TokenResponse, OAuthFailure> {
    let client = client_auth::authenticate(provider, headers, params, address).await?;
    let proven = proof::presented(provider, headers, "/oauth2/token")?;
    let proven = proven.as_ref();
    if let Some(extension) = params.get("grant_type").and_then(|grant_type| provider.options().grant_of(grant_type)) {
        may_use(&client, extension.grant_type())?;
        return direct::extension(Asking { provider, client: &client, proven }, extension, params).await;
    }
    let request = TokenRequest::parse(params)?;
    may_use(&client, request.grant_type().as_str())?;
    let asking = Asking { provider, client: &client, proven };
    match &request {
        TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier, resources } => {
            let presented = PresentedCode {
                client_id: &client.client_id,
                redirect_uri: redirect_uri.as_deref(),
                code_verifier: code_verifier.as_deref(),
                dpop_jkt: proven.map(|proven| &*proven.jkt),
                resources,
            };
            redeem(asking, code, presented).await
        }
        TokenRequest::RefreshToken { refresh_token, scope, resources } => {
            refresh::refresh(asking, refresh_token, scope.as_ref(), resources).await
        }
        TokenRequest::ClientCredentials { scope, resources } => {
            direct::client_credentials(asking, scope.as_ref(), resources).await
        }
    }
}

/// Only a grant the client registered for.
fn may_use(client: &client::Model, grant_type: &str) -> Result<(), OAuthFailure> {
    if client.grant_types.0.iter().any(|grant| grant == grant_type) {
        return Ok(());
    }
    let description = "the client did not register for this grant_type";
    Err(OAuthFailure::new(OAuthErrorCode::UnauthorizedClient, description))
}

/// Redeems a code once. A second use by its rightful client ends the grant, and with it everything
/// the first use gave; a stranger's attempt changes nothing.
async fn redeem(asking: Asking<'_>, code: &str, presented: PresentedCode<'_>) -> Result<TokenResponse, OAuthFailure> {
    let Asking { provider, client, .. } = asking;
    let cx = provider.cx();
    let now = cx.now();
    let Some(stored) = store::authorization_code::find(cx.db(), &digest(code)).await? else {
        return Err(invalid_grant("the code is unknown"));
    };
    Span::current().record("grant.id", &*stored.grant_id).record("user.id", &*stored.user_id);
    let granted = granted(&stored.resources)?;
    let challenge = CodeChallenge::try_from(stored.code_challenge.clone()).map_err(Unexpected::new)?;
    let facts = CodeFacts {
        client_id: &stored.client_id,
        redirect_uri: stored.redirect_uri_sent.then_some(stored.redirect_uri.as_str()),
        code_challenge: &challenge,
        dpop_jkt: stored.dpop_jkt.as_deref(),
        resources: &granted,
        expires_at: stored.expires_at.timestamp_millis(),
        state: if stored.consumed_at.is_some() { CodeState::Consumed } else { CodeState::Unused },
    };
    match judge_code(facts, presented, now.timestamp_millis()) {
        Ok(()) => {}
        Err(CodeRefusal::Replayed) => return replayed(provider, &stored).await,
        Err(CodeRefusal::Refused(error)) => return Err(error.into()),
    }
    if stored.revoked_at.is_some() || stored.session_expires_at.is_none_or(|end| end <= now) {
        return Err(invalid_grant("the grant has ended"));
    }
    let scope = Scope::parse(&stored.scope).map_err(Unexpected::new)?;
    let resources = resource::narrowed(presented.resources, &granted)?;
    let told = person::in_id_token(provider, &stored.user_id, stored.claims.as_ref(), &scope).await?;
    let basis = Basis { person: told, ..basis(asking, &stored, &scope, &resources) };
    let drawn = draw(provider, &basis).await?;
    let event = TokensIssued {
        client_id: client.client_id.clone(),
        grant_id: stored.grant_id.clone(),
        user_id: Some(stored.user_id.clone()),
    };
    let (drawn, stored, event) = (&drawn, &stored, &event);
    let won = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        if !store::authorization_code::consume(&tx, &stored.id, now).await? {
            return Ok::<_, OAuthFailure>(false);
        }
        cx.events().emit_in(event, &tx).await?;
        drawn.write(&tx).await?;
        tx.commit().await?;
        Ok(true)
    })
    .await?;
    if !won {
        return replayed(provider, stored).await;
    }
    tracing::info!(client.id = event.client_id, grant.id = event.grant_id, user.id = event.user_id, "token.issued");
    cx.events().emit(event).await;
    Ok(drawn.response.clone())
}

fn basis<'a>(asking: Asking<'a>, stored: &'a Stored, scope: &'a Scope, resources: &'a [Resource]) -> Basis<'a> {
    Basis {
        client: asking.client,
        grant_id: &stored.grant_id,
        user_id: Some(&stored.user_id),
        subject: stored.subject.as_deref(),
        session_id: stored.session_id.as_deref(),
        auth_time: stored.auth_time,
        amr: stored.amr.as_deref(),
        acr: stored.acr.as_deref(),
        person: PersonClaims::default(),
        grant_expires_at: stored.grant_expires_at,
        nonce: stored.nonce.as_deref(),
        granted: scope,
        scope: scope.clone(),
        resources,
        parent_id: None,
        may_refresh: true,
        proven: asking.proven,
    }
}

/// RFC 6749 §4.1.2: what a code gave is revoked when the code comes a second time.
async fn replayed(provider: &Provider, stored: &Stored) -> Result<TokenResponse, OAuthFailure> {
    let Stored { client_id, grant_id, user_id, .. } = stored;
    revoke_grant(provider, Family { client: client_id, grant: grant_id, user: Some(user_id) }, "code replayed").await?;
    Err(invalid_grant("the code was used before"))
}

/// The resources of a grant, as they were stored.
pub(super) fn granted(words: &Words) -> Result<Vec<Resource>, Unexpected> {
    words.0.iter().map(|word| Resource::parse(word)).collect::<Result<_, _>>().map_err(Unexpected::new)
}

pub(super) fn invalid_grant(description: &'static str) -> OAuthFailure {
    OAuthFailure::new(OAuthErrorCode::InvalidGrant, description)
}
