//! Something that happened.

use sea_orm::entity::prelude::*;

/// Something that happened. Its row outlives the person and the client it is about.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "authEvent", rename_all = "camelCase")]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The name of the event: `token.issued`.
    #[sea_orm(column_type = "String(StringLen::N(64))", indexed)]
    pub name: String,
    /// The person, if it is about one.
    #[sea_orm(indexed)]
    pub user_id: Option<String>,
    /// The client, if it is about one; of a refused request, the one it claims to be from.
    #[sea_orm(indexed)]
    pub client_id: Option<String>,
    /// Everything else, by name.
    pub details: Json,
    /// When it happened.
    #[sea_orm(indexed)]
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
