//! What is signed: access tokens that are JWTs, ID tokens, userinfo and introspection answers. RFC 9068 §2.2,
//! OpenID Connect Core §2 and §5.3.2, RFC 9701 §5.

use auth_core::after;
use auth_protocol::claims::{AccessTokenClaims, IdTokenClaims, SignedUserInfo, UserInfo, at_hash};
use auth_protocol::dpop::Confirmation;
use auth_protocol::introspection::{IntrospectionResponse, SignedIntrospection};
use auth_protocol::resource::Resource;
use auth_protocol::scope::{OPENID, Scope};
use chrono::{DateTime, Utc};

use super::custom_claims::{self, Extended};
use super::issue::{Basis, methods};
use super::response_algorithms::ResponseAlgorithms;
use crate::entity::client;
use crate::error::OAuthFailure;
use crate::extension_claims::{ClaimsFor, ClaimsPlace};
use crate::keys::{KeyError, SigningAlgorithm, TokenKind};
use crate::provider::Provider;

/// An access token a resource server can verify by itself (RFC 9068 §2.2).
pub(super) async fn access_token(
    provider: &Provider,
    basis: &Basis<'_>,
    scope: &Scope,
    expires_at: DateTime<Utc>,
) -> Result<String, OAuthFailure> {
    let cx = provider.cx();
    let own = AccessTokenClaims {
        iss: provider.issuer(),
        // RFC 9068 §2.2: a client that acts for itself is its own subject.
        sub: basis.subject.or(basis.user_id).unwrap_or(&basis.client.client_id).to_owned(),
        aud: basis.resources.iter().map(Resource::as_str).collect(),
        client_id: basis.client.client_id.clone(),
        exp: expires_at.timestamp(),
        iat: cx.now().timestamp(),
        jti: cx.new_token()?,
        scope: scope.clone(),
        auth_time: basis.auth_time.map(|at| at.timestamp()),
        acr: basis.acr.map(str::to_owned),
        amr: methods(basis.amr).into_iter().map(str::to_owned).collect(),
        cnf: basis.proven.map(|proven| Confirmation { jkt: proven.jkt.clone() }),
    };
    let request = ClaimsFor { scope, ..asked(provider, basis, ClaimsPlace::AccessToken(basis.resources)) };
    let mut custom = custom_claims::told(request).await?;
    // What a resource has fixed stands.
    custom.extend(provider.token_terms(basis.resources)?.claims);
    let claims = Extended { own, custom };
    Ok(provider.keys().sign(SigningAlgorithm::ALL[0], TokenKind::AccessToken, &claims)?)
}

/// Who signed in, for the client; none without the scope `openid`.
pub(super) async fn id_token(
    provider: &Provider,
    basis: &Basis<'_>,
    access_token: &str,
) -> Result<Option<String>, OAuthFailure> {
    let Some(user_id) = basis.user_id.filter(|_| basis.scope.contains(OPENID)) else { return Ok(None) };
    let cx = provider.cx();
    let now = cx.now();
    let algorithm = ResponseAlgorithms::registered(basis.client).signs_id_tokens();
    let claims = IdTokenClaims {
        iss: provider.issuer(),
        sub: basis.subject.unwrap_or(user_id).to_owned(),
        aud: basis.client.client_id.as_str().into(),
        exp: after(now, provider.options().id_token_expires_in).timestamp(),
        iat: now.timestamp(),
        auth_time: basis.auth_time.map(|at| at.timestamp()),
        nonce: basis.nonce.map(str::to_owned),
        at_hash: Some(algorithm.at_hash(access_token, at_hash)),
        sid: basis.session_id.map(|session_id| sid(provider, basis.client, session_id)),
        acr: basis.acr.map(str::to_owned),
        amr: methods(basis.amr).into_iter().map(str::to_owned).collect(),
        // Nobody else is authorized: clients that look for it find themselves.
        azp: Some(basis.client.client_id.clone()),
        person: basis.person.clone(),
    };
    let custom = custom_claims::told(asked(provider, basis, ClaimsPlace::IdToken)).await?;
    Ok(Some(provider.keys().sign(algorithm, TokenKind::IdToken, &Extended { own: claims, custom })?))
}

/// What userinfo tells, for the client whose token asks.
pub(super) fn userinfo(
    provider: &Provider,
    algorithm: SigningAlgorithm,
    client_id: &str,
    told: Extended<UserInfo>,
) -> Result<String, KeyError> {
    let own = SignedUserInfo { iss: provider.issuer(), aud: client_id.into(), info: told.own };
    provider.keys().sign(algorithm, TokenKind::UserInfo, &Extended { own, custom: told.custom })
}

/// What introspection tells, for the client that asks.
pub(super) fn introspection(
    provider: &Provider,
    client: &client::Model,
    token_introspection: IntrospectionResponse,
) -> Result<String, KeyError> {
    let claims = SignedIntrospection {
        iss: provider.issuer(),
        aud: client.client_id.as_str().into(),
        iat: provider.cx().now().timestamp(),
        token_introspection,
    };
    let algorithm = ResponseAlgorithms::registered(client).signs_introspection();
    provider.keys().sign(algorithm, TokenKind::Introspection, &claims)
}

/// What extensions are asked for.
fn asked<'a>(provider: &'a Provider, basis: &'a Basis<'_>, place: ClaimsPlace<'a>) -> ClaimsFor<'a> {
    let Basis { client, user_id, scope, .. } = basis;
    ClaimsFor { provider, client_id: &client.client_id, user_id: *user_id, scope, place }
}

/// The name of a session in the ID tokens of a client: a keyed tag, so that no row id leaves. Sectors have
/// names of their own for it too, so that it does not tell them who is who.
fn sid(provider: &Provider, client: &client::Model, session_id: &str) -> String {
    provider.cx().keys().tag("sid", &session_in_sector(Some(client), session_id))
}

/// The name of a session as an ID token may have it that was signed before the app secret changed.
pub(crate) fn sid_like(
    provider: &Provider,
    client: Option<&client::Model>,
    session_id: &str,
    named: Option<&str>,
) -> String {
    let session = session_in_sector(client, session_id);
    let mut tags = provider.cx().keys().tags("sid", &session);
    let current = tags.next().unwrap_or_default();
    named.filter(|named| tags.any(|tag| tag == *named)).map_or(current, str::to_owned)
}

fn session_in_sector(client: Option<&client::Model>, session_id: &str) -> String {
    match client.and_then(|client| client.sector.as_deref()) {
        None => session_id.to_owned(),
        Some(sector) => format!("{session_id}@{sector}"),
    }
}
