//! Queries on `oauthApplication`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::comparable;
use crate::entity::client::{Column, Entity, Model};

/// Writes a new client.
pub(crate) async fn insert(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Writes what a client says of itself over what was there, by its row id. What an operator and the
/// server decide is left alone, whoever changes it at the same time.
pub(crate) async fn update(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    let others = [Column::RegistrationAccessToken, Column::OwnScope, Column::Introspects, Column::Declared];
    write(db, row, &others).await
}

/// Writes what an operator makes of a client over what was there, by its row id. What is declared stays so.
pub(crate) async fn administer(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    let mut row = row.into_active_model().reset_all();
    for column in [Column::ClientId, Column::Declared, Column::CreatedAt] {
        row.not_set(column);
    }
    Entity::update(row).exec(db).await?;
    Ok(())
}

/// Writes what is declared of a client over what was there, by its row id. An operator may have
/// disabled it.
pub(crate) async fn declare(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    write(db, row, &[]).await
}

async fn write(db: &impl ConnectionTrait, row: Model, others: &[Column]) -> Result<(), DbErr> {
    let mut row = row.into_active_model().reset_all();
    for column in [Column::ClientId, Column::Disabled, Column::UserId, Column::CreatedAt].iter().chain(others) {
        row.not_set(*column);
    }
    Entity::update(row).exec(db).await?;
    Ok(())
}

/// Says until when the document of a client counts, which says what it said before.
pub(crate) async fn document_counts(
    db: &impl ConnectionTrait,
    id: &str,
    until: Option<DateTime<Utc>>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::DocumentExpiresAt, Expr::value(until))
        .filter(Column::Id.eq(id))
        .filter(Column::DocumentExpiresAt.is_not_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Clients, the newest first, from after a row id on; those of one owner on request.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    owner: Option<&str>,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    if owner.is_some_and(|owner| !comparable::is_id(owner)) {
        return Ok(Vec::new());
    }
    let of_owner = owner.map(|owner| Column::UserId.eq(owner));
    let rest = after.map(|after| Column::Id.lt(after));
    let which = of_owner.into_iter().chain(rest).fold(Condition::all(), Condition::add);
    Entity::find().filter(which).order_by_desc(Column::Id).limit(limit).all(db).await
}

/// Finds a client by its public name.
pub(crate) async fn find(db: &impl ConnectionTrait, client_id: &str) -> Result<Option<Model>, DbErr> {
    if !comparable::is_text(client_id) {
        return Ok(None);
    }
    Entity::find().filter(Column::ClientId.eq(client_id)).one(db).await
}

/// How many clients are read at once.
const CHUNK: usize = 500;

/// The clients of these public names, each once.
pub(crate) async fn find_all(db: &impl ConnectionTrait, client_ids: &BTreeSet<String>) -> Result<Vec<Model>, DbErr> {
    let mut all = Vec::with_capacity(client_ids.len());
    let ids: Vec<&str> = client_ids.iter().map(String::as_str).collect();
    for some in ids.chunks(CHUNK) {
        all.extend(Entity::find().filter(Column::ClientId.is_in(some.iter().copied())).all(db).await?);
    }
    Ok(all)
}

/// Finds a client by its public name, and keeps it so until the transaction ends.
pub(crate) async fn find_held(tx: &DatabaseTransaction, client_id: &str) -> Result<Option<Model>, DbErr> {
    if !comparable::is_text(client_id) {
        return Ok(None);
    }
    Entity::find().filter(Column::ClientId.eq(client_id)).lock_exclusive().one(tx).await
}

/// Deletes a client, and by the foreign keys everything that belongs to it.
pub(crate) async fn delete(db: &impl ConnectionTrait, id: &str) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::Id.eq(id)).exec(db).await?;
    Ok(())
}
