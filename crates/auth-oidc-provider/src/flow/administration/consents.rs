//! What people have allowed, seen and taken back by operators.

use std::collections::BTreeMap;

use super::page::{Page, Paged};
use super::{Asker, Refusal};
use crate::administration::AdministrativeAction as Action;
use crate::codes::CONSENT_NOT_FOUND;
use crate::flow::allowed::{self, Allowed, Withdrawal};
use crate::store;
use crate::store::allowed::Side;
use crate::store::comparable;

/// A person, and what they have allowed a client.
#[derive(Debug)]
pub(crate) struct AllowedBy {
    pub(crate) user_id: String,
    pub(crate) allowed: Allowed,
}

/// What a person has allowed, by client, or what a client was allowed, by person.
#[tracing::instrument(skip_all, fields(user.id = asker.id()))]
pub(crate) async fn list(
    asker: Asker<'_>,
    side: Side<'_>,
    limit: Option<u64>,
    cursor: Option<&str>,
) -> Result<Paged<AllowedBy>, Refusal> {
    asker.demand(Action::ListConsents).await?;
    let (provider, cx) = (asker.provider, asker.provider.cx());
    let (list, can_be) = match side {
        Side::Person(id) => (format!("consents of person {id}"), comparable::is_id(id)),
        Side::Client(id) => (format!("consents of client {id}"), comparable::is_text(id)),
    };
    let page = Page::read(provider, &list, limit, cursor)?;
    if !can_be {
        return Ok(Paged { entries: Vec::new(), next: None });
    }
    let others = store::allowed::others(cx.db(), side, page.after.as_deref(), page.reads(), cx.now()).await?;
    let Paged { entries: others, next } = page.of(provider, &list, others, |other| other);
    let mut by_other = between(asker, side, &others).await?;
    // What has ended since the ids were read is left out.
    let entries = others.iter().filter_map(|other| by_other.remove(other)).collect();
    Ok(Paged { entries, next })
}

/// Everything between one side and these of the other, by the id of the other.
async fn between(asker: Asker<'_>, side: Side<'_>, others: &[String]) -> Result<BTreeMap<String, AllowedBy>, Refusal> {
    let cx = asker.provider.cx();
    let mut all: Vec<AllowedBy> = Vec::new();
    for (grant, client) in store::allowed::grants(cx.db(), side, others, cx.now()).await? {
        let Some(user_id) = grant.user_id.clone() else { continue };
        all.push(AllowedBy { user_id, allowed: Allowed::by_grant((grant, client))? });
    }
    for (consent, client) in store::allowed::consents(cx.db(), side, others).await? {
        all.push(AllowedBy { user_id: consent.user_id.clone(), allowed: Allowed::by_memory((consent, client))? });
    }
    let mut by_other: BTreeMap<String, AllowedBy> = BTreeMap::new();
    for one in all {
        let other = match side {
            Side::Person(_) => one.allowed.client.client_id.clone(),
            Side::Client(_) => one.user_id.clone(),
        };
        let one = match by_other.remove(&other) {
            Some(known) => AllowedBy { user_id: known.user_id, allowed: known.allowed.and(one.allowed) },
            None => one,
        };
        by_other.insert(other, one);
    }
    Ok(by_other)
}

/// Takes back what a person has allowed a client.
#[tracing::instrument(skip_all, fields(client.id = client_id, user.id = asker.id()))]
pub(crate) async fn withdraw(asker: Asker<'_>, user_id: &str, client_id: &str) -> Result<(), Refusal> {
    asker.demand(Action::WithdrawConsent { user_id, client_id }).await?;
    let withdrawal = Withdrawal { user_id, client_id, by: Some(asker.id()) };
    if allowed::withdraw(asker.provider, withdrawal).await? {
        return Ok(());
    }
    Err(Refusal::code(CONSENT_NOT_FOUND))
}
