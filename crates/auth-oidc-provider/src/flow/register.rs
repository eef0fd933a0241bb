//! Registering a client. RFC 7591.

use auth_core::database::{begin_write, retrying};
use auth_core::digest;
use auth_protocol::client_auth::ClientAuthMethod;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::redirect_uri::RedirectUri;
use auth_protocol::registration::{
    AcceptedClient, ClientKeys, ClientMetadata, RegistrationPolicy, RegistrationResponse, judge_registration,
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tracing::Span;

use super::admission::{self, Admitted, Applicant};
use super::response_algorithms::ResponseAlgorithms;
use super::{client_secret, sector};
use crate::entity::{Words, client};
use crate::error::OAuthFailure;
use crate::event::ClientRegistered;
use crate::keys::ClientKeySet;
use crate::provider::Provider;
use crate::store;

/// What every token begins with by which a client manages its registration.
const MANAGEMENT_PREFIX: &str = "reg_";

/// Judges a registration and stores what is left of it; the answer states exactly that.
#[tracing::instrument(skip_all, fields(client.id, user.id))]
pub(crate) async fn register(
    provider: &Provider,
    metadata: &ClientMetadata,
    applicant: Applicant<'_>,
) -> Result<RegistrationResponse, OAuthFailure> {
    accept(provider, metadata, applicant).await.inspect_err(|failure| failure.tell(provider, "register", None))
}

async fn accept(
    provider: &Provider,
    metadata: &ClientMetadata,
    applicant: Applicant<'_>,
) -> Result<RegistrationResponse, OAuthFailure> {
    let cx = provider.cx();
    let Admitted { owner, token } = admission::judge(provider, applicant).await?;
    let (accepted, algorithms) = judge(provider, metadata).await?;
    let management = format!("{MANAGEMENT_PREFIX}{}", cx.new_token()?);
    let client_id = cx.new_token()?;
    let secret = match accepted.token_endpoint_auth_method {
        ClientAuthMethod::None | ClientAuthMethod::PrivateKeyJwt => None,
        ClientAuthMethod::ClientSecretBasic | ClientAuthMethod::ClientSecretPost => Some(cx.new_token()?),
    };
    Span::current().record("client.id", &*client_id).record("user.id", owner.as_deref());
    let event = ClientRegistered { client_id: client_id.clone(), user_id: owner.clone() };
    let row = client::Model {
        id: cx.new_id()?,
        client_secret: secret.as_deref().map(digest),
        client_secret_expires_at: secret.as_ref().and_then(|_| client_secret::ends(provider)),
        registration_access_token: Some(digest(&management)),
        user_id: owner,
        ..row(&accepted, algorithms, &client_id, cx.now())
    };
    let (row, told, token) = (&row, &event, token.as_deref());
    retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        if let Some(token) = token
            && !store::initial_access_token::spend(&tx, token, cx.now()).await?
        {
            return Err(admission::invalid());
        }
        store::client::insert(&tx, row.clone()).await?;
        cx.events().emit_in(told, &tx).await?;
        tx.commit().await?;
        Ok::<_, OAuthFailure>(())
    })
    .await?;
    tracing::info!(client.id = client_id, method = row.token_endpoint_auth_method, "client.registered");
    cx.events().emit(&event).await;
    let mut answer = RegistrationResponse::new(accepted, client_id, secret, row.created_at.timestamp());
    if let Some(end) = row.client_secret_expires_at {
        answer.client_secret_expires_at = Some(end.timestamp());
    }
    algorithms.tell(&mut answer);
    answer.registration_client_uri = Some(management_url(provider, &row.client_id));
    answer.registration_access_token = Some(management);
    Ok(answer)
}

/// Where a client manages its registration. RFC 7592 §2.
pub(super) fn management_url(provider: &Provider, client_id: &str) -> String {
    provider.cx().config().endpoint(&format!("/oauth2/register/{client_id}"))
}

