//! A refresh token: rotated at every use.

use sea_orm::entity::prelude::*;

/// A refresh token. Its row outlives its rotation, so that a second use is recognised.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauthRefreshToken", rename_all = "camelCase")]
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
    /// The token it replaced; none for the first of a family.
    #[sea_orm(column_type = "Char(Some(64))")]
    pub parent_id: Option<String>,
    /// The thumbprint of the key it is bound to: that of a public client (RFC 9449 §5).
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub dpop_jkt: Option<String>,
    /// When it was issued.
    pub created_at: DateTimeUtc,
    /// When it stops working unless it is used.
    #[sea_orm(indexed)]
    pub expires_at: DateTimeUtc,
    /// When it was used, if it was.
    pub rotated_at: Option<DateTimeUtc>,
    /// The token that replaced it.
    #[sea_orm(column_type = "Char(Some(64))", indexed)]
    pub successor_id: Option<String>,
    /// The answer its use got, sealed under a key that needs the token itself. Emptied when the
    /// replay window ends.
    #[sea_orm(column_type = "Text")]
    pub replay: Option<String>,
    /// What the answer was asked for: scope and resources, to tell the same request from another.
    #[sea_orm(column_type = "Text")]
    pub replay_request: Option<String>,
    /// When the replay window ends.
    #[sea_orm(indexed)]
    pub replay_until: Option<DateTimeUtc>,
    /// What it was issued under.
    #[sea_orm(belongs_to, from = "grant_id", to = "id", on_delete = "Cascade")]
    pub grant: BelongsTo<super::grant::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
