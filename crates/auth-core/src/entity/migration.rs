//! One rewriting of rows that a database has behind it: the ledger of data migrations.

use sea_orm::entity::prelude::*;

/// One rewriting of rows that a database has behind it.
///
/// Ids nobody knows are those of plugins that are gone, and stay.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "authMigration", rename_all = "camelCase")]
pub struct Model {
    /// Plugin, number and name: `journal/0002-day`. At most 64 characters.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// When it ran, by the clock of the database.
    pub applied_at: DateTimeUtc,
    /// The form in which it ran.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub checksum: String,
}

impl ActiveModelBehavior for ActiveModel {}
