//! A value that is kept until somebody comes back with the right answer.

use sea_orm::entity::prelude::*;

/// A value that is kept until somebody comes back with the right answer.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verification", rename_all = "camelCase")]
pub struct Model {
    /// The id of this row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// What the row is found by. Several rows may share it; the newest counts.
    #[sea_orm(indexed)]
    pub identifier: String,
    /// What is kept, as digest or sealed where it is a secret.
    #[sea_orm(column_type = "Text")]
    pub value: String,
    /// When the row stops to count. Indexed for the sweeper.
    #[sea_orm(indexed)]
    pub expires_at: DateTimeUtc,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
