//! Coming up: the database is reached, checked or brought up to the schema, and the jobs run.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth_core::entity::verification;
use auth_core::{Auth, BuildError, SchemaMode};
use auth_testkit::TestDatabase;
use chrono::DateTime;
use sea_orm::{EntityTrait as _, IntoActiveModel as _};

use crate::app::{ORIGIN, SECRET, master};
use crate::plugins::Tiny;

#[tokio::test]
async fn a_database_that_lacks_something_is_told_in_full_and_left_alone() {
    let database = TestDatabase::empty().await;

    let error = Auth::builder(ORIGIN).database(database.url()).secret(SECRET).build().await.unwrap_err();

    insta::assert_snapshot!(error.to_string(), @r#"
    the database is not ready, 14 step(s) are missing; run `cargo xtask migrate`, or this program with `migrate`:
      - create table "user" (id id, name text(255), email text(255) unique, emailVerified bool default false, image text null, createdAt timestamp, updatedAt timestamp)  [core]
      - create unique index on "user" (email)  [core]
      - create table "session" (id id, expiresAt timestamp, token text(255) unique, createdAt timestamp, updatedAt timestamp, ipAddress text(64) null, userAgent text null, userId id -> user.id on delete cascade, rememberMe bool default true, authenticatedAt timestamp null, amr text(255) null)  [core]
      - create unique index on "session" (token)  [core]
      - create index on "session" (expiresAt)  [core]
      - create index on "session" (userId)  [core]
      - create table "account" (id id, accountId text(255), providerId text(255), userId id -> user.id on delete cascade, accessToken text null, refreshToken text null, idToken text null, accessTokenExpiresAt timestamp null, refreshTokenExpiresAt timestamp null, scope text null, password text null, createdAt timestamp, updatedAt timestamp)  [core]
      - create index on "account" (userId)  [core]
      - create unique index on "account" (accountId, providerId)  [core]
      - create table "verification" (id id, identifier text(255), value text, expiresAt timestamp, createdAt timestamp, updatedAt timestamp)  [core]
      - create index on "verification" (identifier)  [core]
      - create index on "verification" (expiresAt)  [core]
      - create table "authMigration" (id id, appliedAt timestamp, checksum text(64))  [core]
      - note as done, with nothing to rewrite: core/0001-session-digests, core/0002-verification-digests  [core]
    "#);
    assert_eq!(master(&database.connect().await).await, [""; 0]);
}

#[tokio::test]
async fn one_missing_table_is_told_with_who_wants_it() {
    let database = TestDatabase::empty().await;
    let app = || Auth::builder(ORIGIN).database(database.url()).secret(SECRET);
    app().schema_mode(SchemaMode::Apply).build().await.unwrap();
    assert!(app().build().await.is_ok(), "nothing is missing");
    let wants = Tiny::named("notes").adds(|to| {
        use auth_core::schema::{ColumnSpec, LogicalType, TableSpec};
        to.table_spec(TableSpec::new("note").key("id").column(ColumnSpec::new("text", LogicalType::Text)));
    });

    let error = app().plugin(wants).build().await.unwrap_err();

    insta::assert_snapshot!(error.to_string(), @r#"
    the database is not ready, 1 step(s) are missing; run `cargo xtask migrate`, or this program with `migrate`:
      - create table "note" (id id, text text)  [notes]
    "#);
}

#[tokio::test]
async fn a_schema_that_is_off_is_not_looked_at() {
    let database = TestDatabase::empty().await;

    let auth = Auth::builder(ORIGIN).database(database.url()).secret(SECRET).schema_mode(SchemaMode::Off).build().await;

    assert_eq!(master(auth.unwrap().context().db()).await, [""; 0]);
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_one_error_without_its_password() {
    let url = "sqlite://me:hunter2@nowhere/at/all.sqlite";
    let app = Auth::builder(ORIGIN).database(url).secret(SECRET).schema_mode(SchemaMode::Apply);

    let error = app.build().await.unwrap_err();

    assert!(matches!(error, BuildError::Unreachable { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the database sqlite://me:***@nowhere/at/all.sqlite cannot be opened; see whether its folder exists and may be written to"
    );
    let cause = error.source().unwrap().to_string();
    assert!(!format!("{error:?} {cause}").contains("hunter2"), "{error:?}");
}

#[tokio::test]
async fn a_configuration_is_told_before_a_database_that_does_not_answer() {
    let app = Auth::builder(ORIGIN).database("sqlite:nowhere/at/all.sqlite").secret("short");

    let error = app.build().await.unwrap_err();

    let BuildError::Configuration(complaints) = &error else { panic!("{error}") };
    assert_eq!(complaints.len(), 1, "{error}");
}

#[tokio::test]
async fn an_app_can_bring_its_own_connection() {
    let database = TestDatabase::empty().await;
    let db = database.connect().await;

    let app = Auth::builder(ORIGIN).database(db.clone()).secret(SECRET).schema_mode(SchemaMode::Apply);
    app.build().await.unwrap();

    assert!(!master(&db).await.is_empty());
}

#[tokio::test]
async fn ten_instances_that_start_at_once_all_come_up() {
    let database = TestDatabase::empty().await;
    let app = || Auth::builder(ORIGIN).database(database.url()).secret(SECRET).schema_mode(SchemaMode::Apply);

    let started = futures::future::join_all((0..10).map(|_| tokio::spawn(app().build()))).await;

    for auth in started {
        let auth = auth.unwrap();
        assert!(auth.is_ok(), "{:?}", auth.err());
    }
}

#[tokio::test]
async fn a_start_up_job_finds_its_tables_and_runs_once() {
    let ran = Arc::new(AtomicUsize::new(0));
    let count = ran.clone();
    let plugin = Tiny::named("seeds").mounts(move |cx, mount| {
        let (cx, count) = (cx.clone(), count.clone());
        mount.at_start(async move {
            let now = DateTime::UNIX_EPOCH;
            let row = verification::Model {
                id: "1".to_owned(),
                identifier: "seed".to_owned(),
                value: "x".to_owned(),
                expires_at: now,
                created_at: now,
                updated_at: now,
            };
            verification::Entity::insert(row.into_active_model()).exec_without_returning(cx.db()).await?;
            count.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
    });

    let database = TestDatabase::empty().await;
    let app = Auth::builder(ORIGIN).database(database.url()).secret(SECRET).schema_mode(SchemaMode::Apply);
    app.plugin(plugin).build().await.unwrap();

    assert_eq!(ran.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_start_up_job_that_fails_names_its_plugin() {
    let plugin = Tiny::named("seeds")
        .mounts(|_, mount| mount.at_start(async { Err("the keys are sealed with another secret".into()) }));
    let database = TestDatabase::empty().await;
    let app = Auth::builder(ORIGIN).database(database.url()).secret(SECRET).schema_mode(SchemaMode::Apply);

    let error = app.plugin(plugin).build().await.unwrap_err();

    assert_eq!(error.to_string(), "seeds could not start: the keys are sealed with another secret");
}
