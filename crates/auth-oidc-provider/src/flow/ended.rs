//! What a person has allowed ends with their access: a new password, a disabled or deleted account.

use async_trait::async_trait;
use auth_core::session::AccessEnded;
use auth_core::{Events, HookError, InTransaction};
use sea_orm::DatabaseTransaction;

use crate::event::{GrantRevoked, GrantsRevoked};
use crate::provider::Provider;
use crate::store;

/// How many grants are told one by one in the transaction that ends them. Somebody could make thousands, so
/// that telling them keeps it from ever coming to its end.
const MOST_IN_TRANSACTION: usize = 200;

/// Ends the grants of a person in the transaction of what ends their access, and forgets what they agreed to:
/// whoever had their session may have agreed to a client of his own, which nobody would be asked about again.
#[async_trait]
impl InTransaction<AccessEnded> for Provider {
    async fn on(&self, event: &AccessEnded, tx: &DatabaseTransaction) -> Result<(), HookError> {
        let cx = self.cx();
        let failed = HookError::new::<AccessEnded>;
        store::consent::delete_all_of(tx, &event.user_id).await.map_err(failed)?;
        let ended = store::grant::revoke_all_of(tx, &event.user_id, cx.now()).await.map_err(failed)?;
        let told = |(grant_id, client_id)| {
            let user_id = Some(event.user_id.clone());
            GrantRevoked { client_id, grant_id, user_id, reason: event.reason.as_str() }
        };
        let ended: Vec<GrantRevoked> = ended.into_iter().map(told).collect();
        tell_in(cx.events(), &ended, tx).await?;
        event.also(ended);
        Ok(())
    }
}

/// Tells of grants that end together, in their transaction: most of them one by one, the rest as a number.
pub(super) async fn tell_in(
    events: &Events,
    ended: &[GrantRevoked],
    tx: &DatabaseTransaction,
) -> Result<(), HookError> {
    let (told, rest) = ended.split_at(ended.len().min(MOST_IN_TRANSACTION));
    for event in told {
        events.emit_in(event, tx).await?;
    }
    let Some((first, others)) = rest.split_first() else { return Ok(()) };
    let is_same = |of: fn(&GrantRevoked) -> Option<&str>| others.iter().all(|event| of(event) == of(first));
    let client_id = is_same(|event| Some(&event.client_id)).then(|| first.client_id.clone());
    let user_id = first.user_id.clone().filter(|_| is_same(|event| event.user_id.as_deref()));
    events.emit_in(&GrantsRevoked { count: rest.len(), client_id, user_id, reason: first.reason }, tx).await
}
