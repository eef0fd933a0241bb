//! Userinfo: the person behind an access token. OpenID Connect Core §5.3.

use auth_core::{Unexpected, digest};
use auth_protocol::claims::{Person, PersonClaims, UserInfo};
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::scope::{OPENID, Scope};
use tracing::Span;

use crate::error::OAuthFailure;
use crate::provider::Provider;
use crate::store;

/// Tells what the token's scope allows to tell, in one statement.
///
/// A token with `openid` is good here whatever resource it was issued for: the scope names this
/// very endpoint.
#[tracing::instrument(skip_all, fields(client.id, grant.id, user.id))]
pub(crate) async fn userinfo(provider: &Provider, token: &str) -> Result<UserInfo, OAuthFailure> {
    told(provider, token).await.inspect_err(OAuthFailure::log)
}

async fn told(provider: &Provider, token: &str) -> Result<UserInfo, OAuthFailure> {
    let refused =
        || OAuthFailure::Refused(OAuthError::new(OAuthErrorCode::InvalidToken, "the access token is not valid"));
    let cx = provider.cx();
    let found = store::access_token::find_with_person(cx.db(), &digest(token)).await?;
    if let Some((stored, _)) = &found {
        let span = Span::current();
        span.record("client.id", &*stored.client_id);
        span.record("grant.id", &*stored.grant_id).record("user.id", stored.user_id.as_deref());
    }
    let (stored, person) = found.filter(|(stored, _)| stored.is_live(cx.now())).ok_or_else(refused)?;
    let user_id = stored.user_id.ok_or_else(refused)?;
    let scope = Scope::parse(&stored.scope).map_err(Unexpected::new)?;
    if !scope.contains(OPENID) {
        return Err(OAuthFailure::new(OAuthErrorCode::InsufficientScope, "the access token lacks the scope openid"));
    }
    let person = Person {
        name: person.name,
        picture: person.image,
        updated_at: person.updated_at.timestamp(),
        email: person.email,
        email_verified: person.email_verified,
    };
    Ok(UserInfo { sub: user_id, person: PersonClaims::allowed_by(&scope, &person) })
}
