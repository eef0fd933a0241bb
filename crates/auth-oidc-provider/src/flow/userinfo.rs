//! Userinfo: the person behind an access token. OpenID Connect Core §5.3.

use auth_core::{Unexpected, digest};
use auth_protocol::bearer::PresentedToken;
use auth_protocol::claims::{Person, PersonClaims, UserInfo};
use auth_protocol::dpop::ProvenRequest;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::scope::{OPENID, Scope};
use auth_protocol::token::TokenType;
use auth_resource_server::{Proofs as _, Proven};
use http::{HeaderMap, Method};
use tracing::Span;

use super::custom_claims::{self, Extended};
use super::response_algorithms::ResponseAlgorithms;
use super::{proof, signed};
use crate::error::OAuthFailure;
use crate::extension_claims::{ClaimsFor, ClaimsPlace};
use crate::provider::Provider;
use crate::store;
use crate::store::access_token::WithPerson;

/// A request for userinfo: the access token, and the proof that may have come with it.
#[derive(Clone, Copy)]
pub(crate) struct Presented<'a> {
    pub(crate) method: &'a Method,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) token: PresentedToken<'a>,
}

/// What is told of a person, in the form its client has registered for.
#[derive(Debug)]
pub(crate) enum Answer {
    /// JSON.
    Plain(Extended<UserInfo>),
    /// A JWT.
    Signed(String),
}

/// Tells what the token's scope allows to tell, in one statement; a proof costs one more.
///
/// A token with `openid` is good here whatever resource it was issued for: the scope names this
/// very endpoint.
#[tracing::instrument(skip_all, fields(client.id, grant.id, user.id))]
pub(crate) async fn userinfo(provider: &Provider, presented: Presented<'_>) -> Result<Answer, OAuthFailure> {
    told(provider, presented).await.inspect_err(|failure| failure.tell(provider, "userinfo", None))
}

async fn told(provider: &Provider, presented: Presented<'_>) -> Result<Answer, OAuthFailure> {
    let token = presented.token.token;
    let refused = || invalid_token("the access token is not valid");
    let cx = provider.cx();
    let found = store::access_token::find_with_person(cx.db(), &digest(token)).await?;
    if let Some(WithPerson { token: stored, .. }) = &found {
        let span = Span::current();
        span.record("client.id", &*stored.client_id);
        span.record("grant.id", &*stored.grant_id).record("user.id", stored.user_id.as_deref());
    }
    let found = found.filter(|found| found.token.is_live(cx.now())).ok_or_else(refused)?;
    let WithPerson { token: stored, person, client_metadata } = found;
    let user_id = stored.user_id.ok_or_else(refused)?;
    let scope = Scope::parse(&stored.scope).map_err(Unexpected::new)?;
    if !scope.contains(OPENID) {
        return Err(OAuthFailure::new(OAuthErrorCode::InsufficientScope, "the access token lacks the scope openid"));
    }
    judge_possession(provider, presented, stored.dpop_jkt.as_deref()).await?;
    let person = Person {
        name: person.name,
        picture: person.image,
        updated_at: person.updated_at.timestamp(),
        email: person.email,
        email_verified: person.email_verified,
    };
    let (client_id, user) = (&*stored.client_id, Some(&*user_id));
    let request = ClaimsFor { provider, client_id, user_id: user, scope: &scope, place: ClaimsPlace::UserInfo };
    let custom = custom_claims::told(request).await?;
    let sub = stored.subject.unwrap_or(user_id);
    let told = Extended { own: UserInfo { sub, person: PersonClaims::allowed_by(&scope, &person) }, custom };
    Ok(match ResponseAlgorithms::of_userinfo(client_metadata.as_ref()) {
        None => Answer::Plain(told),
        Some(algorithm) => Answer::Signed(signed::userinfo(provider, algorithm, client_id, told)?),
    })
}

/// A token that is bound to a key needs a proof of that key, and one that is bound to none must not come
/// as if it were (RFC 9449 §7.1).
async fn judge_possession(
    provider: &Provider,
    presented: Presented<'_>,
    jkt: Option<&str>,
) -> Result<(), OAuthFailure> {
    let jkt = match (presented.token.token_type, jkt) {
        (TokenType::Bearer, None) => return Ok(()),
        (TokenType::DPoP, Some(jkt)) => jkt,
        (TokenType::Bearer, Some(_)) => {
            return Err(proof::refused("the access token is bound to a key, and has to come with a proof of it"));
        }
        (TokenType::DPoP, None) => return Err(invalid_token("the access token is bound to no key")),
    };
    let urls = proof::urls(provider, "/oauth2/userinfo");
    let access_token = Some(presented.token.token);
    let request = ProvenRequest { method: presented.method.as_str(), urls: &urls, access_token };
    let proven = Proven::of(presented.headers, request, provider)?;
    let proven = proven.ok_or_else(|| proof::refused("the request has no proof"))?;
    if proven.jkt != jkt {
        return Err(invalid_token("the access token is bound to another key"));
    }
    match provider.spend(&proven).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(proof::used_before()),
        Err(failure) => Err(OAuthFailure::Unexpected(Unexpected::new(failure))),
    }
}

fn invalid_token(description: &'static str) -> OAuthFailure {
    OAuthFailure::Refused(OAuthError::new(OAuthErrorCode::InvalidToken, description))
}
