//! Clients: listed, made, changed and deleted by operators, and by their owners.

use auth_core::database::{begin_write, retrying};
use auth_core::digest;
use auth_protocol::client_auth::ClientAuthMethod;
use sea_orm::{DatabaseTransaction, DbErr, SqlErr};
use serde_json::{Map, Value};

use super::page::{Page, Paged};
use super::wanted_client::WantedClient;
use super::{Asker, Reach, Refusal};
use crate::administration::AdministrativeAction as Action;
use crate::codes::{CLIENT_HAS_NO_SECRET, CLIENT_IS_DECLARED, CLIENT_NOT_FOUND, CLIENT_REFUSED, NOT_ALLOWED};
use crate::entity::client;
use crate::event::{ClientCreated, ClientDisabled, ClientUpdated, Done};
use crate::flow::{client_secret, manage, register};
use crate::store;
use crate::store::comparable;

/// A client, and its secret where it has just got one: it is not told again.
pub(crate) struct Told {
    pub(crate) client: client::Model,
    pub(crate) secret: Option<String>,
}

/// The clients within reach, the newest first; those of one owner on request.
#[tracing::instrument(skip_all, fields(user.id = asker.id()))]
pub(crate) async fn list(
    asker: Asker<'_>,
    owner: Option<&str>,
    limit: Option<u64>,
    cursor: Option<&str>,
) -> Result<Paged<client::Model>, Refusal> {
    const LIST: &str = "clients";
    let provider = asker.provider;
    let reach = asker.reach(Action::ListClients).await?;
    let page = Page::read(provider, LIST, limit, cursor)?;
    let owner = match &reach {
        Reach::Every => owner,
        Reach::Own(person) => Some(person.as_str()),
    };
    let found = store::client::list(provider.cx().db(), owner, page.after.as_deref(), page.reads()).await?;
    Ok(page.of(provider, LIST, found, |client| &client.id))
}

/// One client.
#[tracing::instrument(skip_all, fields(client.id = client_id, user.id = asker.id()))]
pub(crate) async fn read(asker: Asker<'_>, client_id: &str) -> Result<client::Model, Refusal> {
    let reach = asker.reach(Action::ReadClient(client_id)).await?;
    within(asker, client_id, &reach).await
}

async fn within(asker: Asker<'_>, client_id: &str, reach: &Reach) -> Result<client::Model, Refusal> {
    let found = store::client::find(asker.provider.cx().db(), client_id).await?;
    found.filter(|client| reach.covers(client)).ok_or_else(|| Refusal::code(CLIENT_NOT_FOUND))
}

/// Makes a client, judged as one that registers; besides, it may have what only an operator gives.
#[tracing::instrument(skip_all, fields(client.id, user.id = asker.id()))]
pub(crate) async fn create(asker: Asker<'_>, body: Map<String, Value>) -> Result<Told, Refusal> {
    asker.demand(Action::CreateClient).await?;
    let provider = asker.provider;
    let cx = provider.cx();
    let wanted = WantedClient::read(provider, body).await?;
    if wanted.vouches() {
        asker.demand(Action::VouchForClient("")).await?;
    }
    let (accepted, algorithms) = wanted.judge(provider).await?;
    let client_id = cx.new_token()?;
    tracing::Span::current().record("client.id", &*client_id);
    let secret = match accepted.token_endpoint_auth_method {
        ClientAuthMethod::None | ClientAuthMethod::PrivateKeyJwt => None,
        ClientAuthMethod::ClientSecretBasic | ClientAuthMethod::ClientSecretPost => Some(cx.new_token()?),
    };
    let row = client::Model {
        id: cx.new_id()?,
        client_secret: secret.as_deref().map(digest),
        client_secret_expires_at: secret.as_ref().and_then(|_| client_secret::ends(provider)),
        own_scope: wanted.own_scope(),
        introspects: wanted.introspects(),
        skip_consent: wanted.skip_consent.unwrap_or_default(),
        disabled: wanted.disabled.unwrap_or_default(),
        user_id: wanted.owner(),
        ..register::row(&accepted, algorithms, &client_id, cx.now())
    };
    let event = ClientCreated { client_id, by: asker.id().to_owned() };
    let (new, told) = (&row, &event);
    retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        judge_owner(&tx, new).await?;
        store::client::insert(&tx, new.clone()).await.map_err(owner_has_gone)?;
        cx.events().emit_in(told, &tx).await?;
        tx.commit().await?;
        Ok::<_, Refusal>(())
    })
    .await?;
    tracing::info!(client.id = event.client_id, user.id = event.by, "client.created");
    cx.events().emit(&event).await;
    Ok(Told { client: row, secret })
}

