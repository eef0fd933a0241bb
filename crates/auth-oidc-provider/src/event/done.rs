//! What was done, told as one of two events.

use auth_core::{Event, Events, HookError};
use sea_orm::DatabaseTransaction;

/// What was done: something that ends access, which nobody stops, or a change like others.
#[derive(Clone, Debug)]
pub(crate) enum Done<E, C> {
    Ends(E),
    Changes(C),
}

impl<E: Event, C: Event> Done<E, C> {
    /// Lets everybody concerned act in the transaction of it.
    pub(crate) async fn emit_in(&self, events: &Events, tx: &DatabaseTransaction) -> Result<(), HookError> {
        match self {
            Self::Ends(event) => events.emit_in(event, tx).await,
            Self::Changes(event) => events.emit_in(event, tx).await,
        }
    }

    /// Tells everybody after the commit, and the log: both know it by one name.
    pub(crate) async fn emit(&self, events: &Events) {
        match self {
            Self::Ends(event) => events.emit(event).await,
            Self::Changes(event) => events.emit(event).await,
        }
    }
}
