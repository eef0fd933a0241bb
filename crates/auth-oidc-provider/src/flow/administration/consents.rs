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

/// What a person has allowed, by client, or what a client was allowed, by person.
#[tracing::instrument(skip_all, fields(user.id = asker.id()))]
pub(crate) async fn list(
    asker: Asker<'_>,
    side: Side<'_>,
    limit: Option<u64>,
    cursor: Option<&str>,
) -> Result<Paged<Allowed>, Refusal> {
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
    let mut by_other: BTreeMap<String, Allowed> = BTreeMap::new();
    for allowed in allowed::between(provider, side, Some(&others)).await? {
        let other = match side {
            Side::Person(_) => allowed.client.client_id.clone(),
            Side::Client(_) => allowed.user_id.clone(),
        };
        by_other.insert(other, allowed);
    }
    // What has ended since the ids were read is left out.
    let entries = others.iter().filter_map(|other| by_other.remove(other)).collect();
    Ok(Paged { entries, next })
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