/// Changes a client: what is absent stays, what is null goes. Its owner changes what it could have registered,
/// unless an operator vouches for it.
#[tracing::instrument(skip_all, fields(client.id = client_id, user.id = asker.id()))]
pub(crate) async fn update(asker: Asker<'_>, client_id: &str, body: Map<String, Value>) -> Result<Told, Refusal> {
    let reach = &asker.reach(Action::UpdateClient(client_id)).await?;
    let provider = asker.provider;
    let cx = provider.cx();
    let seen = within(asker, client_id, reach).await?;
    let wanted = &WantedClient::read(provider, body).await?;
    judge_reach(reach, wanted, &seen)?;
    let changes_trust = wanted.vouches() || (seen.is_vouched_for() && !wanted.only_disables());
    if *reach == Reach::Every && changes_trust {
        asker.demand(Action::VouchForClient(client_id)).await?;
    }
    let judged = wanted.judge_over(provider, &seen).await?;
    let secret = cx.new_token()?;
    let (client, by) = (client_id.to_owned(), asker.id().to_owned());
    let event = if wanted.ends_it() {
        Done::Ends(ClientDisabled { client_id: client, by })
    } else {
        Done::Changes(ClientUpdated { client_id: client, by: Some(by) })
    };
    let (new, told, judged) = (&secret, &event, judged.as_ref());
    let (after, is_new) = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        let found = store::client::find_held(&tx, client_id).await?.filter(|client| reach.covers(client));
        let before = found.ok_or_else(|| Refusal::code(CLIENT_NOT_FOUND))?;
        judge_reach(reach, wanted, &before)?;
        let (after, is_new) = wanted.applied(provider, before, judged, new)?;
        judge_owner(&tx, &after).await?;
        store::client::administer(&tx, after.clone()).await.map_err(owner_has_gone)?;
        told.emit_in(cx.events(), &tx).await?;
        tx.commit().await?;
        Ok::<_, Refusal>((after, is_new))
    })
    .await?;
    tracing::info!(client.id = client_id, user.id = asker.id(), disabled = after.disabled, "client.updated");
    event.emit(cx.events()).await;
    Ok(Told { client: after, secret: is_new.then_some(secret) })
}

/// Whether somebody may change a client so.
fn judge_reach(reach: &Reach, wanted: &WantedClient, client: &client::Model) -> Result<(), Refusal> {
    if client.declared && !wanted.only_disables() {
        return Err(Refusal::code(CLIENT_IS_DECLARED));
    }
    if *reach != Reach::Every && wanted.is_privileged() {
        return Err(Refusal::code(NOT_ALLOWED));
    }
    judge_owned(reach, client)
}

/// An owner no longer touches what an operator vouches for, or has disabled.
fn judge_owned(reach: &Reach, client: &client::Model) -> Result<(), Refusal> {
    if *reach != Reach::Every && (client.is_vouched_for() || client.disabled) {
        return Err(Refusal::code(NOT_ALLOWED));
    }
    Ok(())
}

/// Whether somebody may replace the secret of a client, or delete it.
fn judge_whole(reach: &Reach, client: &client::Model) -> Result<(), Refusal> {
    if client.declared {
        return Err(Refusal::code(CLIENT_IS_DECLARED));
    }
    judge_owned(reach, client)
}

/// Gives a client a new secret; the one before counts for a while longer, unless it is to end at once.
#[tracing::instrument(skip_all, fields(client.id = client_id, user.id = asker.id()))]
pub(crate) async fn rotate_secret(asker: Asker<'_>, client_id: &str, at_once: bool) -> Result<Told, Refusal> {
    let reach = asker.reach(Action::RotateClientSecret(client_id)).await?;
    judge_whole(&reach, &within(asker, client_id, &reach).await?)?;
    let overlap = if at_once { client_secret::Overlap::None } else { client_secret::Overlap::Usual };
    let rotation = client_secret::Rotation { client_id, by: Some(asker.id()), overlap };
    let rotated = client_secret::rotate(asker.provider, rotation, |client| is_theirs(&reach, client)).await?;
    let (client, secret) = rotated.ok_or_else(|| Refusal::code(CLIENT_HAS_NO_SECRET))?;
    Ok(Told { client, secret: Some(secret) })
}

/// Deletes a client, and with it everything it was given.
#[tracing::instrument(skip_all, fields(client.id = client_id, user.id = asker.id()))]
pub(crate) async fn delete(asker: Asker<'_>, client_id: &str) -> Result<(), Refusal> {
    let reach = asker.reach(Action::DeleteClient(client_id)).await?;
    judge_whole(&reach, &within(asker, client_id, &reach).await?)?;
    if manage::remove(asker.provider, client_id, Some(asker.id()), |client| is_theirs(&reach, client)).await? {
        return Ok(());
    }
    Err(Refusal::code(CLIENT_NOT_FOUND))
}

/// The same, once it is held.
fn is_theirs(reach: &Reach, client: &client::Model) -> bool {
    reach.covers(client) && judge_whole(reach, client).is_ok()
}

/// Refuses an owner who is not there.
async fn judge_owner(tx: &DatabaseTransaction, client: &client::Model) -> Result<(), Refusal> {
    let Some(owner) = &client.user_id else { return Ok(()) };
    let is_there = comparable::is_id(owner) && auth_core::store::user::find(tx, owner).await?.is_some();
    if is_there { Ok(()) } else { Err(no_owner()) }
}

/// An owner may also go between the look and the write.
fn owner_has_gone(error: DbErr) -> Refusal {
    match error.sql_err() {
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => no_owner(),
        Some(_) | None => error.into(),
    }
}

fn no_owner() -> Refusal {
    Refusal::saying(CLIENT_REFUSED, "user_id: there is no such person")
}
