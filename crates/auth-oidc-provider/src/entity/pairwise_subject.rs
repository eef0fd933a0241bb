//! A name of a person in one sector. OpenID Connect Core §8.1.

use sea_orm::entity::prelude::*;

/// What the clients of one sector call a person. It is drawn at random once, and kept.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauthPairwiseSubject", rename_all = "camelCase")]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The host of the sector.
    #[sea_orm(unique_key = "sector_user", column_type = "String(StringLen::N(255))")]
    pub sector: String,
    /// The person.
    #[sea_orm(unique_key = "sector_user")]
    pub user_id: String,
    /// Their name there, and nobody else's.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub subject: String,
    /// When a client of the sector was first given something.
    pub created_at: DateTimeUtc,
    /// The person.
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: BelongsTo<auth_core::entity::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
