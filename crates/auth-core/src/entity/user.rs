//! A person who can sign in.

use sea_orm::entity::prelude::*;

/// A person who can sign in.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user", rename_all = "camelCase")]
pub struct Model {
    /// The id. Never changes, and is the `sub` of tokens.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// What the person is called.
    pub name: String,
    /// The address in its one canonical form.
    #[sea_orm(unique)]
    pub email: String,
    /// Whether the person has shown that the address is theirs. Default false.
    #[sea_orm(default_value = false)]
    pub email_verified: bool,
    /// Where a picture of the person is.
    #[sea_orm(column_type = "Text")]
    pub image: Option<String>,
    /// When the person signed up.
    pub created_at: DateTimeUtc,
    /// When the row last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