/// Judges metadata, and by which algorithms what the client is told is signed.
pub(super) async fn judge(
    provider: &Provider,
    metadata: &ClientMetadata,
) -> Result<(AcceptedClient, ResponseAlgorithms), OAuthFailure> {
    let (accepted, algorithms) = judge_by(provider.registration(), metadata)?;
    sector::judge(provider, &accepted).await?;
    Ok((accepted, algorithms))
}

/// The same, by any policy, and without a look at the document of its sector.
pub(super) fn judge_by(
    policy: &RegistrationPolicy,
    metadata: &ClientMetadata,
) -> Result<(AcceptedClient, ResponseAlgorithms), OAuthError> {
    let accepted = judge_registration(metadata, policy)?;
    judge_keys(&accepted)?;
    Ok((accepted, ResponseAlgorithms::wanted(metadata)))
}

/// Refuses a key set no key of which can be used.
pub(super) fn judge_keys(accepted: &AcceptedClient) -> Result<(), OAuthError> {
    match &accepted.keys {
        Some(ClientKeys::Here(set)) if ClientKeySet::read(set.to_string().as_bytes()).is_none() => {
            let description = "no key of the jwks can be used";
            Err(OAuthError::new(OAuthErrorCode::InvalidClientMetadata, description))
        }
        Some(ClientKeys::Here(_) | ClientKeys::At(_)) | None => Ok(()),
    }
}

pub(super) fn row(
    accepted: &AcceptedClient,
    algorithms: ResponseAlgorithms,
    client_id: &str,
    now: DateTime<Utc>,
) -> client::Model {
    let (jwks, jwks_uri) = match accepted.keys.clone() {
        None => (None, None),
        Some(ClientKeys::Here(set)) => (Some(set), None),
        Some(ClientKeys::At(uri)) => (None, Some(uri)),
    };
    client::Model {
        id: String::new(),
        client_id: client_id.to_owned(),
        client_secret: None,
        client_secret_expires_at: None,
        previous_secret: None,
        previous_secret_until: None,
        registration_access_token: None,
        name: accepted.client_name.clone(),
        redirect_uris: accepted.redirect_uris.iter().map(RedirectUri::as_str).collect(),
        post_logout_redirect_uris: accepted.post_logout_redirect_uris.iter().map(RedirectUri::as_str).collect(),
        token_endpoint_auth_method: accepted.token_endpoint_auth_method.as_str().to_owned(),
        jwks,
        jwks_uri,
        grant_types: accepted.grant_types.iter().map(|grant| grant.as_str()).collect::<Words>(),
        scope: accepted.scope.to_string(),
        application_type: accepted.application_type.as_str().to_owned(),
        id_token_signed_response_alg: algorithms.signs_id_tokens().as_str().to_owned(),
        sector: accepted.sector.as_ref().map(|sector| sector.host.clone()),
        document_expires_at: None,
        metadata: Some(kept(accepted, algorithms)),
        require_pushed_authorization_requests: accepted.require_pushed_authorization_requests,
        dpop_bound_access_tokens: accepted.dpop_bound_access_tokens,
        own_scope: None,
        introspects: None,
        skip_consent: false,
        declared: false,
        disabled: false,
        user_id: None,
        created_at: now,
        updated_at: now,
    }
}

/// The rest of its metadata, kept to be echoed and shown.
fn kept(accepted: &AcceptedClient, algorithms: ResponseAlgorithms) -> Value {
    let sector_identifier_uri = accepted.sector.as_ref().and_then(|sector| sector.identifier_uri.as_deref());
    let rest = [
        ("sector_identifier_uri", json!(sector_identifier_uri)),
        ("client_uri", json!(accepted.client_uri)),
        ("logo_uri", json!(accepted.logo_uri)),
        ("tos_uri", json!(accepted.tos_uri)),
        ("policy_uri", json!(accepted.policy_uri)),
        ("contacts", json!(accepted.contacts)),
        ("software_id", json!(accepted.software_id)),
        ("software_version", json!(accepted.software_version)),
    ];
    let rest = rest.into_iter().map(|(name, value)| (name.to_owned(), value));
    Value::Object(rest.chain(algorithms.to_keep()).collect())
}
