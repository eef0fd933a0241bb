//! Queries on `oauthAccessToken`.

use chrono::{DateTime, Utc};
use sea_orm::prelude::Json;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult, IntoActiveModel as _, JoinType,
    QueryFilter as _, QuerySelect as _, RelationTrait as _, Select,
};

use crate::entity::access_token::{Column, Entity, Model, Relation};
use crate::entity::{Words, client, grant};
use auth_core::entity::user;

/// An access token with what its grant and its client say.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) grant_id: String,
    pub(crate) scope: String,
    pub(crate) resources: Words,
    pub(crate) dpop_jkt: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
    pub(crate) user_id: Option<String>,
    pub(crate) client_id: String,
    pub(crate) subject: Option<String>,
    pub(crate) grant_revoked_at: Option<DateTime<Utc>>,
    pub(crate) client_disabled: bool,
}

impl Stored {
    /// Says whether the token works now.
    pub(crate) fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.expires_at > now && self.revoked_at.is_none() && self.grant_revoked_at.is_none() && !self.client_disabled
    }
}

/// Writes a new access token.
pub(crate) async fn insert(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

fn with_grant_and_client(digest: &str) -> Select<Entity> {
    Entity::find()
        .select_only()
        .column_as(Column::Id, "id")
        .column_as(Column::GrantId, "grant_id")
        .column_as(Column::Scope, "scope")
        .column_as(Column::Resources, "resources")
        .column_as(Column::DpopJkt, "dpop_jkt")
        .column_as(Column::CreatedAt, "created_at")
        .column_as(Column::ExpiresAt, "expires_at")
        .column_as(Column::RevokedAt, "revoked_at")
        .column_as(grant::Column::UserId, "user_id")
        .column_as(grant::Column::ClientId, "client_id")
        .column_as(grant::Column::Subject, "subject")
        .column_as(grant::Column::RevokedAt, "grant_revoked_at")
        .column_as(client::Column::Disabled, "client_disabled")
        .join(JoinType::InnerJoin, Relation::Grant.def())
        .join(JoinType::InnerJoin, grant::Relation::Client.def())
        .filter(Column::Token.eq(digest))
}

/// Finds a token by its digest, with its grant and client, in one statement.
pub(crate) async fn find(db: &impl ConnectionTrait, digest: &str) -> Result<Option<Stored>, DbErr> {
    with_grant_and_client(digest).into_model::<Stored>().one(db).await
}

/// The person behind a token, with what the token allows.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) email_verified: bool,
    pub(crate) image: Option<String>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// A token with its person, and what is kept of the metadata of its client.
#[derive(Debug)]
pub(crate) struct WithPerson {
    pub(crate) token: Stored,
    pub(crate) person: Person,
    pub(crate) client_metadata: Option<Json>,
}

/// Finds a token with its grant, its client and its person, in one statement.
pub(crate) async fn find_with_person(db: &impl ConnectionTrait, digest: &str) -> Result<Option<WithPerson>, DbErr> {
    with_grant_and_client(digest)
        .column_as(client::Column::Metadata, "client_metadata")
        .column_as(user::Column::Name, "person_name")
        .column_as(user::Column::Email, "person_email")
        .column_as(user::Column::EmailVerified, "person_email_verified")
        .column_as(user::Column::Image, "person_image")
        .column_as(user::Column::UpdatedAt, "person_updated_at")
        .join(JoinType::InnerJoin, grant::Relation::User.def())
        .into_model::<WithPerson>()
        .one(db)
        .await
}

impl FromQueryResult for WithPerson {
    fn from_query_result(row: &sea_orm::QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            token: Stored::from_query_result(row, prefix)?,
            person: Person::from_query_result(row, "person_")?,
            client_metadata: row.try_get(prefix, "client_metadata")?,
        })
    }
}

/// Revokes one token; says whether it was not revoked before.
pub(crate) async fn revoke(db: &impl ConnectionTrait, id: &str, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
