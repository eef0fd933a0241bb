//! One way a person signs in: a password, or an account at another provider.

use sea_orm::entity::prelude::*;

/// One way a person signs in: a password, or an account at another provider.
///
/// `(provider_id, account_id)` is unique, which Better Auth leaves to its code.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account", rename_all = "camelCase")]
pub struct Model {
    /// The id of this row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Who the person is at the provider. The user id when the provider is `credential`.
    #[sea_orm(unique_key = "provider_account")]
    pub account_id: String,
    /// The provider: `credential` for a password, or the name of an upstream provider.
    #[sea_orm(unique_key = "provider_account")]
    pub provider_id: String,
    /// Whose account it is.
    #[sea_orm(indexed)]
    pub user_id: String,
    /// The provider's access token: sealed, or in clear where Better Auth has written it.
    #[sea_orm(column_type = "Text")]
    pub access_token: Option<String>,
    /// The provider's refresh token: sealed, or in clear where Better Auth has written it.
    #[sea_orm(column_type = "Text")]
    pub refresh_token: Option<String>,
    /// The provider's ID token: sealed, or in clear where Better Auth has written it.
    #[sea_orm(column_type = "Text")]
    pub id_token: Option<String>,
    /// When the provider's access token ends.
    pub access_token_expires_at: Option<DateTimeUtc>,
    /// When the provider's refresh token ends.
    pub refresh_token_expires_at: Option<DateTimeUtc>,
    /// The scopes the provider granted, separated by blanks or commas as it wrote them.
    #[sea_orm(column_type = "Text")]
    pub scope: Option<String>,
    /// The password hash, only where the provider is `credential`.
    #[sea_orm(column_type = "Text")]
    pub password: Option<String>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row last changed.
    pub updated_at: DateTimeUtc,
    /// The person; deleting them deletes the account.
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
