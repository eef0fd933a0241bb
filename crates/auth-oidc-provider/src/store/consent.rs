//! Queries on `oauthConsent`.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};

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

/// Writes what a person agreed to, over what they agreed to before.
pub(crate) async fn upsert(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    let conflict = OnConflict::columns([Column::UserId, Column::ClientId, Column::Reference])
        .update_columns([Column::Scope, Column::UpdatedAt])
        .to_owned();
    Entity::insert(row.into_active_model()).on_conflict(conflict).exec_without_returning(db).await?;
    Ok(())
}
