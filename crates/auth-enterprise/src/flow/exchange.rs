//! An assertion for an access token. ID-JAG §4.4, EMA §5.

use auth_oidc_provider::{GrantRefusal, GrantRequest, Granted, Provider};
use auth_protocol::client::ClientKind;
use auth_protocol::identity_assertion::{
    ExpectedAssertion, IdentityAssertion, IdentityAssertionClaims, UnverifiedAssertion, judge_identity_scope,
};
use auth_protocol::params::Params;
use auth_protocol::resource::{self, Resource};
use auth_protocol::scope::Scope;
use auth_protocol::{OAuthError, OAuthErrorCode};
use auth_resource_server::{InvalidToken, VerifyError};
use chrono::{DateTime, Utc};

use super::person;
use crate::event::IdentityAssertionUsed;
use crate::grant::IdentityAssertionGrant;
use crate::identity_provider::IdentityProvider;

/// Identifiers of assertions, apart from those of everything else that is used once.
pub(super) const USED: &str = "id_jag";

/// Judges an assertion, and says what it is worth. It is used up in the transaction that issues.
pub(crate) async fn judge(grant: &IdentityAssertionGrant, request: GrantRequest<'_>) -> Result<Granted, GrantRefusal> {
    let GrantRequest { provider, client, params, .. } = request;
    match request.client_kind() {
        ClientKind::Confidential => {}
        // Anybody could present its id along with a stolen assertion: ID-JAG §9.1.
        ClientKind::Public => {
            let description = "a public client cannot use an assertion; send the person to the authorization endpoint";
            return Err(OAuthError::new(OAuthErrorCode::UnauthorizedClient, description).into());
        }
    }
    let presented = params.get("assertion");
    let unverified = UnverifiedAssertion::read(presented)?;
    let Some(trusted) = grant.trusted(&unverified.issuer) else {
        return Err(invalid_grant("the issuer of the assertion is not trusted here"));
    };
    if !trusted.accepts(&unverified.algorithm) {
        return Err(wrong(InvalidToken::Algorithm));
    }
    let keys = grant.keys().of(trusted, provider)?;
    let claims: IdentityAssertionClaims =
        keys.claims(presented.unwrap_or_default()).await.map_err(|error| unverifiable(&error))?;
    let assertion = claims.judge(expected(trusted, request, &provider.issuer()), provider.cx().now().timestamp())?;
    let resources = resources(provider, &assertion, params)?;
    let asked = params.get("scope").map(Scope::parse).transpose()?;
    let (offered, base) = (provider.scopes_of(&resources), provider.base_scope_of(&resources));
    let scope = judge_identity_scope(assertion.scope.as_ref(), asked.as_ref(), &offered, &base)?;
    let user_id = person::of(provider, trusted, &assertion).await?;
    let used = IdentityAssertionUsed {
        issuer: trusted.issuer.clone(),
        client_id: client.client_id.clone(),
        user_id: user_id.clone(),
    };
    let granted = Granted::for_person(user_id, scope, resources).without_refresh_token().along_with(used);
    Ok(once(granted, provider, trusted, &assertion))
}

fn expected<'a>(trusted: &'a IdentityProvider, request: GrantRequest<'a>, audience: &'a str) -> ExpectedAssertion<'a> {
    ExpectedAssertion {
        issuer: &trusted.issuer,
        tenant: trusted.tenant.as_deref(),
        audience,
        client_id: &request.client.client_id,
        dpop_jkt: request.dpop_jkt,
        max_lifetime: i64::try_from(trusted.max_lifetime).unwrap_or(i64::MAX),
    }
}

/// The resources of the token: those the assertion names, all of them ours, and of them those that are asked for.
fn resources(provider: &Provider, said: &IdentityAssertion, params: &Params) -> Result<Vec<Resource>, GrantRefusal> {
    let allowed = provider
        .requested_resources(&said.resources)
        .map_err(|_| invalid_grant("the assertion names a resource that is none of this server"))?;
    if allowed.is_empty() {
        return Err(invalid_grant("the assertion names no resource, and there is none that it can only mean"));
    }
    Ok(resource::narrowed(&resource::presented(params)?, &allowed)?)
}

/// ID-JAG lets a client present an assertion again while it lasts; EMA §7.4.2 demands that it works once.
fn once(granted: Granted, provider: &Provider, trusted: &IdentityProvider, assertion: &IdentityAssertion) -> Granted {
    let (provider, issuer, jti) = (provider.clone(), trusted.issuer.clone(), assertion.single_use.jti.clone());
    let until = remembered_until(assertion);
    granted.consume(move |tx| {
        let (provider, issuer, jti) = (provider.clone(), issuer.clone(), jti.clone());
        Box::pin(async move { provider.use_up(tx, (USED, issuer.as_str()), &jti, until).await })
    })
}

/// Until when the identifier of an assertion has to be remembered.
pub(super) fn remembered_until(assertion: &IdentityAssertion) -> DateTime<Utc> {
    DateTime::from_timestamp(assertion.single_use.until, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn unverifiable(error: &VerifyError) -> GrantRefusal {
    match error {
        VerifyError::Invalid(why) => wrong(*why),
        VerifyError::Unavailable(_) => {
            let description = "the keys of the identity provider cannot be had at the moment";
            OAuthError::new(OAuthErrorCode::TemporarilyUnavailable, description).into()
        }
    }
}

fn wrong(why: InvalidToken) -> GrantRefusal {
    invalid_grant(match why {
        InvalidToken::Algorithm => "the algorithm of the assertion is not accepted",
        InvalidToken::UnknownKey | InvalidToken::Signature => {
            "the signature of the assertion is wrong, or by a key that the identity provider does not publish"
        }
        InvalidToken::Malformed
        | InvalidToken::Claims
        | InvalidToken::Unknown
        | InvalidToken::Expired
        | InvalidToken::NotYetValid
        | InvalidToken::Revoked
        | InvalidToken::Audience
        | InvalidToken::Issuer
        | InvalidToken::Type
        | InvalidToken::Bound
        | InvalidToken::Unbound
        | InvalidToken::OtherKey => "the assertion cannot be read, or lacks a claim",
    })
}

pub(super) fn invalid_grant(description: &'static str) -> GrantRefusal {
    OAuthError::new(OAuthErrorCode::InvalidGrant, description).into()
}
