//! Queries on `session`.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _,
};

use crate::entity::{session, user};

/// Writes a new session.
pub(crate) async fn insert(db: &impl ConnectionTrait, row: &session::Model) -> Result<(), DbErr> {
    session::Entity::insert(row.clone().into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Finds a session by the digest of its token, with its person, in one statement.
pub(crate) async fn find_with_user(
    db: &impl ConnectionTrait,
    digest: &str,
) -> Result<Option<(session::Model, user::Model)>, DbErr> {
    let found = session::Entity::find()
        .filter(session::Column::Token.eq(digest))
        .find_also_related(user::Entity)
        .one(db)
        .await?;
    Ok(found.and_then(|(session, user)| Some((session, user?))))
}

/// Extends a session, unless another request has done so already.
pub(crate) async fn extend(
    db: &impl ConnectionTrait,
    id: &str,
    seen: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let done = session::Entity::update_many()
        .col_expr(session::Column::ExpiresAt, Expr::value(expires_at))
        .col_expr(session::Column::UpdatedAt, Expr::value(now))
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::ExpiresAt.eq(seen))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Whether a session is there, and keeps it so until the transaction ends.
pub(crate) async fn hold(tx: &DatabaseTransaction, id: &str) -> Result<bool, DbErr> {
    use sea_orm::QuerySelect as _;
    let held = session::Entity::find_by_id(id.to_owned()).select_only().column(session::Column::Id).lock_shared();
    Ok(held.into_tuple::<String>().one(tx).await?.is_some())
}

/// Deletes a session.
pub(crate) async fn delete(db: &impl ConnectionTrait, id: &str) -> Result<(), DbErr> {
    session::Entity::delete_by_id(id.to_owned()).exec(db).await?;
    Ok(())
}

/// Deletes every session of a person; returns the ids of those there were.
pub(crate) async fn delete_all_of(db: &impl ConnectionTrait, user_id: &str) -> Result<Vec<String>, DbErr> {
    use sea_orm::QuerySelect as _;
    let ids: Vec<String> = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::UserId.eq(user_id))
        .into_tuple()
        .all(db)
        .await?;
    session::Entity::delete_many().filter(session::Column::UserId.eq(user_id)).exec(db).await?;
    Ok(ids)
}

/// Deletes sessions that are over, at most `most` of them; returns how many.
pub(crate) async fn sweep(db: &impl ConnectionTrait, now: DateTime<Utc>, most: u64) -> Result<u64, DbErr> {
    use sea_orm::{QueryOrder as _, QuerySelect as _};
    let over: Vec<String> = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::ExpiresAt.lte(now))
        .order_by_asc(session::Column::ExpiresAt)
        .limit(most)
        .into_tuple()
        .all(db)
        .await?;
    if over.is_empty() {
        return Ok(0);
    }
    let done = session::Entity::delete_many()
        .filter(session::Column::Id.is_in(over))
        .filter(session::Column::ExpiresAt.lte(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
