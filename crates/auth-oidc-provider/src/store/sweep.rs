//! Deleting what nobody needs any more, in bounded batches.
//!
//! Rows that replay detection still needs stay: a used code and a rotated refresh token live as
//! long as their grant, and go with it.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QuerySelect as _};

use crate::entity::{
    access_token, authorization_code, client, consent, grant, initial_access_token, interaction, key, refresh_token,
    used_jti,
};

/// The most rows of a table one batch deletes.
pub(crate) const BATCH: u64 = 500;

/// Deletes one batch of each kind that ends by the clock; returns the size of the largest. Grants
/// stay until `grants_until` after their end, so that it shows how long a client was in use.
pub(crate) async fn batch(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    grants_until: DateTime<Utc>,
) -> Result<u64, DbErr> {
    forget_replays(db, now).await?;
    let interactions = interaction::Column::ExpiresAt.lte(now).into();
    let tokens = access_token::Column::ExpiresAt.lte(now).into();
    // One of a client that acts for itself is as good as its token, and comes with each.
    let alone = Condition::all().add(grant::Column::UserId.is_null()).add(grant::Column::ExpiresAt.lte(now));
    let grants = Condition::any().add(grant::Column::ExpiresAt.lte(grants_until)).add(alone);
    // An instance whose clock is behind still takes what carried them.
    let used = used_jti::Column::ExpiresAt.lte(now - Duration::minutes(2)).into();
    let tokens_to_register = initial_access_token::Column::ExpiresAt.lte(now).into();
    let keys = key::Column::ExpiresAt.lte(now).into();
    let deleted = [
        delete::<key::Entity>(db, keys, key::Column::Id).await?,
        delete::<used_jti::Entity>(db, used, used_jti::Column::Id).await?,
        delete::<initial_access_token::Entity>(db, tokens_to_register, initial_access_token::Column::Id).await?,
        delete::<interaction::Entity>(db, interactions, interaction::Column::Id).await?,
        delete::<access_token::Entity>(db, tokens, access_token::Column::Id).await?,
        delete::<grant::Entity>(db, grants, grant::Column::Id).await?,
        never_redeemed(db, now - Duration::days(1)).await?,
    ];
    Ok(deleted.into_iter().max().unwrap_or_default())
}

/// Deletes one batch of clients that registered before `then` and of which nothing shows a use: no
/// grant, no remembered consent, no request that waits. One that an operator keeps, or that has an
/// owner, stays: nobody but itself manages what goes, or its document does. Returns how many went.
pub(crate) async fn unused_clients(db: &impl ConnectionTrait, then: DateTime<Utc>) -> Result<u64, DbErr> {
    use client::{Column, Entity};
    let of_client = |table: SelectStatement| Expr::exists(table).not();
    let by_document = Condition::all()
        .add(Column::DocumentExpiresAt.lte(then))
        .add(Column::Disabled.eq(false))
        .add(Column::SkipConsent.eq(false))
        .add(Column::OwnScope.is_null())
        .add(Column::Introspects.is_null());
    let manages_itself = Condition::any().add(Column::RegistrationAccessToken.is_not_null()).add(by_document);
    let unused = Condition::all()
        .add(Column::CreatedAt.lte(then))
        .add(Column::Declared.eq(false))
        .add(Column::UserId.is_null())
        .add(manages_itself)
        .add(of_client(names_client::<grant::Entity>(grant::Column::ClientId)))
        .add(of_client(names_client::<consent::Entity>(consent::Column::ClientId)))
        .add(of_client(names_client::<interaction::Entity>(interaction::Column::ClientId)));
    delete::<Entity>(db, unused, Column::Id).await
}

/// The rows of a table that name the client of the outer query.
fn names_client<E: EntityTrait>(client_id: E::Column) -> SelectStatement {
    Query::select()
        .expr(Expr::value(1))
        .from(E::default())
        .and_where(Expr::col((E::default(), client_id)).equals((client::Entity, client::Column::ClientId)))
        .to_owned()
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

/// Deletes grants whose code ended before `then` without being redeemed: nothing else was issued
/// under them.
async fn never_redeemed(db: &impl ConnectionTrait, then: DateTime<Utc>) -> Result<u64, DbErr> {
    use authorization_code::{Column, Entity};
    let ended = || Condition::all().add(Column::ConsumedAt.is_null()).add(Column::ExpiresAt.lte(then));
    let codes = Entity::find().filter(ended());
    let grants: Vec<String> = codes.select_only().column(Column::GrantId).limit(BATCH).into_tuple().all(db).await?;
    if grants.is_empty() {
        return Ok(0);
    }
    let unredeemed = Query::select()
        .expr(Expr::value(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::GrantId)).equals((grant::Entity, grant::Column::Id)))
        .cond_where(ended())
        .to_owned();
    let these = grant::Entity::delete_many().filter(grant::Column::Id.is_in(grants));
    Ok(these.filter(Expr::exists(unredeemed)).exec(db).await?.rows_affected)
}

/// Deletes one batch of the rows a condition fits. MySQL knows no limited delete with a sub-query on
/// the same table, so the ids are read first; the condition is judged again where the rows go.
async fn delete<E: EntityTrait>(db: &impl ConnectionTrait, which: Condition, id: E::Column) -> Result<u64, DbErr> {
    let ids = E::find().select_only().column(id).filter(which.clone()).limit(BATCH);
    let ids: Vec<String> = ids.into_tuple().all(db).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    Ok(E::delete_many().filter(id.is_in(ids)).filter(which).exec(db).await?.rows_affected)
}
