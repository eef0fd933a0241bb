//! Queries on `enterpriseAccount`.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _,
};

use crate::entity::enterprise_account::{Column, Entity, Model};

/// The name of a person at an identity provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity<'a> {
    pub(crate) issuer: &'a str,
    /// Empty where the issuer has none.
    pub(crate) tenant: &'a str,
    pub(crate) subject: &'a str,
}

impl Identity<'_> {
    /// The row that says who it is here.
    pub(crate) fn row(self, id: String, user_id: &str, now: DateTime<Utc>) -> Model {
        Model {
            id,
            issuer: self.issuer.to_owned(),
            tenant: self.tenant.to_owned(),
            subject: self.subject.to_owned(),
            user_id: user_id.to_owned(),
            created_at: now,
        }
    }

    fn is(self) -> Condition {
        Condition::all()
            .add(Column::Issuer.eq(self.issuer))
            .add(Column::Tenant.eq(self.tenant))
            .add(Column::Subject.eq(self.subject))
    }
}

/// Finds the person somebody is here.
pub(crate) async fn find(db: &impl ConnectionTrait, identity: Identity<'_>) -> Result<Option<String>, DbErr> {
    Entity::find().select_only().column(Column::UserId).filter(identity.is()).into_tuple().one(db).await
}

/// Writes who somebody is here. One that is known, or a person who is somebody else there, surfaces as a unique
/// violation.
pub(crate) async fn insert(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Forgets who somebody is here; says whether anybody knew.
pub(crate) async fn delete(db: &impl ConnectionTrait, identity: Identity<'_>) -> Result<bool, DbErr> {
    Ok(Entity::delete_many().filter(identity.is()).exec(db).await?.rows_affected == 1)
}
