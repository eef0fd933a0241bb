//! A client reads, changes and deletes its own registration. RFC 7592.

use auth_core::database::{begin_write, retrying};
use auth_core::{Unexpected, digest};
use auth_protocol::client::{ApplicationType, ResponseType};
use auth_protocol::client_auth::ClientAuthMethod;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::redirect_uri::RedirectUri;
use auth_protocol::registration::{AcceptedClient, ClientMetadata, RegistrationResponse, SubjectType};
use auth_protocol::scope::Scope;
use subtle::ConstantTimeEq as _;
use tracing::Span;

use super::ended::tell_in;
use super::response_algorithms::ResponseAlgorithms;
use super::{client_secret, register};
use crate::entity::{Words, client};
use crate::error::OAuthFailure;
use crate::event::{ClientDeleted, ClientUpdated, GrantRevoked};
use crate::provider::Provider;
use crate::store;

/// Says what is registered. A secret is kept as a digest only, and cannot be told again.
#[tracing::instrument(skip_all, fields(client.id))]
pub(crate) async fn read(
    provider: &Provider,
    client_id: &str,
    token: &str,
) -> Result<RegistrationResponse, OAuthFailure> {
    let client =
        managed(provider, client_id, token).await.inspect_err(|failure| failure.tell(provider, "manage", None))?;
    Ok(told(provider, &client, token, None))
}

/// Puts other metadata in the place of all there was, judged as at registration (RFC 7592 §2.2).
#[tracing::instrument(skip_all, fields(client.id))]
pub(crate) async fn update(
    provider: &Provider,
    client_id: &str,
    token: &str,
    metadata: &ClientMetadata,
) -> Result<RegistrationResponse, OAuthFailure> {
    replace(provider, client_id, token, metadata).await.inspect_err(|failure| failure.tell(provider, "manage", None))
}

async fn replace(
    provider: &Provider,
    client_id: &str,
    token: &str,
    metadata: &ClientMetadata,
) -> Result<RegistrationResponse, OAuthFailure> {
    let cx = provider.cx();
    let before = managed(provider, client_id, token).await?;
    if metadata.client_id.as_deref() != Some(client_id) {
        return Err(refused("client_id must be that of the client"));
    }
    if metadata
        .client_secret
        .as_ref()
        .is_some_and(|secret| !secret.as_str().is_some_and(|secret| client_secret::is_of(&before, secret, cx.now())))
    {
        return Err(refused("a client does not choose its secret"));
    }
    let (accepted, algorithms) = register::judge(provider, metadata).await?;
    let secret = cx.new_token()?;
    let event = ClientUpdated { client_id: client_id.to_owned(), by: None };
    let change = &Change { accepted: &accepted, algorithms, secret: &secret };
    let told_of = &event;
    let changed = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        // It may have changed since it was judged, or be gone.
        let before = store::client::find_held(&tx, client_id).await?.filter(|client| manages(client, token));
        let Some(before) = before else { return Err(not_valid()) };
        let (after, is_new) = change.of(provider, before);
        store::client::update(&tx, after.clone()).await?;
        cx.events().emit_in(told_of, &tx).await?;
        tx.commit().await?;
        Ok::<_, OAuthFailure>((after, is_new))
    })
    .await?;
    let (after, is_new) = changed;
    let secret = is_new.then_some(secret);
    tracing::info!(client.id = client_id, method = after.token_endpoint_auth_method, "client.updated");
    cx.events().emit(&event).await;
    Ok(told(provider, &after, token, secret))
}

/// Deletes a client, and with it everything it was given (RFC 7592 §2.3).
#[tracing::instrument(skip_all, fields(client.id))]
pub(crate) async fn delete(provider: &Provider, client_id: &str, token: &str) -> Result<(), OAuthFailure> {
    managed(provider, client_id, token).await.inspect_err(|failure| failure.tell(provider, "manage", None))?;
    if remove(provider, client_id, None, |client| manages(client, token)).await? { Ok(()) } else { Err(not_valid()) }
}

/// Deletes a client if it is still one of those that `is_theirs`; says whether there was one.
pub(super) async fn remove(
    provider: &Provider,
    client_id: &str,
    by: Option<&str>,
    is_theirs: impl Fn(&client::Model) -> bool,
) -> Result<bool, Unexpected> {
    let cx = provider.cx();
    let event = ClientDeleted { client_id: client_id.to_owned(), by: by.map(str::to_owned) };
    let (told_of, is_theirs) = (&event, &is_theirs);
    let ended = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        let found = store::client::find_held(&tx, client_id).await?;
        let Some(client) = found.filter(|client| is_theirs(client)) else { return Ok(None) };
        let grants = store::grant::alive_to(&tx, client_id, cx.now()).await?;
        let ended: Vec<GrantRevoked> = grants
            .into_iter()
            .map(|grant| GrantRevoked {
                client_id: grant.client_id,
                grant_id: grant.id,
                user_id: grant.user_id,
                reason: "client deleted",
            })
            .collect();
        tell_in(cx.events(), &ended, &tx).await?;
        cx.events().emit_in(told_of, &tx).await?;
        store::client::delete(&tx, &client.id).await?;
        tx.commit().await?;
        Ok::<_, Unexpected>(Some(ended))
    })
    .await?;
    let Some(ended) = ended else { return Ok(false) };
    tracing::info!(client.id = client_id, user.id = by, grants = ended.len(), "client.deleted");
    cx.events().emit(&event).await;
    cx.events().emit_all(ended).await;
    Ok(true)
}

