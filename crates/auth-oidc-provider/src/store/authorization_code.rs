//! Queries on `oauthAuthorizationCode`.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult, IntoActiveModel as _, JoinType,
    QueryFilter as _, QuerySelect as _, RelationTrait as _,
};

use crate::entity::authorization_code::{Column, Entity, Model, Relation};
use crate::entity::{Words, grant};
use auth_core::entity::session;

/// A code with what its grant says.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) redirect_uri: String,
    pub(crate) redirect_uri_sent: bool,
    pub(crate) code_challenge: String,
    pub(crate) nonce: Option<String>,
    pub(crate) dpop_jkt: Option<String>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) consumed_at: Option<DateTime<Utc>>,
    pub(crate) grant_id: String,
    pub(crate) user_id: String,
    pub(crate) client_id: String,
    pub(crate) subject: Option<String>,
    pub(crate) session_id: Option<String>,
    pub(crate) scope: String,
    pub(crate) resources: Words,
    pub(crate) auth_time: Option<DateTime<Utc>>,
    pub(crate) amr: Option<String>,
    pub(crate) acr: Option<String>,
    pub(crate) claims: Option<serde_json::Value>,
    pub(crate) grant_expires_at: DateTime<Utc>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
    /// When the session ends in which it was given; none if it has ended.
    pub(crate) session_expires_at: Option<DateTime<Utc>>,
}

/// Writes a new code.
pub(crate) async fn insert(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Finds a code by its digest with its grant and the end of its session, in one statement.
pub(crate) async fn find(db: &impl ConnectionTrait, digest: &str) -> Result<Option<Stored>, DbErr> {
    let session =
        session::Entity::belongs_to(grant::Entity).from(session::Column::Id).to(grant::Column::SessionId).into();
    Entity::find()
        .select_only()
        .column_as(Column::Id, "id")
        .column_as(Column::RedirectUri, "redirect_uri")
        .column_as(Column::RedirectUriSent, "redirect_uri_sent")
        .column_as(Column::CodeChallenge, "code_challenge")
        .column_as(Column::Nonce, "nonce")
        .column_as(Column::DpopJkt, "dpop_jkt")
        .column_as(Column::ExpiresAt, "expires_at")
        .column_as(Column::ConsumedAt, "consumed_at")
        .column_as(Column::GrantId, "grant_id")
        .column_as(grant::Column::UserId, "user_id")
        .column_as(grant::Column::ClientId, "client_id")
        .column_as(grant::Column::Subject, "subject")
        .column_as(grant::Column::SessionId, "session_id")
        .column_as(grant::Column::Scope, "scope")
        .column_as(grant::Column::Resources, "resources")
        .column_as(grant::Column::AuthTime, "auth_time")
        .column_as(grant::Column::Amr, "amr")
        .column_as(grant::Column::Acr, "acr")
        .column_as(grant::Column::Claims, "claims")
        .column_as(grant::Column::ExpiresAt, "grant_expires_at")
        .column_as(grant::Column::RevokedAt, "revoked_at")
        .column_as(session::Column::ExpiresAt, "session_expires_at")
        .join(JoinType::InnerJoin, Relation::Grant.def())
        .join_rev(JoinType::LeftJoin, session)
        .filter(Column::Code.eq(digest))
        .into_model::<Stored>()
        .one(db)
        .await
}

/// Uses a code up; says whether it was unused.
pub(crate) async fn consume(db: &impl ConnectionTrait, id: &str, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::ConsumedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::ConsumedAt.is_null())
        .filter(Expr::exists(super::grant::alive(Expr::col((Entity, Column::GrantId)), now)))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
