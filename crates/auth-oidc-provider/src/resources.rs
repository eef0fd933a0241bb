//! The resources of the moment: those declared in code, and those an operator has made. RFC 8707.

use std::sync::{Arc, PoisonError, RwLock};

use auth_core::StartError;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::resource::{self, Resource};
use chrono::{DateTime, Duration, Utc};
use sea_orm::DbErr;
use tokio::sync::Mutex;

use crate::entity::resource::Model;
use crate::error::OAuthFailure;
use crate::provider::Provider;
use crate::resource_server::ResourceServer;
use crate::store;

/// How soon the table is read again for a resource that nobody knows.
const MISSES: Duration = Duration::seconds(1);

/// Where a resource comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The code of this instance.
    Declared,
    /// An operator, while the app ran.
    Made,
    /// The code of another version: only what was granted before is still good for it.
    Left,
}

/// A resource, and whether tokens are issued for it.
#[derive(Clone, Debug)]
struct Entry {
    server: ResourceServer,
    origin: Origin,
    disabled: bool,
}

/// The resources of the moment, read without a statement.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    known: RwLock<Arc<Known>>,
    /// Held while the table is read, so that what was read earlier never takes the place of what was read later.
    /// When it was last read for a resource that nobody knew.
    reading: Mutex<Option<DateTime<Utc>>>,
}

/// What was known at one moment.
#[derive(Debug, Default)]
pub(crate) struct Known(Vec<Entry>);

impl Resources {
    pub(crate) fn declared(servers: Vec<ResourceServer>) -> Self {
        let entry = |server| Entry { server, origin: Origin::Declared, disabled: false };
        let known = Known(servers.into_iter().map(entry).collect());
        Self { known: RwLock::new(Arc::new(known)), reading: Mutex::default() }
    }

    pub(crate) fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes up what the table says: of what is declared, only whether it is disabled.
    fn take_up(&self, rows: &[Model]) {
        let before = self.known();
        let declared = before.0.iter().filter(|entry| entry.origin == Origin::Declared);
        let mut entries: Vec<Entry> = declared.cloned().map(|entry| Entry { disabled: false, ..entry }).collect();
        for row in rows {
            let is_it = |entry: &&mut Entry| entry.server.resource.as_str() == row.identifier;
            if let Some(entry) = entries.iter_mut().find(is_it) {
                entry.disabled = row.disabled;
                continue;
            }
            let Some(server) = ResourceServer::of(row) else {
                tracing::warn!(resource.id = row.id, "resource.unreadable");
                continue;
            };
            let origin = if row.declared { Origin::Left } else { Origin::Made };
            entries.push(Entry { server, origin, disabled: row.disabled });
        }
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Known(entries));
    }
}

impl Known {
    /// The resources a request means. One that names none means the only one that is declared: what an
    /// operator makes or disables later never changes that to another.
    ///
    /// # Errors
    /// `invalid_target`, when one is unknown or takes no tokens (RFC 8707 §2).
    pub(crate) fn requested(&self, named: &[Resource]) -> Result<Vec<Resource>, OAuthError> {
        if !named.is_empty() {
            let open = self.0.iter().filter(|entry| entry.origin != Origin::Left && !entry.disabled);
            let open: Vec<Resource> = open.map(|entry| entry.server.resource.clone()).collect();
            return resource::requested(named, &open);
        }
        let mut declared = self.0.iter().filter(|entry| entry.origin == Origin::Declared);
        match (declared.next(), declared.next()) {
            (Some(only), None) if !only.disabled => Ok(vec![only.server.resource.clone()]),
            _ => Ok(Vec::new()),
        }
    }

    /// Whether all of these are known.
    fn know(&self, resources: &[Resource]) -> bool {
        resources.iter().all(|resource| self.0.iter().any(|entry| entry.server.resource == *resource))
    }

    /// What is known of these resources.
    pub(crate) fn servers_of(&self, resources: &[Resource]) -> Vec<&ResourceServer> {
        let these = self.0.iter().map(|entry| &entry.server);
        these.filter(|server| resources.contains(&server.resource)).collect()
    }

    /// Refuses where one of these resources takes no tokens.
    ///
    /// # Errors
    /// `invalid_target`.
    pub(crate) fn judge(&self, resources: &[Resource]) -> Result<(), OAuthError> {
        if self.0.iter().any(|entry| entry.disabled && resources.contains(&entry.server.resource)) {
            let description = "a resource takes no tokens; name those that do";
            return Err(OAuthError::new(OAuthErrorCode::InvalidTarget, description));
        }
        Ok(())
    }

    /// The longest that an access token lives by the word of its resource, in seconds.
    pub(crate) fn longest(&self) -> Option<u64> {
        self.0.iter().filter_map(|entry| entry.server.expires_in).max()
    }
}

impl Provider {
    /// Sees to it that these resources are known, with the terms they have: another instance may have made one a
    /// moment ago. The table is read again once a second for that.
    ///
    /// # Errors
    /// `invalid_target` where one is not known here, and what the database answers.
    pub(crate) async fn know(&self, resources: &[Resource]) -> Result<(), OAuthFailure> {
        if self.knows(resources).await? {
            return Ok(());
        }
        Err(OAuthFailure::new(OAuthErrorCode::InvalidTarget, "a resource of the grant is not known here"))
    }

    /// Whether these resources are known, after another look where one is not.
    pub(crate) async fn knows(&self, resources: &[Resource]) -> Result<bool, DbErr> {
        if self.known().know(resources) {
            return Ok(true);
        }
        let all = self.known_resources();
        let mut read = all.reading.lock().await;
        let now = self.cx().now();
        if !self.known().know(resources) && read.is_none_or(|at| now - at >= MISSES) {
            *read = Some(now);
            all.take_up(&store::resource::all(self.cx().db()).await?);
        }
        Ok(self.known().know(resources))
    }

    /// Takes up at once the resources that another instance has made or changed. Each does so every minute by
    /// itself, and its own changes count at once.
    ///
    /// # Errors
    /// What the database answers; then all stays as it is.
    pub async fn reload_resources(&self) -> Result<(), StartError> {
        let resources = self.known_resources();
        let _reading = resources.reading.lock().await;
        resources.take_up(&store::resource::all(self.cx().db()).await?);
        Ok(())
    }
}
