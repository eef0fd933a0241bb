//! Deleting what nobody needs any more, in bounded batches.
//!
//! Rows that replay detection still needs stay: a used code and a rotated refresh token live as
//! long as their grant, and go with it.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::entity::{access_token, grant, interaction, refresh_token};

/// The most rows of a table one batch deletes.
const BATCH: u64 = 500;

/// Deletes one batch of each kind; returns how many rows went.
pub(crate) async fn batch(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, DbErr> {
    forget_replays(db, now).await?;
    let interactions =
        expired::<interaction::Entity>(db, interaction::Column::Id, interaction::Column::ExpiresAt, now).await?;
    let tokens =
        expired::<access_token::Entity>(db, access_token::Column::Id, access_token::Column::ExpiresAt, now).await?;
    let grants = expired::<grant::Entity>(db, grant::Column::Id, grant::Column::ExpiresAt, now).await?;
    Ok(interactions + tokens + grants)
}

/// Empties the sealed answers whose replay window has ended.
async fn forget_replays(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
    use refresh_token::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::Replay, Expr::value(None::<String>))
        .col_expr(Column::ReplayRequest, Expr::value(None::<String>))
        .col_expr(Column::ReplayUntil, Expr::value(None::<DateTime<Utc>>))
        .filter(Column::ReplayUntil.lte(now))
        .exec(db)
        .await?;
    Ok(())
}

/// Deletes one batch of rows past their end. MySQL knows no limited delete with a sub-query on the
/// same table, so the ids are read first.
async fn expired<E: EntityTrait>(
    db: &impl ConnectionTrait,
    id: E::Column,
    expires_at: E::Column,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let ids: Vec<String> = E::find()
        .select_only()
        .column(id)
        .filter(expires_at.lte(now))
        .order_by_asc(expires_at)
        .limit(BATCH)
        .into_tuple()
        .all(db)
        .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    Ok(E::delete_many().filter(id.is_in(ids)).exec(db).await?.rows_affected)
}
