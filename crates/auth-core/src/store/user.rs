//! Queries on `user`.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QuerySelect as _,
};

use crate::email::Email;
use crate::entity::user;

/// Writes a new person. A taken address surfaces as a unique violation.
///
/// # Errors
/// [`DbErr`] when the database fails or the address is taken.
pub async fn insert(db: &impl ConnectionTrait, row: &user::Model) -> Result<(), DbErr> {
    user::Entity::insert(row.clone().into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Finds a person by address.
///
/// # Errors
/// [`DbErr`] when the database fails.
pub async fn find_by_email(db: &impl ConnectionTrait, email: &Email) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find().filter(user::Column::Email.eq(email.as_str())).one(db).await
}

/// Keeps a person as they are until the transaction ends. Whatever is made for them meanwhile, a session
/// or a grant, waits for that: their row is what it refers to.
pub(crate) async fn hold(tx: &DatabaseTransaction, id: &str) -> Result<(), DbErr> {
    let held = user::Entity::find_by_id(id.to_owned()).select_only().column(user::Column::Id).lock_exclusive();
    held.into_tuple::<String>().one(tx).await?;
    Ok(())
}

/// Keeps somebody from holding a person, or changing them, until the transaction ends.
pub(crate) async fn hold_shared(tx: &DatabaseTransaction, id: &str) -> Result<(), DbErr> {
    let held = user::Entity::find_by_id(id.to_owned()).select_only().column(user::Column::Id).lock_shared();
    held.into_tuple::<String>().one(tx).await?;
    Ok(())
}

/// Deletes a person, and by the foreign keys everything that belongs to them.
///
/// # Errors
/// [`DbErr`] when the database fails.
pub async fn delete(db: &impl ConnectionTrait, id: &str) -> Result<(), DbErr> {
    user::Entity::delete_by_id(id.to_owned()).exec(db).await?;
    Ok(())
}

/// Finds a person by id.
///
/// # Errors
/// [`DbErr`] when the database fails.
pub async fn find(db: &impl ConnectionTrait, id: &str) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find_by_id(id.to_owned()).one(db).await
}
