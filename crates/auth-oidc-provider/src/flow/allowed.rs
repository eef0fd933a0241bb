//! What a person has allowed, and taking it back.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use auth_core::Unexpected;
use auth_core::database::{begin_write, retrying};
use auth_protocol::scope::Scope;
use chrono::{DateTime, Utc};

use super::ended::tell_in;
use crate::entity::client;
use crate::event::{ConsentWithdrawn, GrantRevoked};
use crate::provider::Provider;
use crate::store;
use crate::store::allowed::{Granted, Side};
use crate::store::comparable;

/// A client, and all that a person has allowed it.
#[derive(Debug)]
pub(crate) struct Allowed {
    pub(crate) user_id: String,
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

/// Something that was allowed, without its client.
struct Part {
    scope: Scope,
    resources: Vec<String>,
    since: DateTime<Utc>,
    last: DateTime<Utc>,
    is_connected: bool,
}

impl Part {
    /// Takes in what the same client was allowed besides.
    fn and(mut self, other: Self) -> Self {
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

/// All that is allowed on one side, or between it and these of the other. Grants are counted together, and each
/// client is read once: a client with thousands costs what another does.
pub(crate) async fn between(
    provider: &Provider,
    side: Side<'_>,
    others: Option<&[String]>,
) -> Result<Vec<Allowed>, Unexpected> {
    let cx = provider.cx();
    let mut parts: BTreeMap<(String, String), Part> = BTreeMap::new();
    let mut take = |key: (String, String), part: Part| {
        let all = match parts.remove(&key) {
            Some(known) => known.and(part),
            None => part,
        };
        parts.insert(key, all);
    };
    for granted in store::allowed::grants(cx.db(), side, others, cx.now()).await? {
        let scope = Scope::parse(&granted.scope).map_err(Unexpected::new)?;
        let Granted { user_id, client_id, resources, since, last, .. } = granted;
        take((user_id, client_id), Part { scope, resources: resources.0, since, last, is_connected: true });
    }
    for consent in store::allowed::consents(cx.db(), side, others).await? {
        let scope = Scope::parse(&consent.scope).map_err(Unexpected::new)?;
        let (since, last) = (consent.created_at, consent.updated_at);
        let part = Part { scope, resources: Vec::new(), since, last, is_connected: false };
        take((consent.user_id, consent.client_id), part);
    }
    let ids: BTreeSet<String> = parts.keys().map(|(_, client_id)| client_id.clone()).collect();
    let clients = store::client::find_all(cx.db(), &ids).await?;
    let clients: BTreeMap<String, client::Model> =
        clients.into_iter().map(|client| (client.client_id.clone(), client)).collect();
    let allowed = parts.into_iter().filter_map(|((user_id, client_id), part)| {
        let Part { scope, resources, since, last, is_connected } = part;
        // It may have been deleted a moment ago.
        let client = clients.get(&client_id)?.clone();
        Some(Allowed { user_id, client, scope, resources, since, last, is_connected })
    });
    Ok(allowed.collect())
}

/// Everything a person has allowed, by client, the latest first.
#[tracing::instrument(skip_all, fields(user.id = user_id))]
pub(crate) async fn list(provider: &Provider, user_id: &str) -> Result<Vec<Allowed>, Unexpected> {
    let mut all = between(provider, Side::Person(user_id), None).await?;
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
    cx.events().emit_all(ended).await;
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
