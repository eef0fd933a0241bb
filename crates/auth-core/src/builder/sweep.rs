//! Deleting sessions that are over, in the background.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, DbErr};

use crate::context::AuthContext;
use crate::store;

/// How often sessions that are over are looked for.
const EVERY: Duration = Duration::from_mins(5);
/// The most sessions one statement deletes.
const MOST: u64 = 500;
/// The pause after a full batch, so that requests get their turn.
const PAUSE: Duration = Duration::from_millis(50);

/// Lets a background task delete sessions that are over, for as long as anybody else holds the
/// context: an app that is dropped lets its database go.
pub(super) fn keep(cx: &AuthContext) {
    let held = cx.downgrade();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let Some(cx) = AuthContext::upgrade(&held) else { return };
            match sweep(cx.db(), cx.now(), MOST).await {
                Ok(0) => {}
                Ok(rows) => tracing::debug!(rows, "sessions.deleted"),
                Err(error) => tracing::warn!(%error, "sessions.not_deleted"),
            }
        }
    });
}

/// Deletes every session that is over, a batch at a time; returns how many.
async fn sweep(db: &DatabaseConnection, now: DateTime<Utc>, most: u64) -> Result<u64, DbErr> {
    let mut rows = 0;
    loop {
        let batch = store::session::sweep(db, now, most).await?;
        rows += batch;
        if batch < most {
            return Ok(rows);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use auth_testkit::TestDatabase;
    use chrono::Duration as Span;
    use sea_orm::{EntityTrait as _, PaginatorTrait as _};

    use super::*;
    use crate::auth::Auth;
    use crate::builder::SchemaMode;
    use crate::entity::{session, user};

    async fn app(database: &TestDatabase) -> Auth {
        let app = Auth::builder("http://localhost:3000").database(database.url());
        app.secret("q8Zk2vP0sT7xLw4nR6yB1mD9cF3hJ5gK-tests").schema_mode(SchemaMode::Apply).build().await.unwrap()
    }

    /// A session that ends when the test wants: requests make sessions of one length only.
    async fn keep_session(cx: &AuthContext, id: &str, ends: DateTime<Utc>) {
        let (id, token, user_id) = (id.to_owned(), id.to_owned(), "alice".to_owned());
        let row = session::Model {
            id,
            expires_at: ends,
            token,
            created_at: ends,
            updated_at: ends,
            ip_address: None,
            user_agent: None,
            user_id,
            remember_me: true,
            authenticated_at: None,
            amr: None,
        };
        store::session::insert(cx.db(), &row).await.unwrap();
    }

    #[tokio::test]
    async fn a_sweep_goes_on_until_no_session_is_over() {
        let database = TestDatabase::empty().await;
        let app = app(&database).await;
        let (cx, now) = (app.context(), app.context().now());
        let (id, name, email) = ("alice".to_owned(), "Alice".to_owned(), "alice@example.com".to_owned());
        let alice =
            user::Model { id, name, email, email_verified: false, image: None, created_at: now, updated_at: now };
        store::user::insert(cx.db(), &alice).await.unwrap();
        for id in ["1", "2", "3", "4", "5"] {
            keep_session(cx, id, now + Span::days(1)).await;
        }
        keep_session(cx, "live", now + Span::days(2)).await;

        let rows = sweep(cx.db(), now + Span::days(1), 2).await.unwrap();

        assert_eq!(rows, 5);
        assert_eq!(session::Entity::find().count(cx.db()).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn an_app_that_is_dropped_lets_its_database_go() {
        let database = TestDatabase::empty().await;
        let app = app(&database).await;
        let held = app.context().downgrade();

        drop(app);

        let gone = async {
            while held.strong_count() > 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), gone).await.unwrap();
    }
}
