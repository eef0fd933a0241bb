//! What a person has allowed, and taking it back.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use auth_core::Unexpected;
use auth_core::database::{begin_write, retrying};
use auth_protocol::scope::Scope;
use chrono::{DateTime, Utc};

use super::ended::tell_in;
use crate::entity::{client, consent, grant};
use crate::event::{ConsentWithdrawn, GrantRevoked};
use crate::provider::Provider;
use crate::store;
use crate::store::comparable;

/// A client, and all that a person has allowed it.
#[derive(Debug)]
pub(crate) struct Allowed {
    pub(crate) client: client::Model,
    pub(crate) scope: Scope,
    pub(crate) resources: Vec<String>,
    /// When something of it was first allowed, as far as is still known.
    pub(crate) since: DateTime<Utc>,
    /// When the client was last given something.
    pub(crate) last: DateTime<Utc>,
    /// Whether it holds anything now, or would only not be asked about again.
    pub(crate) is_connected: bool,
}

impl Allowed {
    pub(super) fn by_grant((grant, client): (grant::Model, client::Model)) -> Result<Self, Unexpected> {
        let scope = Scope::parse(&grant.scope).map_err(Unexpected::new)?;
        let (since, resources) = (grant.created_at, grant.resources.0);
        Ok(Self { client, scope, resources, since, last: since, is_connected: true })
    }

    pub(super) fn by_memory((consent, client): (consent::Model, client::Model)) -> Result<Self, Unexpected> {
        let scope = Scope::parse(&consent.scope).map_err(Unexpected::new)?;
        let (since, last) = (consent.created_at, consent.updated_at);
        Ok(Self { client, scope, resources: Vec::new(), since, last, is_connected: false })
    }

    /// Takes in what the same client was allowed besides.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.scope = self.scope.union(&other.scope);
        for resource in other.resources {
            if !self.resources.contains(&resource) {
                self.resources.push(resource);
            }
        }
        self.since = self.since.min(other.since);
        self.last = self.last.max(other.last);
        self.is_connected |= other.is_connected;
        self
    }
}

/// Everything a person has allowed, by client, the latest first.
#[tracing::instrument(skip_all, fields(user.id = user_id))]
pub(crate) async fn list(provider: &Provider, user_id: &str) -> Result<Vec<Allowed>, Unexpected> {
    let cx = provider.cx();
    let mut by_client: BTreeMap<String, Allowed> = BTreeMap::new();
    let mut take = |one: Allowed| {
        let all = match by_client.remove(&one.client.id) {
            Some(known) => known.and(one),
            None => one,
        };
        by_client.insert(all.client.id.clone(), all);
    };
    // All of them: a client with a thousand grants must not hide another.
    let mut after = String::new();
    loop {
        let page = store::grant::alive_of(cx.db(), user_id, cx.now(), &after).await?;
        let Some((last, _)) = page.last() else { break };
        after.clone_from(&last.id);
        page.into_iter().try_for_each(|one| Allowed::by_grant(one).map(&mut take))?;
    }
    let remembered = store::consent::all_of(cx.db(), user_id).await?;
    remembered.into_iter().try_for_each(|one| Allowed::by_memory(one).map(&mut take))?;
    let mut all: Vec<Allowed> = by_client.into_values().collect();
    all.sort_by_key(|allowed| Reverse(allowed.last));
    Ok(all)
}

/// What is to be taken back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Withdrawal<'a> {
    pub(crate) user_id: &'a str,
    pub(crate) client_id: &'a str,
    /// The operator who does it; none where the person does.
    pub(crate) by: Option<&'a str>,
}

/// Takes back all that a person has allowed a client, and with it every token it has; says whether there
/// was anything. Committed before it is answered.
#[tracing::instrument(skip_all, fields(client.id = withdrawal.client_id, user.id = withdrawal.user_id))]
pub(crate) async fn withdraw(provider: &Provider, withdrawal: Withdrawal<'_>) -> Result<bool, Unexpected> {
    let cx = provider.cx();
    let Withdrawal { user_id, client_id, by } = withdrawal;
    if !comparable::is_text(client_id) || !comparable::is_id(user_id) {
        return Ok(false);
    }
    let withdrawn =
        ConsentWithdrawn { client_id: client_id.to_owned(), user_id: user_id.to_owned(), by: by.map(str::to_owned) };
    let told = &withdrawn;
    let ended = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        let forgotten = store::consent::delete_all(&tx, user_id, client_id).await?;
        let grants = store::grant::revoke_all(&tx, user_id, client_id, cx.now()).await?;
        if forgotten == 0 && grants.is_empty() {
            tx.rollback().await?;
            return Ok::<_, Unexpected>(None);
        }
        let ended: Vec<GrantRevoked> = grants.into_iter().map(|grant_id| revoked(told, grant_id)).collect();
        cx.events().emit_in(told, &tx).await?;
        tell_in(cx.events(), &ended, &tx).await?;
        tx.commit().await?;
        Ok(Some(ended))
    })
    .await?;
    let Some(ended) = ended else { return Ok(false) };
    tracing::info!(client.id = client_id, user.id = user_id, by, grants = ended.len(), "consent.withdrawn");
    cx.events().emit(&withdrawn).await;
    for event in &ended {
        cx.events().emit(event).await;
    }
    Ok(true)
}

fn revoked(of: &ConsentWithdrawn, grant_id: String) -> GrantRevoked {
    GrantRevoked {
        client_id: of.client_id.clone(),
        grant_id,
        user_id: Some(of.user_id.clone()),
        reason: if of.by.is_some() { "withdrawn by an operator" } else { "withdrawn by the person" },
    }
}
