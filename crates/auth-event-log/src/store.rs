//! Queries on `authEvent`.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::entity::event::{Column, Entity, Model};

/// The most rows one statement deletes.
pub(crate) const BATCH: u64 = 500;

/// Writes rows in one statement.
pub(crate) async fn insert(db: &impl ConnectionTrait, rows: Vec<Model>) -> Result<(), DbErr> {
    let rows = rows.into_iter().map(Model::into_active_model);
    Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

/// Deletes one batch of what happened until then; returns how many went.
pub(crate) async fn delete_before(db: &impl ConnectionTrait, until: DateTime<Utc>) -> Result<u64, DbErr> {
    let old: Vec<String> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::CreatedAt.lte(until))
        .order_by_asc(Column::CreatedAt)
        .limit(BATCH)
        .into_tuple()
        .all(db)
        .await?;
    if old.is_empty() {
        return Ok(0);
    }
    let done = Entity::delete_many().filter(Column::Id.is_in(old)).exec(db).await?;
    Ok(done.rows_affected)
}

/// The names of all events, oldest first.
#[cfg(test)]
pub(crate) async fn names(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    Entity::find().select_only().column(Column::Name).order_by_asc(Column::CreatedAt).into_tuple().all(db).await
}
