//! Listening to every event, whatever plugin it is of: for a log of all that happens.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::event::{Event, HookError, InTransaction};

/// What an event is about: ids and words, never a credential and never what a stranger wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The person, if it is about one.
    pub user_id: Option<String>,
    /// The client, if it is about one.
    pub client_id: Option<String>,
    /// Everything else, by name: `reason`.
    pub more: Vec<(&'static str, String)>,
}

impl About {
    /// About a person.
    pub fn user(user_id: impl Into<String>) -> Self {
        Self { user_id: Some(user_id.into()), ..Self::default() }
    }

    /// About a client.
    pub fn client(client_id: impl Into<String>) -> Self {
        Self { client_id: Some(client_id.into()), ..Self::default() }
    }

    /// And a person, where there is one.
    #[must_use]
    pub fn and_user(mut self, user_id: Option<&str>) -> Self {
        self.user_id = user_id.map(str::to_owned);
        self
    }

    /// And something else.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.more.push((name, value.into()));
        self
    }
}

/// An event of any type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Its name: `session.issued`.
    pub name: &'static str,
    /// What it is about.
    pub about: About,
}

impl Happened {
    pub(super) fn of<E: Event>(event: &E) -> Self {
        Self { name: E::NAME, about: event.about() }
    }
}

/// Takes part in the transaction of every event that has one. It is asked last, and may abort it as
/// any other hook may.
#[async_trait]
pub trait EveryInTransaction: Send + Sync + 'static {
    /// Acts in the open transaction; a failure rolls all of it back, unless the event ends access.
    async fn on(&self, event: &Happened, tx: &DatabaseTransaction) -> Result<(), HookError>;
}

/// One that listens to every event, as a listener of one.
pub(super) struct Each(pub(super) Arc<dyn EveryInTransaction>);

#[async_trait]
impl<E: Event> InTransaction<E> for Each {
    async fn on(&self, event: &E, tx: &DatabaseTransaction) -> Result<(), HookError> {
        self.0.on(&Happened::of(event), tx).await
    }
}
