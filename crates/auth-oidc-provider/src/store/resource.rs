//! Queries on `oauthResource`.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, SqlErr,
};

use super::comparable;
use crate::entity::resource::{Column, Entity, Model};

/// The most resources an instance knows.
pub(crate) const MOST: u64 = 1000;

/// Writes a new resource; says whether there was none of that identifier. If there was, the transaction
/// is of no further use.
pub(crate) async fn insert(tx: &DatabaseTransaction, row: Model) -> Result<bool, DbErr> {
    match Entity::insert(row.into_active_model()).exec_without_returning(tx).await {
        Ok(_) => Ok(true),
        Err(error) => match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Ok(false),
            Some(_) | None => Err(error),
        },
    }
}

/// Writes a resource over what was there, by its row id; its identifier stays.
pub(crate) async fn update(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    let mut row = row.into_active_model().reset_all();
    for column in [Column::Identifier, Column::CreatedAt] {
        row.not_set(column);
    }
    Entity::update(row).exec(db).await?;
    Ok(())
}

/// Finds a resource by its identifier, and keeps it so until the transaction ends.
pub(crate) async fn find_held(tx: &DatabaseTransaction, identifier: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Identifier.eq(identifier)).lock_exclusive().one(tx).await
}

/// Finds a resource by its row id, and keeps it so until the transaction ends.
pub(crate) async fn find_by_id_held(tx: &DatabaseTransaction, id: &str) -> Result<Option<Model>, DbErr> {
    if !comparable::is_id(id) {
        return Ok(None);
    }
    Entity::find_by_id(id).lock_exclusive().one(tx).await
}

/// How many resources there are.
pub(crate) async fn count(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    Entity::find().count(db).await
}

/// Every resource, what is declared and then the oldest first.
pub(crate) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .order_by_desc(Column::Declared)
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(db)
        .await
}
