//! Queries on `oauthGrant`.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};

use crate::entity::grant::{Column, Entity, Model};

/// Writes a new grant.
pub(crate) async fn insert(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Takes a grant back; says whether it was alive.
pub(crate) async fn revoke(db: &impl ConnectionTrait, id: &str, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// A sub-query that finds the grant of a row if it is alive, for conditional updates: what was
/// judged before the transaction is judged again inside it.
pub(crate) fn alive(grant_id: Expr, now: DateTime<Utc>) -> SelectStatement {
    Query::select()
        .expr(Expr::value(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::Id)).eq(grant_id))
        .and_where(Expr::col((Entity, Column::RevokedAt)).is_null())
        .and_where(Expr::col((Entity, Column::ExpiresAt)).gt(now))
        .to_owned()
}
