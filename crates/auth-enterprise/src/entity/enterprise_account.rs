//! Who somebody at an identity provider is here.

use sea_orm::entity::prelude::*;

/// Who somebody at an identity provider is here. ID-JAG §6.3.
///
/// One person has at most one at each identity provider and tenant.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "enterpriseAccount", rename_all = "camelCase")]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The issuer identifier, as assertions say it.
    #[sea_orm(unique_key = "identity", column_type = "String(StringLen::N(255))")]
    pub issuer: String,
    /// The tenant there; empty where the issuer has none.
    #[sea_orm(unique_key = "identity", column_type = "String(StringLen::N(128))")]
    pub tenant: String,
    /// The `sub`.
    #[sea_orm(unique_key = "identity", column_type = "String(StringLen::N(255))")]
    pub subject: String,
    /// The person here.
    pub user_id: String,
    /// Since when.
    pub created_at: DateTimeUtc,
    /// The person; deleting them deletes this.
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: BelongsTo<auth_core::entity::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
