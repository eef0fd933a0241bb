//! Queries on `jwks`.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};

use crate::entity::key::{Column, Entity, Model};

/// All keys, oldest first.
pub(crate) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(db).await
}

/// Writes a new key. A second active key for its algorithm surfaces as a unique violation.
pub(crate) async fn insert(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Writes a private key sealed anew, unless somebody else did by now.
pub(crate) async fn reseal(db: &impl ConnectionTrait, id: &str, from: &str, to: &str) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::PrivateKey, Expr::value(to))
        .filter(Column::Id.eq(id))
        .filter(Column::PrivateKey.eq(from))
        .exec(db)
        .await?;
    Ok(())
}

/// Lets the active key of an algorithm sign no more, and forgets its private half; says whether it was
/// active.
pub(crate) async fn retire(
    db: &impl ConnectionTrait,
    id: &str,
    slot: &str,
    published_until: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::State, Expr::value("retired"))
        .col_expr(Column::Slot, Expr::value(None::<String>))
        .col_expr(Column::PrivateKey, Expr::value(""))
        .col_expr(Column::ExpiresAt, Expr::value(published_until))
        .filter(Column::Id.eq(id))
        .filter(Column::Slot.eq(slot))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Publishes the retired keys of an algorithm no longer.
pub(crate) async fn unpublish_retired(
    db: &impl ConnectionTrait,
    algorithm: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(now))
        .filter(Column::Alg.eq(algorithm))
        .filter(Column::Slot.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(())
}

/// Lets the key that is to follow sign from now on; says whether it was to follow.
pub(crate) async fn activate(
    db: &impl ConnectionTrait,
    id: &str,
    from: &str,
    to: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::State, Expr::value("active"))
        .col_expr(Column::Slot, Expr::value(to))
        .col_expr(Column::ActivatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::Slot.eq(from))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
