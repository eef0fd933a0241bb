//! What a database of Better Auth has in clear, and how it becomes what we keep.
//!
//! Its sessions and verifications are found by the very value that is the credential. Here only
//! digests are kept, so that a copy of the database opens nothing.

use async_trait::async_trait;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, IntoColumnRef as _, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, DbErr, EntityTrait, IdenStatic as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::contributions::Contributions;
use crate::entity::{session, user, verification};
use crate::schema::{DataMigration, RewriteError, RewriteRows, Rewriting};
use crate::secret::digest;

/// How many rows are rewritten at a time.
const BATCH: u64 = 500;

/// What every digest begins with.
const SCHEME: &str = "sha256:%";

/// What plugins of Better Auth write down and enforce there, and nobody does here.
pub(crate) const UNHEEDED: &[Unheeded] = &[
    Unheeded {
        table: "user",
        column: "banned",
        is_flag: true,
        about: "who is banned can sign in; take their passwords and sessions away first, or add a plugin that looks at it",
        ends: false,
    },
    Unheeded {
        table: "user",
        column: "twoFactorEnabled",
        is_flag: true,
        about: "who has a second factor signs in with the password alone; add a plugin that asks for it, or tell them",
        ends: false,
    },
    Unheeded {
        table: "session",
        column: "impersonatedBy",
        is_flag: false,
        about: "a session of impersonation goes on as one of the person; end it",
        ends: true,
    },
];

/// A column that means something to another product only.
pub(crate) struct Unheeded {
    /// The table.
    pub(crate) table: &'static str,
    /// The column.
    pub(crate) column: &'static str,
    /// Whether it is set where it is true; else, where it is not null.
    pub(crate) is_flag: bool,
    /// What comes of it, and what to do.
    pub(crate) about: &'static str,
    /// Whether the rows where it is set may go.
    pub(crate) ends: bool,
}

/// Adds the two conversions.
pub(crate) fn contribute(to: &mut Contributions) {
    let sessions = DataMigration::code_before_indexes("session", Sessions)
        .about("digests in place of session tokens")
        .needed_if(in_clear(session::Entity, session::Column::Id, session::Column::Token))
        .asks(
            "session tokens are replaced by their digests; people stay signed in here if the secret is the same, \
             and Better Auth no longer knows them",
        );
    let verifications = DataMigration::code_before_indexes("verification", Verifications)
        .about("digests in place of verification tokens")
        .needed_if(in_clear(verification::Entity, verification::Column::Id, verification::Column::Identifier))
        .asks("what Better Auth waits for, such as mails with a link or a code, comes to nothing");
    to.data_migration("core/0001-session-digests", sessions);
    to.data_migration("core/0002-verification-digests", verifications);
}

/// Rows whose value is no digest yet.
fn in_clear<E: EntityTrait>(entity: E, id: E::Column, value: E::Column) -> SelectStatement {
    let mut query = Query::select();
    query.column(id).from(entity.table_ref()).and_where(Expr::col(value).not_like(SCHEME)).limit(1);
    query
}

struct Sessions;

#[async_trait]
impl RewriteRows for Sessions {
    async fn rewrite(&self, rows: &mut Rewriting<'_>) -> Result<(), RewriteError> {
        digested::<session::Entity>(rows, session::Column::Id, session::Column::Token).await?;
        Ok(())
    }
}

struct Verifications;

#[async_trait]
impl RewriteRows for Verifications {
    async fn rewrite(&self, rows: &mut Rewriting<'_>) -> Result<(), RewriteError> {
        // A value may be a code somebody can guess. Only one that names a person is surely no secret.
        let (named, value) = ((user::Entity, user::Column::Id), (verification::Entity, verification::Column::Value));
        let mut person = Query::select();
        person.expr(Expr::val(1)).from(user::Entity).and_where(Expr::col(named).equals(value));
        verification::Entity::update_many()
            .col_expr(verification::Column::Value, Expr::val(""))
            .filter(verification::Column::Identifier.not_like(SCHEME))
            .filter(Expr::exists(person).not())
            .exec(rows.tx())
            .await?;
        digested::<verification::Entity>(rows, verification::Column::Id, verification::Column::Identifier).await?;
        Ok(())
    }
}

/// Replaces a value by its digest in every row where it is none yet, in the order of the ids.
async fn digested<E: EntityTrait>(rows: &mut Rewriting<'_>, id: E::Column, value: E::Column) -> Result<(), DbErr> {
    let mut last = String::new();
    loop {
        let found: Vec<(String, String)> = E::find()
            .select_only()
            .columns([id, value])
            .filter(id.gt(last.clone()))
            .filter(value.not_like(SCHEME))
            .order_by_asc(id)
            .limit(BATCH)
            .into_tuple()
            .all(rows.tx())
            .await?;
        let Some((end, _)) = found.last() else { return Ok(()) };
        last.clone_from(end);
        let mut case = CaseStatement::new();
        for (id_of_row, clear) in &found {
            case = case.case(Expr::col(id.into_column_ref()).eq(id_of_row.as_str()), digest(clear));
        }
        let ids = found.iter().map(|(id, _)| id.as_str());
        let mut update = Query::update();
        update.table(E::default().table_ref()).value(value.as_str().to_owned(), case).and_where(id.is_in(ids));
        rows.tx().execute(&update).await?;
        rows.keep(u64::try_from(found.len()).unwrap_or(BATCH)).await?;
    }
}
