//! The files that are made of a schema which has everything in it.

use std::path::Path;

use auth_core::schema::{
    Contribution, Schema, merge, render_entities, render_sea_orm_migration, render_sea_orm_steps, render_sql,
    render_steps,
};
use auth_testkit::{backend, runs_on};
use sea_orm::{ConnectionTrait as _, DbBackend};

use super::everything::{contributions, schema};
use super::{File, core};
use crate::app::{master, run};

const BACKENDS: [DbBackend; 3] = [DbBackend::Sqlite, DbBackend::Postgres, DbBackend::MySql];

/// The entities as they are committed, so that they are compiled with this test.
const ENTITIES: &str = include_str!("generated_entities.rs");

#[test]
fn every_database_gets_its_sql() {
    insta::assert_snapshot!("sqlite", render_sql(&schema(), DbBackend::Sqlite));
    insta::assert_snapshot!("postgres", render_sql(&schema(), DbBackend::Postgres));
    insta::assert_snapshot!("mysql", render_sql(&schema(), DbBackend::MySql));
}

#[test]
fn a_migration_holds_the_statements_of_every_database() {
    insta::assert_snapshot!("migration", render_sea_orm_migration(&schema()));
}

#[test]
fn the_entities_that_are_compiled_here_are_those_that_are_written() {
    let written = render_entities(&schema());

    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated_entities.rs");
    std::fs::write(&fresh, &written).unwrap();
    let first = written.lines().zip(ENTITIES.lines()).find(|(written, there)| written != there);
    assert!(written == ENTITIES, "stale: {first:?}; copy {} over generated_entities.rs", fresh.display());
}

#[tokio::test]
async fn the_whole_text_makes_what_applying_makes() {
    let (written, applied) = (File::empty().await, File::empty().await);

    written.db.execute_unprepared(&render_sql(&schema(), backend())).await.unwrap();
    applied.applies(&schema()).await;

    assert_eq!(master(&written.db).await, master(&applied.db).await);
    assert_eq!(written.lacks(&schema()).await, [""; 0]);
}

#[tokio::test]
async fn a_difference_is_a_migration_for_that_database_alone() {
    if !runs_on(&[DbBackend::Sqlite], "the file is shown as it is for one of them") {
        return;
    }
    let file = File::empty().await;
    run(&file.db, &render_sql(&core(), DbBackend::Sqlite)).await;
    let columns = "ALTER TABLE session DROP COLUMN rememberMe; DROP INDEX ix_account_userId";
    run(&file.db, columns).await;
    let plan = auth_core::schema::pending(&file.db, &core()).await.unwrap();

    insta::assert_snapshot!(render_sea_orm_steps(&plan.steps, plan.backend), @r##"
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
        r#"CREATE INDEX "ix_account_userId" ON "account" ("userId")"#,
    ];
    "##);
    assert_eq!(render_steps(&plan.steps, plan.backend).lines().filter(|line| line.ends_with(';')).count(), 2);
    assert!(render_sea_orm_steps(&[], DbBackend::MySql).ends_with("\nconst MYSQL: &[&str] = &[];\n"));
}

#[test]
fn the_same_schema_is_written_the_same() {
    let files = |schema: &Schema| {
        let sql = BACKENDS.map(|backend| render_sql(schema, backend));
        (sql, render_sea_orm_migration(schema), render_entities(schema))
    };

    assert_eq!(files(&schema()), files(&schema()));
}

#[test]
fn the_order_of_plugins_changes_the_order_of_tables_and_nothing_else() {
    let schemas = ["people", "words", "circle", "long"].map(|first| {
        let (front, back): (Vec<Contribution>, Vec<Contribution>) =
            contributions().into_iter().partition(|contribution| contribution.by == first);
        merge([front, back].concat()).unwrap()
    });

    let sorted = |text: &str, at: &str| {
        let mut parts: Vec<String> = text.split(at).map(str::to_owned).collect();
        parts.sort_unstable();
        parts
    };
    for other in &schemas {
        for backend in BACKENDS {
            assert_eq!(sorted(&render_sql(other, backend), "\n"), sorted(&render_sql(&schemas[0], backend), "\n"));
        }
        let modules = |schema| sorted(render_entities(schema).as_str(), "\n/// The table ");
        assert_eq!(modules(other), modules(&schemas[0]));
    }
    assert_ne!(render_entities(&schemas[1]), render_entities(&schemas[0]), "the order did change");
}
