//! A database Better Auth 1.4 has made: its core tables are used where they are.

use auth_core::entity::session;
use auth_core::schema::{Consent, Terms, apply_on};
use auth_core::{Auth, BuildError, SchemaMode, digest};
use auth_testkit::backend;
use sea_orm::{ConnectionTrait as _, DbBackend, EntityTrait as _};

use super::{File, core};
use crate::app::{ORIGIN, SECRET, dump, one_of, request, send, spoken};
use crate::plugins::Door;

/// As its migration writes them, in the words of [`spoken`](crate::app::spoken).
const TABLES: [&str; 7] = [
    r#"create table "user" ("id" <id> not null primary key, "name" <str> not null, "email" <str> not null unique,
        "emailVerified" <bool> not null, "image" text, "createdAt" <time> not null, "updatedAt" <time> not null)"#,
    r#"create table "session" ("id" <id> not null primary key, "expiresAt" <time> not null,
        "token" <str> not null unique, "createdAt" <time> not null, "updatedAt" <time> not null, "ipAddress" text,
        "userAgent" text, "userId" <id> not null, foreign key ("userId") references "user" ("id") on delete cascade)"#,
    r#"create table "account" ("id" <id> not null primary key, "accountId" <str> not null, "providerId" <str> not null,
        "userId" <id> not null, "accessToken" text, "refreshToken" text,
        "idToken" text, "accessTokenExpiresAt" <time>, "refreshTokenExpiresAt" <time>, "scope" text, "password" text,
        "createdAt" <time> not null, "updatedAt" <time> not null,
        foreign key ("userId") references "user" ("id") on delete cascade)"#,
    r#"create table "verification" ("id" <id> not null primary key, "identifier" <str> not null, "value" text not null,
        "expiresAt" <time> not null, "createdAt" <time> not null, "updatedAt" <time> not null)"#,
    r#"create index "session_userId_idx" on "session" ("userId")"#,
    r#"create index "account_userId_idx" on "account" ("userId")"#,
    r#"create index "verification_identifier_idx" on "verification" ("identifier")"#,
];

/// With moments as its drivers write them.
const ROWS: [&str; 3] = [
    r#"insert into "user" values ('u1', 'Alice', 'alice@example.com', true, null, <2026>, <2026>)"#,
    r#"insert into "session" values ('s1', <2030>, 'raw-token', <2026>, <2026>, '', '', 'u1')"#,
    r#"insert into "account" values ('a1', 'u1', 'credential', 'u1', null, null, null, null, null, null, 'salt:hash', <2026>, <2026>)"#,
];

async fn theirs() -> File {
    let rows = ROWS.map(|row| {
        let [new_year, later] = ["2026", "2030"].map(|year| {
            let written = format!("'{year}-01-01T00:00:00.000Z'");
            one_of(written.clone(), written, format!("'{year}-01-01 00:00:00.000'"))
        });
        row.replace("<2026>", &new_year).replace("<2030>", &later)
    });
    let statements = TABLES.into_iter().chain(rows.iter().map(String::as_str));
    File::with(&statements.collect::<Vec<_>>()).await
}

/// Brings it up to the schema, as `migrate` does when somebody has said yes.
async fn agreed(file: &File) {
    let terms = Terms { consent: Consent::Everything, ..Terms::default() };
    apply_on(&file.db, &core(), &terms).await.unwrap();
}

