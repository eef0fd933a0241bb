//! Queries on `oauthInitialAccessToken`.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};

use crate::entity::initial_access_token::{Column, Entity, Model};

/// Writes a new token.
pub(crate) async fn insert(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Whether a token works now, without using it.
pub(crate) async fn works(db: &impl ConnectionTrait, digest: &str, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let found = Entity::find().filter(Column::Token.eq(digest)).one(db).await?;
    Ok(found.is_some_and(|row| row.uses_left > 0 && row.expires_at > now))
}

/// Uses a token once; says whether it still worked.
pub(crate) async fn spend(db: &impl ConnectionTrait, digest: &str, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::UsesLeft, Expr::col(Column::UsesLeft).sub(1))
        .filter(Column::Token.eq(digest))
        .filter(Column::UsesLeft.gt(0))
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
