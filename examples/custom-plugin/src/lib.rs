//! A plugin of your own: a journal of sign-ins, and a switch that keeps everybody out. Test it:
//! `cargo test -p custom-plugin`

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use auth_core::schema::DataMigration;
use auth_core::session::{CurrentSession, SessionIssued};
use auth_core::{
    ApiError, AuthContext, Before, Contributions, ErrorCode, HookError, InTransaction, Mount, On, Plugin, PluginId,
    RateLimit, Stop,
};
use axum::Json;
use axum::extract::State;
use http::request::Parts;
use sea_orm::entity::prelude::*;
use sea_orm::{DatabaseTransaction, IntoActiveModel as _, QueryOrder as _, QuerySelect as _, Set};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What everybody is told while sign-ins are closed.
const CLOSED: ErrorCode = ErrorCode { code: "SIGN_INS_CLOSED", status: 503, message: "Nobody can sign in right now" };

/// Keeps a journal of sign-ins.
#[derive(Clone, Debug)]
pub struct Journal {
    shown: u64,
    sign_ins: SignIns,
}

impl Journal {
    /// The journal as it comes: people see their last 20 sign-ins.
    pub fn new() -> Self {
        Self { shown: 20, sign_ins: SignIns::default() }
    }

    /// How many sign-ins a person sees. Default 20; at most 100.
    #[must_use]
    pub fn shown(mut self, entries: u64) -> Self {
        self.shown = entries;
        self
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self::new()
    }
}

/// The switch that keeps everybody out: `auth.handle::<SignIns>()?.close()`.
#[derive(Clone, Debug, Default)]
pub struct SignIns(Arc<AtomicBool>);