#[tokio::test]
async fn its_tables_are_recognised_and_only_missing_parts_are_planned() {
    let file = theirs().await;

    insta::assert_debug_snapshot!(file.lacks(&core()).await, @r#"
    [
        "add column to \"session\": rememberMe bool default true  [core]",
        "add column to \"session\": authenticatedAt timestamp null  [core]",
        "add column to \"session\": amr text(255) null  [core]",
        "create table \"authMigration\" (id id, appliedAt timestamp, checksum text(64))  [core]",
        "rewrite rows of \"session\": core/0001-session-digests, digests in place of session tokens  [core]",
        "create index on \"session\" (expiresAt)  [core]",
        "create unique index on \"account\" (accountId, providerId)  [core]",
        "create index on \"verification\" (expiresAt)  [core]",
        "note as done, with nothing to rewrite: core/0002-verification-digests  [core]",
    ]
    "#);
}

#[tokio::test]
async fn what_it_holds_stays() {
    let file = theirs().await;

    agreed(&file).await;

    assert_eq!(file.lacks(&core()).await, [""; 0]);
    let rows = dump(&file.db).await;
    for kept in ["alice@example.com", "salt:hash", &digest("raw-token")] {
        assert!(rows.contains(kept), "{rows}");
    }
    assert!(!rows.contains("raw-token"), "no credential is left in clear: {rows}");
    let session = session::Entity::find().one(&file.db).await.unwrap().unwrap();
    assert_eq!((session.authenticated_at, session.remember_me), (None, true));
    assert_eq!(file.applies(&core()).await.steps, []);
}

#[tokio::test]
async fn nothing_is_rewritten_before_somebody_has_agreed() {
    let file = theirs().await;
    let before = dump(&file.db).await;
    let builder = Auth::builder(ORIGIN).database(file.db.clone()).secret(SECRET).schema_mode(SchemaMode::Apply);

    let error = builder.build().await.unwrap_err();

    let BuildError::Schema(cause) = &error else { panic!("{error:?}") };
    assert!(cause.to_string().starts_with("somebody has to agree first, so run `migrate`: session tokens"), "{cause}");
    assert_eq!(dump(&file.db).await, before);
}

#[tokio::test]
async fn its_people_are_people_here() {
    let file = theirs().await;
    agreed(&file).await;
    let builder = Auth::builder(ORIGIN).database(file.db.clone()).secret(SECRET).schema_mode(SchemaMode::Apply);
    let auth = builder.plugin(Door).build().await.unwrap();

    let body = r#"{"email":"u1","remember":true}"#;
    let headers = [("content-type", "application/json")];
    let entered = send(&auth.router(), request(http::Method::POST, "/enter", &headers, body)).await;
    let cookie = entered.session_cookie();
    let reply = send(&auth.router(), request(http::Method::GET, "/get-session", &[("cookie", &cookie)], "")).await;

    assert_eq!(reply.json()["user"]["email"], "alice@example.com");
    assert_eq!(reply.json()["user"]["createdAt"], "2026-01-01T00:00:00.000Z");
}

#[tokio::test]
async fn its_people_stay_signed_in() {
    let file = theirs().await;
    agreed(&file).await;
    let builder = Auth::builder(ORIGIN).database(file.db.clone()).secret(SECRET).schema_mode(SchemaMode::Apply);
    let auth = builder.build().await.unwrap();
    let signed = auth.context().keys().sign("raw-token").replace('=', "%3D").replace('+', "%2B");

    let cookie = format!("better-auth.session_token={signed}");
    let reply = send(&auth.router(), request(http::Method::GET, "/get-session", &[("cookie", &cookie)], "")).await;

    assert_eq!(reply.json()["user"]["email"], "alice@example.com");
}

#[tokio::test]
async fn a_unique_index_over_text_of_any_length_is_recognised() {
    // So it types both columns on MySQL.
    let text = |table: &str| {
        table
            .replace("\"accountId\" <str>", "\"accountId\" text")
            .replace("\"providerId\" <str>", "\"providerId\" text")
    };
    let file = File::with(&TABLES.map(text).iter().map(String::as_str).collect::<Vec<_>>()).await;
    let sql = spoken(r#"create unique index "theirs" on "account" ("accountId", "providerId")"#);
    if file.db.execute_unprepared(&sql).await.is_err() {
        assert_eq!(backend(), DbBackend::MySql, "MySQL, other than MariaDB, has no such index");
        return;
    }

    assert!(!file.lacks(&core()).await.iter().any(|step| step.contains("(accountId, providerId)")));
}
