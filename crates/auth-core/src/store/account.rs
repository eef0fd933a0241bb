//! Queries on `account`.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};

use crate::email::Email;
use crate::entity::{account, user};

/// Writes a new account.
///
/// # Errors
/// [`DbErr`] when the database fails or the account exists.
pub async fn insert(db: &impl ConnectionTrait, row: &account::Model) -> Result<(), DbErr> {
    account::Entity::insert(row.clone().into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Finds a person by address together with their account at one provider, in one statement.
///
/// # Errors
/// [`DbErr`] when the database fails.
pub async fn find_by_email(
    db: &impl ConnectionTrait,
    email: &Email,
    provider: &str,
) -> Result<Option<(account::Model, user::Model)>, DbErr> {
    let found = account::Entity::find()
        .filter(account::Column::ProviderId.eq(provider))
        .filter(user::Column::Email.eq(email.as_str()))
        .find_also_related(user::Entity)
        .one(db)
        .await?;
    Ok(found.and_then(|(account, user)| Some((account, user?))))
}

/// Finds a person's account at one provider.
///
/// # Errors
/// [`DbErr`] when the database fails.
pub async fn find_of(
    db: &impl ConnectionTrait,
    user_id: &str,
    provider: &str,
) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find()
        .filter(account::Column::ProviderId.eq(provider))
        .filter(account::Column::UserId.eq(user_id))
        .one(db)
        .await
}

/// Replaces a password hash, unless it has changed since it was read.
///
/// # Errors
/// [`DbErr`] when the database fails.
pub async fn replace_password(
    db: &impl ConnectionTrait,
    id: &str,
    old: &str,
    new: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let done = account::Entity::update_many()
        .col_expr(account::Column::Password, Expr::value(new))
        .col_expr(account::Column::UpdatedAt, Expr::value(now))
        .filter(account::Column::Id.eq(id))
        .filter(account::Column::Password.eq(old))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
