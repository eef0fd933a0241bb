//! A client reads, changes and deletes its own registration. RFC 7592.

use auth_core::database::{begin_write, retrying};
use auth_core::digest;
use auth_protocol::client::{ApplicationType, GrantType, ResponseType};
use auth_protocol::client_auth::ClientAuthMethod;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::redirect_uri::RedirectUri;
use auth_protocol::registration::{ClientMetadata, RegistrationResponse};
use auth_protocol::scope::Scope;
use serde_json::Value;
use subtle::ConstantTimeEq as _;
use tracing::Span;

use super::register;
use crate::entity::client;
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
    if metadata.client_secret.as_ref().is_some_and(|secret| !is_secret_of(&before, secret)) {
        return Err(refused("a client does not choose its secret"));
    }
    let (accepted, algorithm) = register::judge(provider, metadata)?;
    let secret = match (accepted.token_endpoint_auth_method, &before.client_secret) {
        (ClientAuthMethod::ClientSecretBasic | ClientAuthMethod::ClientSecretPost, None) => Some(cx.new_token()?),
        (ClientAuthMethod::ClientSecretBasic | ClientAuthMethod::ClientSecretPost, Some(_))
        | (ClientAuthMethod::None | ClientAuthMethod::PrivateKeyJwt, _) => None,
    };
    let kept = match accepted.token_endpoint_auth_method {
        ClientAuthMethod::ClientSecretBasic | ClientAuthMethod::ClientSecretPost => before.client_secret.clone(),
        ClientAuthMethod::None | ClientAuthMethod::PrivateKeyJwt => None,
    };
    let after = client::Model {
        id: before.id.clone(),
        client_secret: secret.as_deref().map(digest).or(kept),
        registration_access_token: before.registration_access_token.clone(),
        user_id: before.user_id.clone(),
        id_token_signed_response_alg: algorithm.as_str().to_owned(),
        // What only an operator gives stays as it is.
        own_scope: before.own_scope.clone(),
        skip_consent: before.skip_consent,
        declared: before.declared,
        disabled: before.disabled,
        created_at: before.created_at,
        ..register::row(&accepted, client_id, cx.now())
    };
    let event = ClientUpdated { client_id: client_id.to_owned() };
    let (row, told_of) = (&after, &event);
    retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        store::client::update(&tx, row.clone()).await?;
        cx.events().emit_in(told_of, &tx).await?;
        tx.commit().await?;
        Ok::<_, OAuthFailure>(())
    })
    .await?;
    tracing::info!(client.id = client_id, method = after.token_endpoint_auth_method, "client.updated");
    cx.events().emit(&event).await;
    Ok(told(provider, &after, token, secret))
}

/// Deletes a client, and with it everything it was given (RFC 7592 §2.3).
#[tracing::instrument(skip_all, fields(client.id))]
pub(crate) async fn delete(provider: &Provider, client_id: &str, token: &str) -> Result<(), OAuthFailure> {
    let cx = provider.cx();
    let client =
        managed(provider, client_id, token).await.inspect_err(|failure| failure.tell(provider, "manage", None))?;
    let event = ClientDeleted { client_id: client_id.to_owned() };
    let (id, told_of) = (&client.id, &event);
    let ended = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
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
        for event in &ended {
            cx.events().emit_in(event, &tx).await?;
        }
        cx.events().emit_in(told_of, &tx).await?;
        store::client::delete(&tx, id).await?;
        tx.commit().await?;
        Ok::<_, OAuthFailure>(ended)
    })
    .await?;
    tracing::info!(client.id = client_id, grants = ended.len(), "client.deleted");
    for event in &ended {
        cx.events().emit(event).await;
    }
    cx.events().emit(&event).await;
    Ok(())
}

/// The client whose registration a token manages. An unknown client and a wrong token are told alike.
async fn managed(provider: &Provider, client_id: &str, token: &str) -> Result<client::Model, OAuthFailure> {
    let found = store::client::find(provider.cx().db(), client_id).await?;
    let presented = digest(token);
    let fits = |client: &client::Model| {
        client.registration_access_token.as_ref().is_some_and(|kept| kept.as_bytes().ct_eq(presented.as_bytes()).into())
    };
    let client = found.filter(|client| !client.disabled && fits(client));
    let refused = || OAuthError::new(OAuthErrorCode::InvalidToken, "the registration access token is not valid");
    let client = client.ok_or_else(|| OAuthFailure::Refused(refused()))?;
    Span::current().record("client.id", &*client.client_id);
    Ok(client)
}

fn is_secret_of(client: &client::Model, secret: &Value) -> bool {
    let given = secret.as_str().map(digest);
    given.zip(client.client_secret.as_ref()).is_some_and(|(given, kept)| given.as_bytes().ct_eq(kept.as_bytes()).into())
}

/// What is registered. The token is the one that was presented, since it is kept as a digest (RFC 7592 §3).
fn told(provider: &Provider, client: &client::Model, token: &str, secret: Option<String>) -> RegistrationResponse {
    let uris = |words: &crate::entity::Words| words.0.iter().filter_map(|uri| RedirectUri::parse(uri).ok()).collect();
    let text = |member: &str| client.metadata.as_ref().and_then(|all| all.get(member)?.as_str()).map(str::to_owned);
    let contacts = client.metadata.as_ref().and_then(|all| all.get("contacts")?.as_array().cloned());
    let application_type = if client.application_type == ApplicationType::Native.as_str() {
        ApplicationType::Native
    } else {
        ApplicationType::Web
    };
    RegistrationResponse {
        client_id: client.client_id.clone(),
        client_id_issued_at: client.created_at.timestamp(),
        client_secret_expires_at: client.client_secret.as_ref().map(|_| 0),
        client_secret: secret,
        registration_access_token: Some(token.to_owned()),
        registration_client_uri: Some(register::management_url(provider, &client.client_id)),
        redirect_uris: uris(&client.redirect_uris),
        token_endpoint_auth_method: ClientAuthMethod::parse(&client.token_endpoint_auth_method)
            .unwrap_or(ClientAuthMethod::None),
        require_pushed_authorization_requests: client.require_pushed_authorization_requests,
        dpop_bound_access_tokens: client.dpop_bound_access_tokens,
        jwks: client.jwks.clone(),
        jwks_uri: client.jwks_uri.clone(),
        grant_types: client.grant_types.0.iter().filter_map(|grant| GrantType::parse(grant)).collect(),
        response_types: vec![ResponseType::Code],
        client_name: client.name.clone(),
        scope: Scope::parse(&client.scope).unwrap_or_default(),
        application_type,
        post_logout_redirect_uris: uris(&client.post_logout_redirect_uris),
        id_token_signed_response_alg: Some(client.id_token_signed_response_alg.clone()),
        client_uri: text("client_uri"),
        logo_uri: text("logo_uri"),
        tos_uri: text("tos_uri"),
        policy_uri: text("policy_uri"),
        contacts: contacts.into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        software_id: text("software_id"),
        software_version: text("software_version"),
    }
}

fn refused(description: &'static str) -> OAuthFailure {
    OAuthFailure::new(OAuthErrorCode::InvalidClientMetadata, description)
}
