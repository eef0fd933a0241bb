//! What a database can have that stands against a schema.

use async_trait::async_trait;
use auth_core::Contributions;
use auth_core::schema::{
    ColumnSpec, DataMigration, DefaultValue, LogicalType, OnDelete, RewriteError, RewriteRows, Rewriting, TableSpec,
    Warning,
};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
};

use super::{ANYWHERE, Case, There, spoken, variant};
use crate::app::Place;

const NOTE: &str = r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "text" <str> NOT NULL)"#;
const ROW: &str = r#"INSERT INTO "note" ("id", "text") VALUES ('n1', 'one')"#;

/// The table of the plugin, with a column of its own.
fn note(column: ColumnSpec) -> TableSpec {
    TableSpec::new("note").key("id").column(column)
}

fn text() -> ColumnSpec {
    ColumnSpec::new("text", LogicalType::Str(255))
}

fn owner() -> ColumnSpec {
    ColumnSpec::new("userId", LogicalType::Id).references("user", "id", OnDelete::Cascade)
}

fn wants_text(to: &mut Contributions) {
    to.table_spec(note(text()));
}

fn wants_owner(to: &mut Contributions) {
    to.table_spec(note(owner()));
}

/// A column of the plugin on a table of the core.
#[expect(clippy::disallowed_methods, reason = "sea-orm's macro writes a loader that begins transactions")]
mod level {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "user")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: String,
        #[sea_orm(default_value = 1)]
        pub(super) level: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) const REFUSALS: &[Case] = &[
    Case { name: "NotATable", on: ANYWHERE, there: &[r#"CREATE VIEW "note" AS SELECT 1 AS "id""#], wants: wants_text },
    Case {
        name: "Unwritten",
        on: ANYWHERE,
        there: &[
            r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "text" <str> NOT NULL, "author" <str> NOT NULL)"#,
        ],
        wants: wants_text,
    },
    Case {
        name: "Required",
        on: ANYWHERE,
        there: &[NOTE, ROW],
        wants: |to| to.table_spec(note(text()).column(ColumnSpec::new("day", LogicalType::Str(16)))),
    },
    Case {
        name: "Type",
        on: &[DbBackend::Postgres, DbBackend::Sqlite, DbBackend::MySql],
        there: &[r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "text" <int> NOT NULL)"#],
        wants: wants_text,
    },
    Case {
        name: "NotNull",
        on: &[DbBackend::Postgres, DbBackend::Sqlite, DbBackend::MySql],
        there: &[NOTE],
        wants: |to| to.table_spec(note(text().nullable())),
    },
    Case {
        name: "NoDefault",
        on: &[DbBackend::Postgres, DbBackend::Sqlite, DbBackend::MySql],
        there: &[r#"ALTER TABLE "user" ADD COLUMN "level" <int>"#],
        wants: |to| {
            to.columns::<level::Entity>();
        },
    },
    Case {
        name: "Spelling",
        on: &[DbBackend::Sqlite, DbBackend::MySql],
        there: &[r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "Text" <str>)"#],
        wants: wants_text,
    },
    Case {
        name: "Key",
        on: ANYWHERE,
        there: &[r#"CREATE TABLE "note" ("id" <id> NOT NULL, "text" <str> NOT NULL PRIMARY KEY)"#],
        wants: wants_text,
    },
    Case {
        name: "Reference",
        on: ANYWHERE,
        there: &[
            r#"CREATE TABLE "person" ("id" <id> NOT NULL PRIMARY KEY)"#,
            r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "userId" <id> NOT NULL,
                FOREIGN KEY ("userId") REFERENCES "person" ("id") ON DELETE CASCADE)"#,
        ],
        wants: wants_owner,
    },
    Case {
        name: "IndexName",
        // On MySQL each table has names of its own.
        on: &[DbBackend::Sqlite, DbBackend::Postgres],
        there: &[NOTE, r#"CREATE INDEX "ix_note_text" ON "user" ("name")"#],
        wants: |to| to.table_spec(note(text()).index(["text"])),
    },
    Case {
        name: "Unindexable",
        on: &[DbBackend::MySql],
        there: &[r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "text" <text> NOT NULL)"#],
        wants: |to| to.table_spec(note(text()).index(["text"])),
    },
    Case {
        name: "SetAside",
        on: ANYWHERE,
        there: &[
            r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "body" <str> NOT NULL)"#,
            r#"CREATE TABLE "note_old" ("id" <id> NOT NULL PRIMARY KEY)"#,
        ],
        wants: |to| to.table_spec(note(text()).recognised_by("text")),
    },
    Case {
        name: "Orphans",
        // SQLite cannot add a foreign key: a warning.
        on: &[DbBackend::Postgres, DbBackend::MySql],
        there: &[
            r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "userId" <id> NOT NULL)"#,
            r#"INSERT INTO "note" ("id", "userId") VALUES ('n1', 'nobody')"#,
        ],
        wants: wants_owner,
    },
    Case {
        name: "Duplicates",
        on: ANYWHERE,
        there: &[NOTE, ROW, r#"INSERT INTO "note" ("id", "text") VALUES ('n2', 'one')"#],
        wants: |to| to.table_spec(note(text()).unique(["text"])),
    },
];

pub(super) const WARNINGS: &[Case] = &[
    Case {
        name: "Nullable",
        on: &[DbBackend::Postgres, DbBackend::Sqlite, DbBackend::MySql],
        there: &[r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "text" <str>)"#],
        wants: wants_text,
    },
    Case {
        name: "NoDefault",
        on: &[DbBackend::Postgres, DbBackend::Sqlite, DbBackend::MySql],
        there: &[NOTE],
        wants: |to| to.table_spec(note(text().default_value(DefaultValue::Text("empty".to_owned())))),
    },
    Case {
        name: "Default",
        on: &[DbBackend::Postgres, DbBackend::Sqlite, DbBackend::MySql],
        there: &[r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "text" <str> DEFAULT 'none' NOT NULL)"#],
        wants: |to| to.table_spec(note(text().default_value(DefaultValue::Text("empty".to_owned())))),
    },
    Case {
        name: "Narrow",
        // SQLite knows no lengths.
        on: &[DbBackend::Postgres],
        there: &[r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "text" varchar(100) NOT NULL)"#],
        wants: wants_text,
    },
    Case {
        name: "Coarse",
        on: &[DbBackend::MySql],
        there: &[r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "at" datetime NOT NULL)"#],
        wants: |to| to.table_spec(note(ColumnSpec::new("at", LogicalType::Timestamp))),
    },
    Case {
        name: "IgnoresCase",
        on: &[DbBackend::MySql],
        there: &[r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY,
                "text" varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL)"#],
        wants: wants_text,
    },
    Case {
        name: "NoForeignKey",
        on: &[DbBackend::Sqlite],
        there: &[r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "userId" <id> NOT NULL)"#],
        wants: wants_owner,
    },
    Case {
        name: "OnDelete",
        on: ANYWHERE,
        there: &[r#"CREATE TABLE "note" ("id" <id> NOT NULL PRIMARY KEY, "userId" <id> NOT NULL,
                FOREIGN KEY ("userId") REFERENCES "user" ("id"))"#],
        wants: wants_owner,
    },
    Case {
        name: "Unheeded",
        on: ANYWHERE,
        there: &[
            r#"ALTER TABLE "session" ADD COLUMN "impersonatedBy" <str>"#,
            r#"INSERT INTO "user" ("id", "name", "email", "createdAt", "updatedAt")
                VALUES ('u1', 'Alice', 'alice@example.com', '2026-01-01 00:00:00', '2026-01-01 00:00:00')"#,
            r#"INSERT INTO "session" ("id", "userId", "token", "expiresAt", "createdAt", "updatedAt", "impersonatedBy")
                VALUES ('s1', 'u1', 'sha256:x', '2026-01-01 00:00:00', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'u2')"#,
        ],
        wants: wants_text,
    },
    Case {
        name: "Checksum",
        on: ANYWHERE,
        there: &[
            NOTE,
            ROW,
            r#"INSERT INTO "authMigration" ("id", "appliedAt", "checksum")
                VALUES ('notes/0002-texts', '2026-01-01 00:00:00', 'another')"#,
        ],
        wants: |to| {
            wants_text(to);
            to.data_migration("notes/0002-texts", DataMigration::after("note", update(Expr::val("x"))));
        },
    },
];

/// A failure, and how it comes about.
pub(super) struct Failure {
    pub(super) case: Case,
    pub(super) line: &'static str,
    /// What somebody else does in a transaction that has not ended.
    pub(super) meanwhile: Option<fn() -> &'static str>,
}

pub(super) const FAILURES: &[Failure] = &[
    Failure {
        case: Case {
            name: "Afterwards",
            // On MySQL what was rewritten stays.
            on: &[DbBackend::Sqlite, DbBackend::Postgres],
            there: &[NOTE, ROW],
            wants: |to| {
                to.table_spec(note(text()).column(ColumnSpec::new("kind", LogicalType::Str(16))).unique(["kind"]));
                let same = kinds();
                to.data_migration("notes/0002-kinds", DataMigration::before_indexes("note", same).fills("kind"));
                to.data_migration("notes/0003-rows", DataMigration::code_before_indexes("note", Doubles));
            },
        },
        line: "migrate --yes",
        meanwhile: None,
    },
    Failure {
        case: Case {
            name: "Consent",
            on: ANYWHERE,
            there: &[NOTE, ROW],
            wants: |to| {
                wants_text(to);
                let loud = DataMigration::after("note", update(Expr::val("x"))).asks("the texts of all notes are lost");
                to.data_migration("notes/0002-texts", loud);
            },
        },
        line: "serve",
        meanwhile: None,
    },
    Failure {
        case: Case { name: "Locked", on: ANYWHERE, there: &[], wants: wants_text },
        line: "migrate --yes --lock-timeout 1",
        meanwhile: Some(|| {
            Place::one_of(
                "SELECT 1",
                "SELECT pg_advisory_xact_lock(4919131752989213764)",
                "DO GET_LOCK(CONCAT('auth_schema_', MD5(DATABASE())), 0)",
            )
        }),
    },
    Failure {
        case: Case {
            name: "Busy",
            // The one writer of SQLite is the lock.
            on: &[DbBackend::Postgres, DbBackend::MySql],
            there: &[NOTE],
            wants: |to| to.table_spec(note(text()).column(ColumnSpec::new("title", LogicalType::Str(64)).nullable())),
        },
        line: "migrate --yes --lock-timeout 1",
        meanwhile: Some(|| r#"UPDATE "note" SET "text" = 'two'"#),
    },
    Failure {
        case: Case {
            name: "TooSlow",
            on: ANYWHERE,
            there: &[NOTE, ROW],
            wants: |to| {
                wants_text(to);
                let slow = Place::one_of(
                    "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000000) SELECT max(i) FROM n)",
                    "(SELECT 'x' || pg_sleep(30))",
                    "CONCAT('x', SLEEP(30))",
                );
                to.data_migration("notes/0002-texts", DataMigration::after("note", update(Expr::cust(slow))));
            },
        },
        line: "migrate --yes --statement-timeout 1",
        meanwhile: None,
    },
    Failure {
        case: Case {
            name: "Step",
            on: ANYWHERE,
            there: &[NOTE, ROW],
            wants: |to| {
                wants_text(to);
                to.data_migration("notes/0002-texts", DataMigration::code_after("note", Fails));
            },
        },
        line: "migrate --yes",
        meanwhile: None,
    },
];

/// Writes another row, of the same kind.
struct Doubles;

#[async_trait]
impl RewriteRows for Doubles {
    async fn rewrite(&self, rows: &mut Rewriting<'_>) -> Result<(), RewriteError> {
        let mut insert = Query::insert();
        insert.into_table("note").columns(["id", "text", "kind"]);
        insert.values_panic([Expr::val("double"), Expr::val("double"), Expr::val("same")]);
        rows.tx().execute(&insert).await?;
        Ok(())
    }
}

struct Fails;

#[async_trait]
impl RewriteRows for Fails {
    async fn rewrite(&self, _: &mut Rewriting<'_>) -> Result<(), RewriteError> {
        Err("a note has no author".into())
    }
}

fn kinds() -> sea_orm::sea_query::UpdateStatement {
    let mut update = Query::update();
    update.table("note").value("kind", "same");
    update
}

fn update(text: Expr) -> sea_orm::sea_query::UpdateStatement {
    let mut update = Query::update();
    update.table("note").value("text", text);
    update
}

/// The name of a warning; of a column it is the name of what is otherwise.
pub(super) fn name_of(warning: &Warning) -> String {
    match warning {
        Warning::Column { drift, .. } => variant(drift),
        other => variant(other),
    }
}

/// Does something in a transaction that goes on.
pub(super) fn hold(there: &There, sql: fn() -> &'static str) -> DatabaseTransaction {
    there.runtime.block_on(async {
        let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode, ..TransactionOptions::default() };
        let tx = there.db.begin_with_options(options).await.unwrap();
        tx.execute_unprepared(&spoken(sql())).await.unwrap();
        tx
    })
}

pub(super) fn let_go(there: &There, held: Option<DatabaseTransaction>) {
    if let Some(held) = held {
        there.runtime.block_on(held.rollback()).unwrap();
    }
}
