//! A remembered consent.

use sea_orm::entity::prelude::*;

/// What a person has agreed to before, so that they need not be asked again.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauthConsent", rename_all = "camelCase")]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Who agreed.
    #[sea_orm(unique_key = "user_client_reference")]
    pub user_id: String,
    /// To whom.
    #[sea_orm(unique_key = "user_client_reference", indexed)]
    pub client_id: String,
    /// For which redirect target and resources: a digest of both.
    #[sea_orm(unique_key = "user_client_reference", column_type = "String(StringLen::N(64))", default_value = "")]
    pub reference: String,
    /// What they agreed to.
    #[sea_orm(column_type = "Text")]
    pub scope: String,
    /// When they first agreed.
    pub created_at: DateTimeUtc,
    /// When they last agreed.
    pub updated_at: DateTimeUtc,
    /// Who agreed.
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: BelongsTo<auth_core::entity::user::Entity>,
    /// To whom.
    #[sea_orm(belongs_to, from = "client_id", to = "client_id", on_delete = "Cascade")]
    pub client: BelongsTo<super::client::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
