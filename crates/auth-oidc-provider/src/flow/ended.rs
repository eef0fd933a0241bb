//! What a person has allowed ends with their access: a new password, a disabled or deleted account.

use async_trait::async_trait;
use auth_core::session::AccessEnded;
use auth_core::{HookError, InTransaction};
use sea_orm::DatabaseTransaction;

use crate::event::GrantRevoked;
use crate::provider::Provider;
use crate::store;

/// Ends the grants of a person in the transaction of what ends their access.
#[async_trait]
impl InTransaction<AccessEnded> for Provider {
    async fn on(&self, event: &AccessEnded, tx: &DatabaseTransaction) -> Result<(), HookError> {
        let cx = self.cx();
        let ended = store::grant::revoke_all_of(tx, &event.user_id, cx.now()).await;
        for (grant_id, client_id) in ended.map_err(HookError::new::<AccessEnded>)? {
            let user_id = Some(event.user_id.clone());
            let revoked = GrantRevoked { client_id, grant_id, user_id, reason: event.reason.as_str() };
            cx.events().emit_in(&revoked, tx).await?;
            event.also(revoked);
        }
        Ok(())
    }
}
