//! Queries on `oauthGrant`.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _,
};

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

/// Takes back every grant of a person to a client; returns the ids of those that were alive.
pub(crate) async fn revoke_all(
    db: &impl ConnectionTrait,
    user_id: &str,
    client_id: &str,
    now: DateTime<Utc>,
) -> Result<Vec<String>, DbErr> {
    let theirs = || {
        Condition::all()
            .add(Column::UserId.eq(user_id))
            .add(Column::ClientId.eq(client_id))
            .add(Column::RevokedAt.is_null())
            .add(Column::ExpiresAt.gt(now))
    };
    let ids: Vec<String> =
        Entity::find().select_only().column(Column::Id).filter(theirs()).into_tuple().all(db).await?;
    Entity::update_many().col_expr(Column::RevokedAt, Expr::value(now)).filter(theirs()).exec(db).await?;
    Ok(ids)
}

/// Takes back every grant of a person; returns those that were alive, each with its client.
pub(crate) async fn revoke_all_of(
    db: &impl ConnectionTrait,
    user_id: &str,
    now: DateTime<Utc>,
) -> Result<Vec<(String, String)>, DbErr> {
    let theirs = || {
        let of_person = Condition::all().add(Column::UserId.eq(user_id)).add(Column::RevokedAt.is_null());
        of_person.add(Column::ExpiresAt.gt(now))
    };
    let ids: Vec<(String, String)> = Entity::find()
        .select_only()
        .column(Column::Id)
        .column(Column::ClientId)
        .filter(theirs())
        .into_tuple()
        .all(db)
        .await?;
    Entity::update_many().col_expr(Column::RevokedAt, Expr::value(now)).filter(theirs()).exec(db).await?;
    Ok(ids)
}

/// The grants to a client that are alive.
pub(crate) async fn alive_to(
    db: &impl ConnectionTrait,
    client_id: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::ClientId.eq(client_id))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .all(db)
        .await
}
