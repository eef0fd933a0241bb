//! An interaction: an authorization request that waits for a person.

use sea_orm::entity::prelude::*;

/// An authorization request that waits for sign-in or consent, bound to one browser.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauthInteraction", rename_all = "camelCase")]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The digest of the handle that stands in page URLs.
    #[sea_orm(unique)]
    pub handle: String,
    /// The digest of the browser's secret cookie; empty until a posted request is bound to one.
    #[sea_orm(indexed)]
    pub browser: String,
    /// Whose request it is.
    #[sea_orm(indexed)]
    pub client_id: String,
    /// The request's parameters, form-encoded. They hold no secret.
    #[sea_orm(column_type = "Text")]
    pub request: String,
    /// Who answers it, once somebody has signed in for it.
    #[sea_orm(indexed)]
    pub user_id: Option<String>,
    /// When it began.
    pub created_at: DateTimeUtc,
    /// When it is given up.
    #[sea_orm(indexed)]
    pub expires_at: DateTimeUtc,
    /// When it was answered; it is answered once.
    pub completed_at: Option<DateTimeUtc>,
    /// Whose request it is.
    #[sea_orm(belongs_to, from = "client_id", to = "client_id", on_delete = "Cascade")]
    pub client: BelongsTo<super::client::Entity>,
    /// Who answers it.
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: BelongsTo<Option<auth_core::entity::user::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
