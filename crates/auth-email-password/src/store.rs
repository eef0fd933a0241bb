//! Queries on `account` that only passwords need.

use auth_core::entity::account;
use sea_orm::{ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _};

/// Says whether an account still has this password hash, and keeps it so until the transaction ends.
///
/// A password is checked before the transaction begins; one that was changed in between must not
/// let anybody in.
pub(crate) async fn still_has(tx: &DatabaseTransaction, id: &str, hash: &str) -> Result<bool, DbErr> {
    let found: Option<String> = account::Entity::find_by_id(id.to_owned())
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Password.eq(hash))
        .lock_exclusive()
        .into_tuple()
        .one(tx)
        .await?;
    Ok(found.is_some())
}
