//! Clients whose id is the URL of a document that describes them.
//! draft-ietf-oauth-client-id-metadata-document-00, MCP authorization.

use auth_core::Unexpected;
use auth_core::database::{begin_write, retrying};
use auth_outbound::Fetched;
use auth_protocol::client_id_document::{ClientIdUrl, MAX_DOCUMENT_LENGTH, judge_document};
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::registration::ClientMetadata;
use chrono::{DateTime, Duration, Utc};
use sea_orm::SqlErr;

use super::response_algorithms::ResponseAlgorithms;
use super::{register, sector};
use crate::documents::{self, InVain};
use crate::entity::client;
use crate::error::OAuthFailure;
use crate::event::{ClientRegistered, ClientUpdated};
use crate::provider::Provider;
use crate::store;

/// How long a document counts whose host does not say.
const USUAL: Duration = Duration::minutes(10);
/// The shortest time one counts, so that requests at the same moment share a fetch.
const SHORTEST: Duration = Duration::seconds(5);
/// The longest one counts, whatever its host says.
const LONGEST: Duration = Duration::days(1);
/// How long it still counts after that while its host cannot be reached.
const USABLE: Duration = Duration::hours(1);

/// Why there is no client of this id.
#[derive(Debug)]
pub(crate) enum NoClient {
    /// Nobody has registered it.
    Unknown,
    /// The document it names does not make one; why, for its developers.
    Document(OAuthError),
}

/// Finds the client of an authorization request; one that is known by a document, by what that says now.
///
/// A client that was declared, registered or vouched for under such an id is what it was made, whatever the URL
/// leads to.
pub(crate) async fn find(provider: &Provider, client_id: &str) -> Result<Result<client::Model, NoClient>, Unexpected> {
    let known = store::client::find(provider.cx().db(), client_id).await?;
    if provider.options().documents.is_none() || !ClientIdUrl::is_claimed_by(client_id) {
        return Ok(known.ok_or(NoClient::Unknown));
    }
    if let Some(known) = known.filter(|known| counts(known, provider.cx().now())) {
        return Ok(Ok(known));
    }
    let url = match ClientIdUrl::parse(client_id) {
        Ok(url) if provider.options().admits_documents_of(url.host()) => url,
        Ok(_) => return Ok(Err(NoClient::Document(refusal("clients of this host are not let in here")))),
        Err(error) => return Ok(Err(NoClient::Document(error))),
    };
    // Seldom, and large.
    Box::pin(read_in_turn(provider, &url)).await
}

/// Whether a known client is as it is to be taken without another look at its document.
fn counts(client: &client::Model, now: DateTime<Utc>) -> bool {
    client.document_expires_at.is_none_or(|until| now < until) || is_kept(client)
}

/// Whether what a document says no longer changes a client.
fn is_kept(client: &client::Model) -> bool {
    client.document_expires_at.is_none() || client.disabled || client.is_vouched_for()
}

/// Reads the document unless somebody else just did, or it is too soon after a try that was in vain.
async fn read_in_turn(provider: &Provider, url: &ClientIdUrl) -> Result<Result<client::Model, NoClient>, Unexpected> {
    let cx = provider.cx();
    let mut tries = provider.documents().turn(url.as_str()).await;
    let known = store::client::find(cx.db(), url.as_str()).await?;
    if let Some(known) = known.clone().filter(|known| counts(known, cx.now())) {
        return Ok(Ok(known));
    }
    let read = match tries.in_vain(cx.now()) {
        Some(why) => Err(why),
        None => read(provider, url, known.as_ref()).await?.inspect_err(|why| tries.remember(why, cx.now())),
    };
    Ok(read.or_else(|InVain { error, is_unreachable }| {
        let still_counts =
            |known: &client::Model| known.document_expires_at.is_some_and(|until| cx.now() < until + USABLE);
        known.filter(|known| is_unreachable && still_counts(known)).ok_or(NoClient::Document(error))
    }))
}

#[tracing::instrument(skip_all, fields(client.id = url.as_str()))]
async fn read(
    provider: &Provider,
    url: &ClientIdUrl,
    known: Option<&client::Model>,
) -> Result<Result<client::Model, InVain>, Unexpected> {
    let fetched = match fetch(provider, url).await? {
        Ok(fetched) => fetched,
        Err(why) => return Ok(Err(why)),
    };
    match judged(provider, url, &fetched).await {
        Ok(client) => {
            let document_expires_at = Some(until(&fetched, provider.cx().now()));
            Box::pin(kept(provider, client::Model { document_expires_at, ..client }, known)).await
        }
        Err(error) => {
            tracing::info!(reason = %error.description, "client_document.refused");
            Ok(Err(InVain { error, is_unreachable: false }))
        }
    }
}