impl SignIns {
    /// Refuses every sign-in and sign-up from now on. Who is signed in stays so.
    pub fn close(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Lets people in again.
    pub fn open(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    fn are_closed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Plugin for Journal {
    fn id(&self) -> PluginId {
        "journal"
    }

    // Data: what the plugin adds, readable without a database.
    fn contribute(&self, to: &mut Contributions) {
        to.about("Keeps a journal of sign-ins.");
        let _ = to.table::<entry::Entity>().index([entry::Column::UserId, entry::Column::At]);
        to.columns::<last_seen::Entity>();
        to.data_migration("journal/0002-last-seen", last_seen_so_far());
        to.rate_limit(RateLimit::new("/journal", 60, 30));
        to.needs("email-password");
        to.errors("/sign-in*", &[CLOSED]);
        to.errors("/sign-up*", &[CLOSED]);
        if !(1..=100).contains(&self.shown) {
            to.refuse("shown", self.shown, "use 1 to 100");
        }
    }

    // Behaviour: routes, hooks, events, handles.
    fn mount(&self, cx: &AuthContext) -> Mount {
        let state = Mounted { cx: cx.clone(), shown: self.shown, sign_ins: self.sign_ins.clone() };
        Mount::of(self.id())
            .base(OpenApiRouter::new().routes(routes!(journal)).with_state(state.clone()))
            .before("/sign-in*", self.sign_ins.clone())
            .before("/sign-up*", self.sign_ins.clone())
            .on_in_transaction::<SessionIssued>(state.clone())
            .on::<SessionIssued>(state)
            .expose(self.sign_ins.clone())
    }
}

/// The first release kept no `lastSeenAt`: who has signed in then was last seen at their newest entry.
fn last_seen_so_far() -> DataMigration {
    use sea_orm::sea_query::{ExprTrait as _, Query};

    let theirs = Expr::col((entry::Entity, entry::Column::UserId)).equals((last_seen::Entity, last_seen::Column::Id));
    let mut newest = Query::select();
    newest.expr(Expr::col(entry::Column::At).max()).from(entry::Entity).and_where(theirs);
    let mut update = Query::update();
    update.table(last_seen::Entity).value(last_seen::Column::LastSeenAt, Expr::SubQuery(None, Box::new(newest.into())));
    update.and_where(Expr::col(last_seen::Column::LastSeenAt).is_null());
    DataMigration::after("user", update).about("lastSeenAt out of the journal")
}

/// What handlers and hooks work with.
#[derive(Clone)]
struct Mounted {
    cx: AuthContext,
    shown: u64,
    sign_ins: SignIns,
}

impl axum::extract::FromRef<Mounted> for AuthContext {
    fn from_ref(mounted: &Mounted) -> Self {
        mounted.cx.clone()
    }
}

/// One sign-in.
#[derive(Serialize, ToSchema)]
#[schema(as = journal::Entry)]
struct EntryBody {
    /// When it was, in UTC.
    #[schema(value_type = String, format = DateTime, example = "2026-01-02T03:04:05.678Z")]
    at: DateTimeUtc,
}

/// Lists the last sign-ins of the person who asks, newest first.
#[utoipa::path(
    get, path = "/journal",
    responses((status = 200, description = "The sign-ins", body = Vec<EntryBody>)),
    security(("session" = []))
)]
async fn journal(
    State(Mounted { cx, shown, .. }): State<Mounted>,
    CurrentSession(who): CurrentSession,
) -> Result<Json<Vec<EntryBody>>, ApiError> {
    let entries = entry::Entity::find().filter(entry::Column::UserId.eq(who.user.id));
    let entries = entries.order_by_desc(entry::Column::At).limit(shown).all(cx.db()).await?;
    Ok(Json(entries.into_iter().map(|entry| EntryBody { at: entry.at }).collect()))
}

/// A hook before requests: it answers early, before anybody's password is looked at.
#[async_trait]
impl Before for SignIns {
    async fn before(&self, _: &mut Parts) -> Result<(), Stop> {
        if self.are_closed() { Err(CLOSED.into()) } else { Ok(()) }
    }
}

/// An event in its transaction. What must not happen is refused here, where every way of signing in
/// comes by; a path pattern only knows the paths it was told. The session, the entry and the column
/// are written together or not at all.
#[async_trait]
impl InTransaction<SessionIssued> for Mounted {
    async fn on(&self, event: &SessionIssued, tx: &DatabaseTransaction) -> Result<(), HookError> {
        if self.sign_ins.are_closed() {
            return Err(HookError::refuse::<SessionIssued>(CLOSED));
        }
        let id = self.cx.new_id().map_err(HookError::new::<SessionIssued>)?;
        let entry = entry::Model { id, user_id: event.user_id.clone(), at: self.cx.now() };
        let entry = entry::Entity::insert(entry.into_active_model()).exec_without_returning(tx).await;
        entry.map_err(HookError::new::<SessionIssued>)?;
        let seen = last_seen::ActiveModel { id: Set(event.user_id.clone()), last_seen_at: Set(Some(self.cx.now())) };
        seen.update(tx).await.map_err(HookError::new::<SessionIssued>)?;
        Ok(())
    }
}

/// The same event after its commit: here one would send a mail.
#[async_trait]
impl On<SessionIssued> for Mounted {
    async fn on(&self, event: &SessionIssued) -> Result<(), HookError> {
        tracing::info!(user.id = event.user_id, "journal.written");
        Ok(())
    }
}

/// The table `journalEntry`: one row for each sign-in.
#[expect(
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "sea-orm's macro writes public loaders that begin transactions"
)]
mod entry {
    use sea_orm::entity::prelude::*;

    /// A sign-in.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "journalEntry", rename_all = "camelCase")]
    pub struct Model {
        /// The id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// Who signed in.
        pub user_id: String,
        /// When.
        pub at: DateTimeUtc,
        /// Who signed in.
        #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
        pub user: BelongsTo<auth_core::entity::user::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The column `user.lastSeenAt`: a narrow look at a table somebody else owns.
#[expect(
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "sea-orm's macro writes public loaders that begin transactions"
)]
mod last_seen {
    use sea_orm::entity::prelude::*;

    /// When a person last signed in.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "user", rename_all = "camelCase")]
    pub struct Model {
        /// The id of the person.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// When they last signed in; null until they do.
        pub last_seen_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
