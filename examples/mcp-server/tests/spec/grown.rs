//! Adds what a database of SQLite lacks of the tables of the auth plugins. Generated; keep it as it is.
#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(
    elided_lifetimes_in_paths,
    unreachable_pub,
    reason = "written as the trait writes it, wherever the module stands"
)]

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Adds what a database of SQLite lacks of the tables of the auth plugins.
#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE,
            other => {
                let refusal = format!("made for SQLite, not for {other:?}");
                return Err(DbErr::Migration(refusal));
            }
        };
        for statement in statements {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

const SQLITE: &[&str] = &[
    r#"ALTER TABLE "session" ADD COLUMN "rememberMe" boolean NOT NULL DEFAULT TRUE"#,
    r#"CREATE TABLE "note" ( "id" text NOT NULL PRIMARY KEY, "userId" text NOT NULL, "text" text NOT NULL, "createdAt" text NOT NULL, FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE )"#,
    r#"CREATE INDEX "ix_note_userId" ON "note" ("userId")"#,
];
