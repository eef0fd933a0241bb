//! Deleting what nobody needs any more, in bounded batches.
//!
//! Rows that replay detection still needs stay: a used code and a rotated refresh token live as
//! long as their grant, and go with it.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};

use crate::entity::{access_token, authorization_code, client, grant, interaction, refresh_token};

/// The most rows of a table one batch deletes.
pub(crate) const BATCH: u64 = 500;

/// Deletes one batch of each kind that ends by the clock; returns the size of the largest.
pub(crate) async fn batch(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, DbErr> {
    forget_replays(db, now).await?;
    let deleted = [
        expired::<interaction::Entity>(db, interaction::Column::Id, interaction::Column::ExpiresAt, now).await?,
        expired::<access_token::Entity>(db, access_token::Column::Id, access_token::Column::ExpiresAt, now).await?,
        expired::<grant::Entity>(db, grant::Column::Id, grant::Column::ExpiresAt, now).await?,
        never_redeemed(db, now).await?,
    ];
    Ok(deleted.into_iter().max().unwrap_or_default())
}

/// Deletes one batch of clients that registered before `then` and hold no grant: they were never
/// used, or everything they were given has ended. Returns how many went.
pub(crate) async fn unused_clients(db: &impl ConnectionTrait, then: DateTime<Utc>) -> Result<u64, DbErr> {
    use client::{Column, Entity};
    let grants = Query::select()
        .expr(Expr::value(1))
        .from(grant::Entity)
        .and_where(Expr::col((grant::Entity, grant::Column::ClientId)).equals((Entity, Column::ClientId)))
        .to_owned();
    let unused = Entity::find()
        .filter(Column::CreatedAt.lte(then))
        .filter(Expr::exists(grants).not())
        .order_by_asc(Column::CreatedAt);
    delete(db, unused, Column::Id).await
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

async fn expired<E: EntityTrait>(
    db: &impl ConnectionTrait,
    id: E::Column,
    expires_at: E::Column,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    delete(db, E::find().filter(expires_at.lte(now)).order_by_asc(expires_at), id).await
}

/// Deletes grants whose code was never redeemed: nothing else was issued under them.
async fn never_redeemed(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, DbErr> {
    use authorization_code::{Column, Entity};
    let codes = Entity::find().filter(Column::ConsumedAt.is_null()).filter(Column::ExpiresAt.lte(now));
    let grants: Vec<String> = codes.select_only().column(Column::GrantId).limit(BATCH).into_tuple().all(db).await?;
    if grants.is_empty() {
        return Ok(0);
    }
    Ok(grant::Entity::delete_many().filter(grant::Column::Id.is_in(grants)).exec(db).await?.rows_affected)
}

/// Deletes one batch of what a query finds. MySQL knows no limited delete with a sub-query on the
/// same table, so the ids are read first.
async fn delete<E: EntityTrait>(db: &impl ConnectionTrait, what: Select<E>, id: E::Column) -> Result<u64, DbErr> {
    let ids: Vec<String> = what.select_only().column(id).limit(BATCH).into_tuple().all(db).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    Ok(E::delete_many().filter(id.is_in(ids)).exec(db).await?.rows_affected)
}
