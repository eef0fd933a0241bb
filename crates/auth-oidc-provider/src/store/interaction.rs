//! Queries on `oauthInteraction`.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _,
};

use crate::entity::client;
use crate::entity::interaction::{Column, Entity, Model};

/// Writes a new interaction.
pub(crate) async fn insert(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Finds an interaction by the digest of its handle, with its client.
pub(crate) async fn find(db: &impl ConnectionTrait, handle: &str) -> Result<Option<(Model, client::Model)>, DbErr> {
    let found = Entity::find().filter(Column::Handle.eq(handle)).find_also_related(client::Entity).one(db).await?;
    Ok(found.and_then(|(interaction, client)| Some((interaction, client?))))
}

/// Finds the newest open interaction of a browser that nobody has signed in for yet.
pub(crate) async fn newest_waiting(
    db: &impl ConnectionTrait,
    browser: &str,
    now: DateTime<Utc>,
) -> Result<Option<(Model, client::Model)>, DbErr> {
    let found = Entity::find()
        .filter(Column::Browser.eq(browser))
        .filter(Column::UserId.is_null())
        .filter(Column::CompletedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .order_by_desc(Column::CreatedAt)
        .find_also_related(client::Entity)
        .one(db)
        .await?;
    Ok(found.and_then(|(interaction, client)| Some((interaction, client?))))
}

/// Counts the open interactions of a browser.
pub(crate) async fn count_open(db: &impl ConnectionTrait, browser: &str, now: DateTime<Utc>) -> Result<u64, DbErr> {
    Entity::find()
        .filter(Column::Browser.eq(browser))
        .filter(Column::CompletedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .count(db)
        .await
}

/// Binds an interaction that belongs to no browser yet, and lets it wait from now on; says whether it
/// is this browser's.
pub(crate) async fn bind(
    db: &impl ConnectionTrait,
    id: &str,
    browser: &str,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::Browser, Expr::value(browser))
        .col_expr(Column::CreatedAt, Expr::value(since))
        .col_expr(Column::ExpiresAt, Expr::value(until))
        .filter(Column::Id.eq(id))
        .filter(Column::Browser.is_in(["", browser]))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Notes who answers an interaction; the last person to sign in for it does.
pub(crate) async fn take(db: &impl ConnectionTrait, id: &str, user_id: &str) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::UserId, Expr::value(user_id))
        .filter(Column::Id.eq(id))
        .filter(Column::CompletedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Answers an interaction; says whether it was still open.
pub(crate) async fn complete(db: &impl ConnectionTrait, id: &str, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::CompletedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::CompletedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
