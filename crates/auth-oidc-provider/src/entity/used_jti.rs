//! An identifier that was used and must not be again: of a client assertion.

use sea_orm::entity::prelude::*;

/// A used identifier, for as long as what carried it could come again.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauthUsedJti", rename_all = "camelCase")]
pub struct Model {
    /// The digest of its kind, of whom it is from and of the identifier itself.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// When it may be forgotten.
    #[sea_orm(indexed)]
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
