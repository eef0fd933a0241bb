//! An initial access token: whoever has it may register clients. RFC 7591 §1.2.

use sea_orm::entity::prelude::*;

/// An initial access token.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauthInitialAccessToken", rename_all = "camelCase")]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The digest of the token.
    #[sea_orm(unique)]
    pub token: String,
    /// How many clients it may still register.
    pub uses_left: i32,
    /// When it was issued.
    pub created_at: DateTimeUtc,
    /// When it stops working.
    #[sea_orm(indexed)]
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
