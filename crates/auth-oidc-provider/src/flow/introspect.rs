//! Introspection: what a token is worth, told to the client it belongs to, and to the server it is for. RFC 7662.

use auth_core::{ClientAddress, Unexpected, digest};
use auth_protocol::accept;
use auth_protocol::client::ClientKind;
use auth_protocol::dpop::Confirmation;
use auth_protocol::error::OAuthErrorCode;
use auth_protocol::introspection::{ActiveToken, IntrospectionRequest, IntrospectionResponse};
use auth_protocol::params::Params;
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use auth_protocol::token::TokenType;
use http::HeaderMap;
use http::header::ACCEPT;
use tracing::Span;

use super::asked::kind;
use super::check::AccessTokenFacts;
use super::issue::REFRESH_PREFIX;
use super::{client_auth, signed};
use crate::entity::client;
use crate::error::OAuthFailure;
use crate::provider::Provider;
use crate::store;

/// The media type of an answer that is signed (RFC 9701 §4).
pub(crate) const SIGNED: &str = "application/token-introspection+jwt";

/// What a token is worth, in the form the client has asked for.
#[derive(Debug)]
pub(crate) enum Answer {
    /// JSON.
    Plain(IntrospectionResponse),
    /// A JWT.
    Signed(String),
}

/// Answers an introspection request. Only a confidential client may ask: about its own tokens, and about access
/// tokens for the resources it serves. Of any other it learns nothing.
#[tracing::instrument(skip_all, fields(client.id, grant.id, user.id))]
pub(crate) async fn introspect(
    provider: &Provider,
    headers: &HeaderMap,
    params: &Params,
    address: ClientAddress,
) -> Result<Answer, OAuthFailure> {
    let told =
        |failure: &OAuthFailure| failure.tell(provider, "introspect", client_auth::claimed(provider, headers, params));
    look(provider, headers, params, address).await.inspect_err(told)
}

async fn look(
    provider: &Provider,
    headers: &HeaderMap,
    params: &Params,
    address: ClientAddress,
) -> Result<Answer, OAuthFailure> {
    let client = client_auth::authenticate(provider, headers, params, address).await?;
    if kind(&client) == ClientKind::Public {
        return Err(OAuthFailure::new(OAuthErrorCode::InvalidClient, "a public client may not introspect tokens"));
    }
    let request = IntrospectionRequest::parse(params)?;
    let active = if request.token.starts_with(REFRESH_PREFIX) {
        refresh_token(provider, &request.token, &client.client_id).await?
    } else {
        access_token(provider, &request.token, &client).await?
    };
    let told = active.map_or(IntrospectionResponse::Inactive, |token| IntrospectionResponse::Active(Box::new(token)));
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    if accept::prefers(accepted, SIGNED, "application/json") {
        return Ok(Answer::Signed(signed::introspection(provider, &client, told)?));
    }
    Ok(Answer::Plain(told))
}

async fn access_token(
    provider: &Provider,
    token: &str,
    asker: &client::Model,
) -> Result<Option<ActiveToken>, OAuthFailure> {
    let live = provider.check_access_token(token).await?;
    let Some(facts) = live.and_then(|facts| told_to(provider, facts, asker)) else { return Ok(None) };
    Span::current().record("grant.id", &*facts.grant_id).record("user.id", facts.user_id.as_deref());
    Ok(Some(ActiveToken {
        sub: Some(facts.subject),
        scope: Some(facts.scope),
        client_id: Some(facts.client_id),
        token_type: Some(TokenType::of(facts.dpop_jkt.as_deref())),
        exp: Some(facts.expires_at.timestamp()),
        iat: Some(facts.issued_at.timestamp()),
        aud: (!facts.resources.is_empty()).then(|| facts.resources.iter().map(String::as_str).collect()),
        iss: Some(provider.issuer()),
        jti: None,
        cnf: facts.dpop_jkt.map(|jkt| Confirmation { jkt }),
    }))
}

/// What a client may know of a token: all of its own, and of another's what concerns the resources it serves.
fn told_to(provider: &Provider, facts: AccessTokenFacts, asker: &client::Model) -> Option<AccessTokenFacts> {
    if facts.client_id == asker.client_id {
        return Some(facts);
    }
    let served: Vec<Resource> = asker
        .introspects()
        .filter(|served| facts.resources.iter().any(|resource| resource == served))
        .filter_map(|served| Resource::parse(served).ok())
        .collect();
    if served.is_empty() {
        return None;
    }
    Some(AccessTokenFacts {
        scope: provider.scope_at(&facts.scope, &served),
        resources: served.iter().map(|resource| resource.as_str().to_owned()).collect(),
        ..facts
    })
}

async fn refresh_token(provider: &Provider, token: &str, client_id: &str) -> Result<Option<ActiveToken>, OAuthFailure> {
    let now = provider.cx().now();
    let stored = store::refresh_token::find(provider.cx().db(), &digest(token)).await?.filter(|stored| {
        stored.client_id == client_id
            && stored.rotated_at.is_none()
            && stored.revoked_at.is_none()
            && stored.expires_at > now
            && stored.grant_expires_at > now
    });
    let Some(stored) = stored else { return Ok(None) };
    Span::current().record("grant.id", &*stored.grant_id).record("user.id", &*stored.user_id);
    Ok(Some(ActiveToken {
        scope: Some(Scope::parse(&stored.scope).map_err(Unexpected::new)?),
        client_id: Some(stored.client_id),
        exp: Some(stored.expires_at.timestamp()),
        iat: Some(stored.created_at.timestamp()),
        sub: Some(stored.subject.unwrap_or(stored.user_id)),
        iss: Some(provider.issuer()),
        cnf: stored.dpop_jkt.map(|jkt| Confirmation { jkt }),
        ..ActiveToken::default()
    }))
}
