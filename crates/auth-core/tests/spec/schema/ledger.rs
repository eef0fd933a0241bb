//! Data migrations: what a comparison cannot express runs once, under the lock, and is remembered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use auth_core::schema::{
    ApplyError, ColumnSpec, Consent, DataMigration, LogicalType, RewriteError, RewriteRows, Rewriting, Schema, Step,
    TableSpec, Terms, Warning, apply, apply_on, pending,
};
use auth_core::{Auth, BuildError, Contributions, SchemaMode};
use sea_orm::ConnectionTrait as _;
use sea_orm::DbBackend;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement, UpdateStatement};

use super::{File, core, with};
use crate::app::{ORIGIN, SECRET, dump, run};
use crate::plugins::Tiny;

const NOTE: &str = r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "text" <str> NOT NULL)"#;
const ROWS: &str = r#"INSERT INTO "note" ("id", "text") VALUES ('a', 'One'), ('b', 'Two'), ('c', 'Two')"#;

/// Notes, with what a later release of the plugin adds.
pub(super) fn notes(
    add: impl Fn(TableSpec) -> TableSpec + Send + Sync + 'static,
) -> impl Fn(&mut Contributions) + Send + Sync {
    move |to| to.table_spec(add(note()))
}

pub(super) fn note() -> TableSpec {
    TableSpec::new("note").key("id").column(ColumnSpec::new("text", LogicalType::Str(255)))
}

/// Sets one column where it is null.
pub(super) fn fill(column: &'static str, value: &str) -> UpdateStatement {
    let mut update = Query::update();
    update.table("note").value(column, value).and_where(Expr::col(column).is_null());
    update
}

