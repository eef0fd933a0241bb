//! A database Better Auth 1.4 has made: its core tables are used where they are.

use auth_core::{Auth, SchemaMode};

use super::{File, core};
use crate::app::{ORIGIN, SECRET, ask, dump, request, send};
use crate::plugins::Door;

/// As its migration writes them.
const TABLES: [&str; 7] = [
    r#"create table "user" ("id" text not null primary key, "name" text not null, "email" text not null unique,
        "emailVerified" integer not null, "image" text, "createdAt" date not null, "updatedAt" date not null)"#,
    r#"create table "session" ("id" text not null primary key, "expiresAt" date not null,
        "token" text not null unique, "createdAt" date not null, "updatedAt" date not null, "ipAddress" text,
        "userAgent" text, "userId" text not null references "user" ("id") on delete cascade)"#,
    r#"create table "account" ("id" text not null primary key, "accountId" text not null, "providerId" text not null,
        "userId" text not null references "user" ("id") on delete cascade, "accessToken" text, "refreshToken" text,
        "idToken" text, "accessTokenExpiresAt" date, "refreshTokenExpiresAt" date, "scope" text, "password" text,
        "createdAt" date not null, "updatedAt" date not null)"#,
    r#"create table "verification" ("id" text not null primary key, "identifier" text not null, "value" text not null,
        "expiresAt" date not null, "createdAt" date not null, "updatedAt" date not null)"#,
    r#"create index "session_userId_idx" on "session" ("userId")"#,
    r#"create index "account_userId_idx" on "account" ("userId")"#,
    r#"create index "verification_identifier_idx" on "verification" ("identifier")"#,
];

const ROWS: [&str; 3] = [
    r#"insert into "user" values ('u1', 'Alice', 'alice@example.com', 1, null, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')"#,
    r#"insert into "session" values ('s1', '2030-01-01T00:00:00.000Z', 'raw-token', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', '', '', 'u1')"#,
    r#"insert into "account" values ('a1', 'u1', 'credential', 'u1', null, null, null, null, null, null, 'salt:hash', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')"#,
];

async fn theirs() -> File {
    File::with(&[&TABLES[..], &ROWS[..]].concat()).await
}

#[tokio::test]
async fn its_tables_are_recognised_and_only_missing_parts_are_planned() {
    let file = theirs().await;

    insta::assert_debug_snapshot!(file.lacks(&core()).await, @r#"
    [
        "add column to \"session\": rememberMe bool default true  [core]",
        "add column to \"session\": authenticatedAt timestamp null  [core]",
        "create index on \"session\" (expiresAt)  [core]",
        "create unique index on \"account\" (accountId, providerId)  [core]",
        "create index on \"verification\" (expiresAt)  [core]",
    ]
    "#);
}

#[tokio::test]
async fn what_it_holds_stays() {
    let file = theirs().await;

    file.applies(&core()).await;

    assert_eq!(file.lacks(&core()).await, [""; 0]);
    let rows = dump(&file.db).await;
    for kept in ["alice@example.com", "raw-token", "salt:hash"] {
        assert!(rows.contains(kept), "{rows}");
    }
    assert_eq!(ask(&file.db, "SELECT coalesce(authenticatedAt, 'none') || rememberMe FROM session").await, ["none1"]);
    assert_eq!(file.applies(&core()).await.steps, []);
}

#[tokio::test]
async fn its_people_are_people_here() {
    let file = theirs().await;
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
async fn its_raw_session_tokens_are_no_digests() {
    let file = theirs().await;
    let builder = Auth::builder(ORIGIN).database(file.db.clone()).secret(SECRET).schema_mode(SchemaMode::Apply);
    let auth = builder.build().await.unwrap();
    let signed = auth.context().keys().sign("raw-token").replace('=', "%3D").replace('+', "%2B");

    let cookie = format!("better-auth.session_token={signed}");
    let reply = send(&auth.router(), request(http::Method::GET, "/get-session", &[("cookie", &cookie)], "")).await;

    assert_eq!(reply.text, "null", "its people sign in once more");
}
