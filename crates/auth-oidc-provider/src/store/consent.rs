//! Queries on `oauthConsent`.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QuerySelect as _,
};

use crate::entity::consent::{Column, Entity, Model};

/// Finds what a person agreed to.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    user_id: &str,
    client_id: &str,
    reference: &str,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::ClientId.eq(client_id))
        .filter(Column::Reference.eq(reference))
        .one(db)
        .await
}

/// Finds what a person agreed to, and keeps it from being taken back until the transaction ends.
pub(crate) async fn find_held(
    tx: &DatabaseTransaction,
    user_id: &str,
    client_id: &str,
    reference: &str,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::ClientId.eq(client_id))
        .filter(Column::Reference.eq(reference))
        .lock_exclusive()
        .one(tx)
        .await
}

/// Writes what a person agreed to, over what they agreed to before.
pub(crate) async fn upsert(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    let conflict = OnConflict::columns([Column::UserId, Column::ClientId, Column::Reference])
        .update_columns([Column::Scope, Column::UpdatedAt])
        .to_owned();
    Entity::insert(row.into_active_model()).on_conflict(conflict).exec_without_returning(db).await?;
    Ok(())
}

/// Forgets all that a person has agreed to.
pub(crate) async fn delete_all_of(db: &impl ConnectionTrait, user_id: &str) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::UserId.eq(user_id)).exec(db).await?;
    Ok(())
}

/// Forgets what anybody has agreed to with a client.
pub(crate) async fn delete_all_to(db: &impl ConnectionTrait, client_id: &str) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::ClientId.eq(client_id)).exec(db).await?;
    Ok(())
}

/// Forgets what a person has agreed to with a client; says how much that was.
pub(crate) async fn delete_all(db: &impl ConnectionTrait, user_id: &str, client_id: &str) -> Result<u64, DbErr> {
    let theirs = Entity::delete_many().filter(Column::UserId.eq(user_id)).filter(Column::ClientId.eq(client_id));
    Ok(theirs.exec(db).await?.rows_affected)
}
