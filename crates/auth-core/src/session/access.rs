//! The end of everything a person was let in by: a new password, a disabled or deleted account.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::issue::SessionRevoked;
use crate::context::AuthContext;
use crate::error::Unexpected;
use crate::hooks::{About, Event, Events};
use crate::store;

/// Why a person's access ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessEnd {
    /// Their password changed: whoever knew the old one is out.
    PasswordChanged,
    /// Somebody who may has shut them out.
    Disabled,
    /// Their account is about to be deleted.
    Deleted,
}

impl AccessEnd {
    /// The reason in logs and events: `password changed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password changed",
            Self::Disabled => "person disabled",
            Self::Deleted => "person deleted",
        }
    }
}

/// All of a person's sessions have ended, and in its transaction each plugin ends what else it has
/// given: grants, tokens, remembered devices.
///
/// A hook that fails keeps the whole from happening: a half is worse than another try.
#[derive(Clone)]
pub struct AccessEnded {
    /// Whose access it was.
    pub user_id: String,
    /// Why it ends.
    pub reason: AccessEnd,
    also: Arc<Mutex<Vec<Box<dyn Later>>>>,
}

impl fmt::Debug for AccessEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessEnded")
            .field("user_id", &self.user_id)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl Event for AccessEnded {
    const NAME: &'static str = "access.ended";

    fn about(&self) -> About {
        About::user(&self.user_id).with("reason", self.reason.as_str())
    }
}

impl AccessEnded {
    fn new(user_id: &str, reason: AccessEnd) -> Self {
        Self { user_id: user_id.to_owned(), reason, also: Arc::default() }
    }

    /// From a hook in the transaction: this happened along with it, however often, and is told after the commit.
    pub fn also<E: Event>(&self, events: Vec<E>) {
        self.also.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(Many(events)));
    }

    /// Tells everybody, after the commit of what ended it.
    pub async fn tell(&self, cx: &AuthContext) {
        tracing::warn!(user.id = self.user_id, reason = self.reason.as_str(), "access.ended");
        let also = std::mem::take(&mut *self.also.lock().unwrap_or_else(PoisonError::into_inner));
        cx.events().emit(self).await;
        for events in also {
            events.tell(cx.events()).await;
        }
    }
}

/// Events of one type, told later.
#[async_trait]
trait Later: Send + Sync {
    async fn tell(self: Box<Self>, events: &Events);
}

struct Many<E>(Vec<E>);

#[async_trait]
impl<E: Event> Later for Many<E> {
    async fn tell(self: Box<Self>, events: &Events) {
        events.emit_all(self.0).await;
    }
}

impl AuthContext {
    /// Whether a session of a person has not ended, and keeps it from ending until the transaction is over.
    /// Call it first in a transaction that gives somebody something: then all of it ends when their access
    /// does, even at the same moment.
    ///
    /// # Errors
    /// [`Unexpected`] when the database fails.
    pub async fn hold_session(
        &self,
        tx: &DatabaseTransaction,
        user_id: &str,
        session_id: &str,
    ) -> Result<bool, Unexpected> {
        // In the order of whoever ends their access, so that neither waits for the other.
        store::user::hold_shared(tx, user_id).await?;
        Ok(store::session::hold(tx, session_id).await?)
    }

    /// Ends all of a person's sessions, and lets every plugin end what it has given them, in the
    /// caller's transaction. Tell it with [`AccessEnded::tell`] after the commit.
    ///
    /// # Errors
    /// [`Unexpected`] when the database or a hook fails: the caller rolls back.
    pub async fn end_access(
        &self,
        tx: &DatabaseTransaction,
        user_id: &str,
        reason: AccessEnd,
    ) -> Result<AccessEnded, Unexpected> {
        // What is given to them at this very moment is either there already, or comes after this.
        store::user::hold(tx, user_id).await?;
        let ended = AccessEnded::new(user_id, reason);
        let mut sessions = Vec::new();
        for session_id in store::session::delete_all_of(tx, user_id).await? {
            let event = SessionRevoked { user_id: user_id.to_owned(), session_id };
            self.events().emit_in(&event, tx).await?;
            sessions.push(event);
        }
        ended.also(sessions);
        self.events().emit_in(&ended, tx).await?;
        Ok(ended)
    }
}
