//! What a person has allowed ends with their access: a new password, a disabled or deleted account.

use async_trait::async_trait;
use auth_core::session::AccessEnded;
use auth_core::{HookError, InTransaction};
use sea_orm::DatabaseTransaction;

use crate::event::GrantRevoked;
use crate::provider::Provider;
use crate::store;

/// How many grants are told one by one in the transaction. Who holds a session could make thousands, so
/// that telling them keeps the person from ever getting rid of it: of the rest each is told afterwards.
const MOST_IN_TRANSACTION: usize = 200;

/// Ends the grants of a person in the transaction of what ends their access.
#[async_trait]
impl InTransaction<AccessEnded> for Provider {
    async fn on(&self, event: &AccessEnded, tx: &DatabaseTransaction) -> Result<(), HookError> {
        let cx = self.cx();
        let ended = store::grant::revoke_all_of(tx, &event.user_id, cx.now()).await;
        for (number, (grant_id, client_id)) in ended.map_err(HookError::new::<AccessEnded>)?.into_iter().enumerate() {
            let user_id = Some(event.user_id.clone());
            let revoked = GrantRevoked { client_id, grant_id, user_id, reason: event.reason.as_str() };
            if number < MOST_IN_TRANSACTION {
                cx.events().emit_in(&revoked, tx).await?;
            }
            event.also(revoked);
        }
        Ok(())
    }
}