/// The client whose registration a token manages. An unknown client and a wrong token are told alike.
async fn managed(provider: &Provider, client_id: &str, token: &str) -> Result<client::Model, OAuthFailure> {
    let found = store::client::find(provider.cx().db(), client_id).await?;
    let client = found.filter(|client| manages(client, token)).ok_or_else(not_valid)?;
    Span::current().record("client.id", &*client.client_id);
    Ok(client)
}

/// Whether a token manages a client.
fn manages(client: &client::Model, token: &str) -> bool {
    let presented = digest(token);
    let kept = client.registration_access_token.as_ref().filter(|_| !client.disabled);
    kept.is_some_and(|kept| kept.as_bytes().ct_eq(presented.as_bytes()).into())
}

fn not_valid() -> OAuthFailure {
    let description = "the registration access token is not valid";
    OAuthFailure::Refused(OAuthError::new(OAuthErrorCode::InvalidToken, description))
}

/// What a client makes of its registration, and the secret it gets if it is to have another.
pub(super) struct Change<'a> {
    pub(super) accepted: &'a AcceptedClient,
    pub(super) algorithms: ResponseAlgorithms,
    pub(super) secret: &'a str,
}

fn uris_of(accepted: &AcceptedClient) -> Words {
    accepted.redirect_uris.iter().map(RedirectUri::as_str).collect()
}

impl Change<'_> {
    /// The row that follows on another, and whether the secret is a new one.
    pub(super) fn of(&self, provider: &Provider, before: client::Model) -> (client::Model, bool) {
        let has_secret = matches!(
            self.accepted.token_endpoint_auth_method,
            ClientAuthMethod::ClientSecretBasic | ClientAuthMethod::ClientSecretPost
        );
        let is_new = has_secret && (before.client_secret.is_none() || client_secret::is_due(provider, &before));
        let mut after = client::Model {
            client_secret: before.client_secret.filter(|_| has_secret),
            client_secret_expires_at: before.client_secret_expires_at.filter(|_| has_secret),
            previous_secret: before.previous_secret.filter(|_| has_secret),
            previous_secret_until: before.previous_secret_until.filter(|_| has_secret),
            registration_access_token: before.registration_access_token,
            user_id: before.user_id,
            // What only an operator gives stays as it is.
            own_scope: before.own_scope,
            introspects: before.introspects,
            // Whoever was vouched for was vouched for with these redirect URIs.
            skip_consent: before.skip_consent && before.redirect_uris == uris_of(self.accepted),
            declared: before.declared,
            disabled: before.disabled,
            created_at: before.created_at,
            id: before.id,
            ..register::row(self.accepted, self.algorithms, &before.client_id, provider.cx().now())
        };
        if is_new {
            client_secret::replace(provider, &mut after, self.secret);
        }
        (after, is_new)
    }
}

/// What is registered. The token is the one that was presented, since it is kept as a digest (RFC 7592 §3).
fn told(provider: &Provider, client: &client::Model, token: &str, secret: Option<String>) -> RegistrationResponse {
    RegistrationResponse {
        registration_access_token: Some(token.to_owned()),
        registration_client_uri: Some(register::management_url(provider, &client.client_id)),
        ..described(client, secret)
    }
}

/// What is registered, to whoever may know it, and a secret that was just made.
pub(crate) fn described(client: &client::Model, secret: Option<String>) -> RegistrationResponse {
    let uris = |words: &crate::entity::Words| words.0.iter().filter_map(|uri| RedirectUri::parse(uri).ok()).collect();
    let text = |member: &str| client.metadata.as_ref().and_then(|all| all.get(member)?.as_str()).map(str::to_owned);
    let contacts = client.metadata.as_ref().and_then(|all| all.get("contacts")?.as_array().cloned());
    let application_type = if client.application_type == ApplicationType::Native.as_str() {
        ApplicationType::Native
    } else {
        ApplicationType::Web
    };
    let mut answer = RegistrationResponse {
        client_id: client.client_id.clone(),
        client_id_issued_at: client.created_at.timestamp(),
        client_secret_expires_at: client
            .client_secret
            .as_ref()
            .map(|_| client.client_secret_expires_at.map_or(0, |end| end.timestamp())),
        client_secret: secret,
        registration_access_token: None,
        registration_client_uri: None,
        redirect_uris: uris(&client.redirect_uris),
        token_endpoint_auth_method: client.token_endpoint_auth_method.clone(),
        require_pushed_authorization_requests: client.require_pushed_authorization_requests,
        dpop_bound_access_tokens: client.dpop_bound_access_tokens,
        jwks: client.jwks.clone(),
        jwks_uri: client.jwks_uri.clone(),
        grant_types: client.grant_types.0.clone(),
        response_types: vec![ResponseType::Code],
        client_name: client.name.clone(),
        scope: Scope::parse(&client.scope).unwrap_or_default(),
        application_type,
        post_logout_redirect_uris: uris(&client.post_logout_redirect_uris),
        id_token_signed_response_alg: None,
        userinfo_signed_response_alg: None,
        introspection_signed_response_alg: None,
        subject_type: if client.sector.is_some() { SubjectType::Pairwise } else { SubjectType::Public },
        sector_identifier_uri: text("sector_identifier_uri"),
        client_uri: text("client_uri"),
        logo_uri: text("logo_uri"),
        tos_uri: text("tos_uri"),
        policy_uri: text("policy_uri"),
        contacts: contacts.into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        software_id: text("software_id"),
        software_version: text("software_version"),
    };
    ResponseAlgorithms::registered(client).tell(&mut answer);
    answer
}

fn refused(description: &'static str) -> OAuthFailure {
    OAuthFailure::new(OAuthErrorCode::InvalidClientMetadata, description)
}