pub(super) async fn noted(file: &File) -> Vec<String> {
    file.ask(r#"SELECT "id" FROM "authMigration" WHERE "id" LIKE 'notes/%' ORDER BY "id""#).await
}

/// A database with notes of the first release, in use.
pub(super) async fn in_use() -> File {
    let file = File::with(&[NOTE, ROWS]).await;
    file.applies(&core()).await;
    file
}

fn titled() -> Schema {
    with(|to| {
        to.table_spec(note().column(ColumnSpec::new("title", LogicalType::Str(64)).nullable()));
        to.data_migration("notes/0002-titles", DataMigration::after("note", fill("title", "untitled")).about("titles"));
    })
}

#[tokio::test]
async fn a_rewriting_runs_once_and_the_ledger_remembers_it() {
    let file = in_use().await;
    assert_eq!(
        file.lacks(&titled()).await,
        [
            r#"add column to "note": title text(64) null  [notes]"#,
            r#"rewrite rows of "note": notes/0002-titles, titles  [notes]"#
        ]
    );

    file.applies(&titled()).await;

    assert_eq!(file.ask(r#"SELECT DISTINCT "title" FROM "note""#).await, ["untitled"]);
    assert_eq!(noted(&file).await, ["notes/0002-titles"]);
    run(&file.db, r#"UPDATE "note" SET "title" = NULL WHERE "id" = 'a'"#).await;
    assert_eq!(file.applies(&titled()).await.steps, []);
    assert_eq!(file.ask(r#"SELECT "id" FROM "note" WHERE "title" IS NULL"#).await, ["a"], "it does not run again");
}

#[tokio::test]
async fn a_new_database_notes_it_as_done() {
    let file = File::empty().await;

    let applied = file.applies(&titled()).await;

    let Some(Step::Note { migrations }) = applied.steps.last() else { panic!("{applied:?}") };
    assert!(migrations.iter().any(|(id, _)| id == "notes/0002-titles"));
    assert!(!applied.steps.iter().any(|step| matches!(step, Step::Rewrite(_))));
    assert_eq!(noted(&file).await, ["notes/0002-titles"]);
    assert_eq!(file.lacks(&titled()).await, [""; 0]);
}

#[tokio::test]
async fn what_finds_nothing_to_do_is_noted_as_done() {
    let schema = with(|to| {
        notes(|spec| spec)(to);
        let mut three = Query::select();
        three.column("id").from("note").and_where(Expr::col("text").eq("Three"));
        let data = DataMigration::after("note", fill("text", "x")).needed_if(three).asks("three goes away");
        to.data_migration("notes/0003-three", data);
    });
    let file = in_use().await;

    let applied = file.applies(&schema).await;

    assert!(matches!(applied.steps.as_slice(), [Step::Note { .. }]), "nobody had to agree: {applied:?}");
    assert_eq!(noted(&file).await, ["notes/0003-three"]);
}

/// Gives every note its title in batches of one, and breaks off where it is told to.
struct Titles {
    breaks_after: u64,
    done: Arc<AtomicU64>,
}

fn untitled() -> SelectStatement {
    let mut select = Query::select();
    select
        .column("id")
        .from("note")
        .and_where(Expr::col("title").is_null())
        .order_by("id", sea_orm::Order::Asc)
        .limit(1);
    select
}

#[async_trait]
impl RewriteRows for Titles {
    async fn rewrite(&self, rows: &mut Rewriting<'_>) -> Result<(), RewriteError> {
        let mut here = 0;
        while let Some(row) = rows.tx().query_one(&untitled()).await? {
            if here == self.breaks_after {
                return Err("the power is gone".into());
            }
            let id: String = row.try_get("", "id")?;
            let mut update = Query::update();
            update.table("note").value("title", "T").and_where(Expr::col("id").eq(id));
            rows.tx().execute(&update).await?;
            rows.keep(1).await?;
            here += 1;
            self.done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn by_code(breaks_after: u64, done: &Arc<AtomicU64>) -> Schema {
    let done = Arc::clone(done);
    with(move |to| {
        to.table_spec(note().column(ColumnSpec::new("title", LogicalType::Str(64)).nullable()));
        let titles = Titles { breaks_after, done: Arc::clone(&done) };
        to.data_migration("notes/0002-titles", DataMigration::code_after("note", titles));
    })
}

#[tokio::test]
async fn a_rewriting_that_breaks_off_goes_on_in_a_second_run() {
    let file = in_use().await;
    let before = dump(&file.db).await;
    let done = Arc::new(AtomicU64::new(0));

    let error = apply(&file.db, &by_code(2, &done)).await.unwrap_err();

    let ApplyError::Step { step, source } = &error else { panic!("{error}") };
    assert_eq!((step.table(), source.to_string().as_str()), ("note", "the power is gone"));
    let kept = auth_testkit::backend() == DbBackend::MySql;
    if kept {
        assert_eq!(file.ask(r#"SELECT "id" FROM "note" WHERE "title" IS NULL"#).await, ["c"]);
    } else {
        assert_eq!(dump(&file.db).await, before, "all of it is undone");
    }
    assert_eq!(noted(&file).await, [""; 0]);

    file.applies(&by_code(9, &done)).await;

    assert_eq!(done.load(Ordering::Relaxed), if kept { 3 } else { 5 });
    assert_eq!(file.ask(r#"SELECT "id" FROM "note" WHERE "title" IS NULL"#).await, [""; 0]);
    assert_eq!(noted(&file).await, ["notes/0002-titles"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_at_once_one_rewrites() {
    let file = in_use().await;
    let done = Arc::new(AtomicU64::new(0));
    let mut work = Vec::new();
    for _ in 0..10 {
        let (db, schema) = (file.again().await, by_code(9, &done));
        work.push(tokio::spawn(async move { apply(&db, &schema).await }));
    }

    for applied in futures::future::join_all(work).await {
        applied.unwrap().unwrap();
    }

    assert_eq!(done.load(Ordering::Relaxed), 3, "every row once");
}

#[tokio::test]
async fn what_the_ledger_does_not_know_any_more_is_ignored() {
    let file = in_use().await;
    file.applies(&titled()).await;

    assert_eq!(file.lacks(&with(notes(|spec| spec))).await, [""; 0], "the plugin is an older one");
    assert_eq!(file.lacks(&core()).await, [""; 0], "the plugin is gone");
    assert_eq!(noted(&file).await, ["notes/0002-titles"]);
}

#[tokio::test]
async fn another_form_of_what_has_run_is_a_warning() {
    let file = in_use().await;
    file.applies(&titled()).await;
    let other = with(|to| {
        to.table_spec(note().column(ColumnSpec::new("title", LogicalType::Str(64)).nullable()));
        to.data_migration("notes/0002-titles", DataMigration::after("note", fill("title", "none")));
    });

    let plan = pending(&file.db, &other).await.unwrap();

    assert_eq!(plan.warnings, [Warning::Checksum { id: "notes/0002-titles".to_owned() }]);
    assert!(plan.is_done());
}

fn asking() -> impl Fn(&mut Contributions) + Send + Sync + 'static {
    |to| {
        notes(|spec| spec)(to);
        to.data_migration(
            "notes/0002-loud",
            DataMigration::after("note", fill("text", "x")).asks("nobody can undo it"),
        );
    }
}

#[tokio::test]
async fn what_somebody_has_to_agree_to_is_not_done_unasked() {
    let file = in_use().await;
    let before = dump(&file.db).await;
    let builder = || {
        let plugin = Tiny::named("notes").adds(asking());
        Auth::builder(ORIGIN).database(file.db.clone()).secret(SECRET).plugin(plugin)
    };

    let applying = builder().schema_mode(SchemaMode::Apply).build().await.unwrap_err();
    let checking = builder().build().await.unwrap_err();

    let BuildError::Schema(cause) = &applying else { panic!("{applying:?}") };
    assert_eq!(cause.to_string(), "somebody has to agree first, so run `migrate`: nobody can undo it");
    assert!(matches!(checking, BuildError::NotReady(_)), "{checking:?}");
    assert_eq!(dump(&file.db).await, before);

    let agreed = |to: &[&str]| {
        let these = to.iter().map(|consent| (*consent).to_owned()).collect();
        Terms { consent: Consent::These(these), ..Terms::default() }
    };
    // What has come up since they were asked is something else.
    let other = apply_on(&file.db, &with(asking()), &agreed(&["the texts are lost"])).await.unwrap_err();
    assert!(matches!(other, ApplyError::Consent(_)), "{other:?}");
    assert_eq!(dump(&file.db).await, before);
    apply_on(&file.db, &with(asking()), &agreed(&["the texts are lost", "nobody can undo it"])).await.unwrap();
    assert_eq!(noted(&file).await, ["notes/0002-loud"]);
}

#[test]
fn ids_tables_and_columns_that_are_wrong_are_conflicts() {
    let plugin = Tiny::named("notes").adds(|to| {
        to.table_spec(note());
        let data = || DataMigration::after("note", fill("text", "x"));
        for id in ["other/0001-x", "notes/", "notes/Über", "notes", &format!("notes/{}", "x".repeat(60))] {
            to.data_migration(id, data());
        }
        to.data_migration("notes/0001-twice", data());
        to.data_migration("notes/0001-twice", data());
        to.data_migration("notes/0002-gone", DataMigration::after("gone", fill("text", "x")));
        to.data_migration("notes/0003-gone", data().fills("gone"));
    });

    let error = Auth::builder(ORIGIN).plugin(plugin).schema().unwrap_err().to_string();

    insta::assert_snapshot!(error, @r#"
    the configuration has 9 problem(s):
      - schema: notes: "other/0001-x" is no id for a data migration; use `notes/0002-name`, in lower-case letters, digits and dashes, at most 64 characters
      - schema: notes: "notes/" is no id for a data migration; use `notes/0002-name`, in lower-case letters, digits and dashes, at most 64 characters
      - schema: notes: "notes/Über" is no id for a data migration; use `notes/0002-name`, in lower-case letters, digits and dashes, at most 64 characters
      - schema: notes: "notes" is no id for a data migration; use `notes/0002-name`, in lower-case letters, digits and dashes, at most 64 characters
      - schema: notes: "notes/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" is no id for a data migration; use `notes/0002-name`, in lower-case letters, digits and dashes, at most 64 characters
      - schema: notes adds the data migration notes/0001-twice twice
      - schema: notes: the data migration notes/0002-gone rewrites gone, which nobody has
      - schema: notes: the data migration notes/0003-gone fills a column, so it must run before indexes
      - schema: notes: the data migration notes/0003-gone rewrites note.gone, which nobody has
    "#);
}
