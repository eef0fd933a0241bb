//! Queries on `oauthRefreshToken`.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult, IntoActiveModel as _, JoinType,
    QueryFilter as _, QuerySelect as _, RelationTrait as _,
};

use crate::entity::refresh_token::{Column, Entity, Model, Relation};
use crate::entity::{Words, grant};

/// A refresh token with what its grant says and whether its successor was used.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) dpop_jkt: Option<String>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) rotated_at: Option<DateTime<Utc>>,
    pub(crate) replay: Option<String>,
    pub(crate) replay_request: Option<String>,
    pub(crate) replay_until: Option<DateTime<Utc>>,
    pub(crate) successor_rotated_at: Option<DateTime<Utc>>,
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
}

/// Writes a new refresh token.
pub(crate) async fn insert(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Finds a token by its digest, with its grant and its successor, in one statement.
pub(crate) async fn find(db: &impl ConnectionTrait, digest: &str) -> Result<Option<Stored>, DbErr> {
    let successor = Alias::new("successor");
    let mut query = Entity::find()
        .select_only()
        .column_as(Column::Id, "id")
        .column_as(Column::DpopJkt, "dpop_jkt")
        .column_as(Column::ExpiresAt, "expires_at")
        .column_as(Column::CreatedAt, "created_at")
        .column_as(Column::RotatedAt, "rotated_at")
        .column_as(Column::Replay, "replay")
        .column_as(Column::ReplayRequest, "replay_request")
        .column_as(Column::ReplayUntil, "replay_until")
        .column_as(Expr::col((successor.clone(), Column::RotatedAt)), "successor_rotated_at")
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
        .join(JoinType::InnerJoin, Relation::Grant.def())
        .filter(Column::Token.eq(digest));
    sea_orm::QueryTrait::query(&mut query).join_as(
        JoinType::LeftJoin,
        Entity,
        successor.clone(),
        Expr::col((successor, Column::Id)).equals((Entity, Column::SuccessorId)),
    );
    query.into_model::<Stored>().one(db).await
}

/// What a rotated token keeps about its rotation.
#[derive(Debug)]
pub(crate) struct Rotation<'a> {
    pub(crate) successor_id: &'a str,
    pub(crate) replay: Option<String>,
    pub(crate) replay_request: Option<String>,
    pub(crate) replay_until: Option<DateTime<Utc>>,
}

/// Uses a token up; says whether it was unused and its grant alive.
pub(crate) async fn rotate(
    db: &impl ConnectionTrait,
    id: &str,
    rotation: Rotation<'_>,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::RotatedAt, Expr::value(now))
        .col_expr(Column::SuccessorId, Expr::value(rotation.successor_id))
        .col_expr(Column::Replay, Expr::value(rotation.replay))
        .col_expr(Column::ReplayRequest, Expr::value(rotation.replay_request))
        .col_expr(Column::ReplayUntil, Expr::value(rotation.replay_until))
        .filter(Column::Id.eq(id))
        .filter(Column::RotatedAt.is_null())
        .filter(Expr::exists(super::grant::alive(Expr::col((Entity, Column::GrantId)), now)))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