/// Fetches a document through the guarded client. Why it cannot be had is for the log: it would tell strangers
/// of the network here.
async fn fetch(provider: &Provider, url: &ClientIdUrl) -> Result<Result<Fetched, InVain>, Unexpected> {
    let unreachable = || {
        let error = refusal("the client metadata document cannot be fetched");
        Ok(Err(InVain { error, is_unreachable: true }))
    };
    let slot = documents::place(provider, "client-document", url.host()).await;
    let (Some(outbound), Some(_slot)) = (provider.outbound(), slot) else {
        tracing::info!("client_document.too_many");
        return unreachable();
    };
    match outbound.capped_at(MAX_DOCUMENT_LENGTH).fetch_json(url.url()).await {
        Ok(fetched) if fetched.status == 200 && fetched.is_json() => Ok(Ok(fetched)),
        Ok(Fetched { status: status @ (429 | 500..=599), .. }) => {
            tracing::info!(status, "client_document.unreachable");
            unreachable()
        }
        Ok(Fetched { status, content_type, .. }) => {
            tracing::info!(status, content_type, "client_document.refused");
            let error = refusal("there is no client metadata document at the client_id");
            Ok(Err(InVain { error, is_unreachable: false }))
        }
        Err(error) => {
            tracing::info!(%error, "client_document.unreachable");
            unreachable()
        }
    }
}

/// When a document is to be looked at again (RFC 9111 §5.2.2).
fn until(fetched: &Fetched, now: DateTime<Utc>) -> DateTime<Utc> {
    let told = fetched.max_age().map(|age| Duration::from_std(age).unwrap_or(LONGEST));
    now + told.unwrap_or(USUAL).clamp(SHORTEST, LONGEST)
}

/// What a document makes of its client.
async fn judged(provider: &Provider, url: &ClientIdUrl, fetched: &Fetched) -> Result<client::Model, OAuthError> {
    let metadata =
        ClientMetadata::parse(&fetched.body).map_err(|_| refusal("the client metadata document cannot be read"))?;
    let accepted = judge_document(url, &metadata, provider.registration())?;
    register::judge_keys(&accepted).map_err(as_of_client)?;
    sector::judge(provider, &accepted).await.map_err(as_of_client)?;
    let algorithms = ResponseAlgorithms::wanted(&metadata);
    Ok(register::row(&accepted, algorithms, url.as_str(), provider.cx().now()))
}

/// Writes what a document says, unless the client was made something else meanwhile; returns what there is then.
async fn kept(
    provider: &Provider,
    client: client::Model,
    known: Option<&client::Model>,
) -> Result<Result<client::Model, InVain>, Unexpected> {
    let cx = provider.cx();
    if let Some(known) = known
        && is_same(known, &client)
    {
        let until = client.document_expires_at;
        store::client::document_counts(cx.db(), &known.id, until).await?;
        return Ok(Ok(client::Model { document_expires_at: until, ..known.clone() }));
    }
    let new = &client::Model { id: cx.new_id()?, ..client };
    match retrying(|| write(provider, new)).await {
        Ok(client) => Ok(Ok(client)),
        Err(OAuthFailure::Unexpected(failure)) => Err(failure),
        Err(OAuthFailure::Refused(_) | OAuthFailure::Coded { .. } | OAuthFailure::TooMany { .. }) => {
            // A hook's: why is for the app to tell.
            Ok(Err(InVain { error: refusal("this client is not let in here"), is_unreachable: false }))
        }
    }
}

async fn write(provider: &Provider, new: &client::Model) -> Result<client::Model, OAuthFailure> {
    let cx = provider.cx();
    let client_id = new.client_id.clone();
    let tx = begin_write(cx.db()).await?;
    let Some(before) = store::client::find_held(&tx, &client_id).await? else {
        let event = ClientRegistered { client_id, user_id: None };
        match store::client::insert(&tx, new.clone()).await {
            // Another instance was faster.
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                tx.rollback().await?;
                let found = store::client::find(cx.db(), &new.client_id).await?;
                return found.ok_or_else(|| Unexpected::new("a client of this id was and is no more").into());
            }
            inserted => inserted?,
        }
        cx.events().emit_in(&event, &tx).await?;
        tx.commit().await?;
        tracing::info!(client.id = new.client_id, method = new.token_endpoint_auth_method, "client.registered");
        cx.events().emit(&event).await;
        return Ok(new.clone());
    };
    if is_kept(&before) {
        tx.rollback().await?;
        return Ok(before);
    }
    let after = client::Model { id: before.id, created_at: before.created_at, user_id: before.user_id, ..new.clone() };
    let event = ClientUpdated { client_id, by: None };
    store::client::update(&tx, after.clone()).await?;
    // People agreed to what it was.
    store::consent::delete_all_to(&tx, &after.client_id).await?;
    cx.events().emit_in(&event, &tx).await?;
    tx.commit().await?;
    tracing::info!(client.id = after.client_id, "client.updated");
    cx.events().emit(&event).await;
    Ok(after)
}

/// Whether a document says what it said before.
fn is_same(known: &client::Model, told: &client::Model) -> bool {
    let of_server = client::Model {
        id: known.id.clone(),
        user_id: known.user_id.clone(),
        created_at: known.created_at,
        updated_at: known.updated_at,
        document_expires_at: known.document_expires_at,
        ..told.clone()
    };
    of_server == *known
}

fn as_of_client(error: OAuthError) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidClient, error.description)
}

fn refusal(description: &'static str) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidClient, description)
}
