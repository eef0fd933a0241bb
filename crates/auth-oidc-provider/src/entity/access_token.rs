//! An opaque access token.

use sea_orm::entity::prelude::*;

use super::Words;

/// An opaque access token.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauthAccessToken", rename_all = "camelCase")]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The digest of the token.
    #[sea_orm(unique)]
    pub token: String,
    /// What it was issued under.
    #[sea_orm(indexed)]
    pub grant_id: String,
    /// What it allows; never more than its grant.
    #[sea_orm(column_type = "Text")]
    pub scope: String,
    /// Where it is good (RFC 8707); empty means nowhere but here.
    pub resources: Words,
    /// The thumbprint of the key it is bound to, if it is (RFC 9449 §6).
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub dpop_jkt: Option<String>,
    /// When it was issued.
    pub created_at: DateTimeUtc,
    /// When it stops working.
    #[sea_orm(indexed)]
    pub expires_at: DateTimeUtc,
    /// When it was revoked by itself, if it was.
    pub revoked_at: Option<DateTimeUtc>,
    /// What it was issued under.
    #[sea_orm(belongs_to, from = "grant_id", to = "id", on_delete = "Cascade")]
    pub grant: BelongsTo<super::grant::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
