//! What plugins add, as data.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use sea_orm::{EntityTrait, IdenStatic as _};
use utoipa::openapi::security::SecurityScheme;

use crate::access::Access;
use crate::complaint::Complaint;
use crate::error::ErrorCode;
use crate::error_shape::ErrorShape;
use crate::hooks::PathPattern;
use crate::plugin::{Plugin, PluginId};
use crate::rate_limit::RateLimit;
use crate::schema::{Contribution, ContributionKind, DataMigration, Migration, TableSpec};

/// Everything the plugins of an app add, before anything runs.
pub struct Contributions {
    by: PluginId,
    listed: Vec<PluginId>,
    pub(crate) tables: Vec<Contribution>,
    pub(crate) migrations: Vec<Migration>,
    pub(crate) rate_limits: Vec<(PluginId, RateLimit)>,
    pub(crate) access: Vec<(PluginId, PathPattern, Access)>,
    pub(crate) error_shapes: Vec<(PluginId, PathPattern, ErrorShape)>,
    pub(crate) errors: Vec<(PluginId, PathPattern, ErrorCode)>,
    pub(crate) security_schemes: Vec<(PluginId, &'static str, SecurityScheme)>,
    pub(crate) session_schemes: Vec<&'static str>,
    pub(crate) abouts: Vec<(PluginId, &'static str)>,
    provides: Vec<(PluginId, &'static str)>,
    needs: Vec<(PluginId, &'static str)>,
    pub(crate) aliases: Vec<(PluginId, String, String)>,
    pub(crate) complaints: Vec<Complaint>,
}

impl fmt::Debug for Contributions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contributions").field("plugins", &self.listed).finish_non_exhaustive()
    }
}

impl Contributions {
    pub(crate) fn new() -> Self {
        Self {
            by: "core",
            listed: vec!["core"],
            tables: Vec::new(),
            migrations: Vec::new(),
            rate_limits: Vec::new(),
            access: Vec::new(),
            error_shapes: Vec::new(),
            errors: Vec::new(),
            security_schemes: Vec::new(),
            session_schemes: Vec::new(),
            abouts: Vec::new(),
            provides: Vec::new(),
            needs: Vec::new(),
            aliases: Vec::new(),
            complaints: Vec::new(),
        }
    }

    /// Takes in what another plugin adds, under that plugin's own name.
    ///
    /// A plugin that is listed twice is a complaint, and its second listing adds nothing.
    pub fn include(&mut self, plugin: &dyn Plugin) {
        let id = plugin.id();
        if self.listed.contains(&id) {
            self.complaints.push(Complaint::new(id, "is listed twice; keep one"));
            return;
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if id.is_empty() || !id.bytes().all(plain) || id == "app" || id == "schema" {
            let message = "is no name for a plugin; use lower-case letters, digits and dashes, such as my-plugin";
            self.complaints.push(Complaint::new(id, message));
        }
        self.listed.push(id);
        let outer = std::mem::replace(&mut self.by, id);
        plugin.contribute(self);
        self.by = outer;
    }

    /// Takes in what the app itself adds.
    pub(crate) fn app(&mut self, contribute: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.by, "app");
        contribute(self);
        self.by = outer;
    }

    /// The names of all plugins, in order.
    pub fn plugins(&self) -> &[PluginId] {
        &self.listed
    }

    /// Adds a table of the plugin's own, described by its entity.
    pub fn table<E: EntityTrait>(&mut self) -> Entry<'_, E> {
        self.entry(ContributionKind::Owns)
    }

    /// Adds columns to a table somebody else owns, described by a narrow entity with the same key.
    pub fn columns<E: EntityTrait>(&mut self) -> Entry<'_, E> {
        self.entry(ContributionKind::Extends)
    }

    /// Adds a table that was described by hand.
    pub fn table_spec(&mut self, spec: TableSpec) {
        self.tables.push(Contribution { by: Cow::Borrowed(self.by), kind: ContributionKind::Owns, spec });
    }

    /// Adds columns to a table somebody else owns, described by hand.
    pub fn columns_spec(&mut self, spec: TableSpec) {
        self.tables.push(Contribution { by: Cow::Borrowed(self.by), kind: ContributionKind::Extends, spec });
    }

    /// Adds a rewriting of rows that runs once in each database: `data_migration("notes/0002-titles", ..)`.
    ///
    /// The id is the plugin's name, a number and a name, at most 64 characters; it never changes and
    /// is never used again. Those before indexes run first, then those after everything else, each in the
    /// order in which they are added.
    pub fn data_migration(&mut self, id: impl Into<String>, data: DataMigration) {
        self.migrations.push(Migration { by: Cow::Borrowed(self.by), id: id.into(), data });
    }

    /// Limits how often a path may be asked.
    pub fn rate_limit(&mut self, limit: RateLimit) {
        self.rate_limits.push((self.by, limit));
    }

    /// Says who may call a path from a browser: cookies, CORS and the origin check follow from it.
    pub fn access(&mut self, path: impl Into<String>, access: Access) {
        self.access.push((self.by, PathPattern::new(path), access));
    }

    /// Says in which shape a path tells that it could not answer. Default by its access.
    pub fn error_shape(&mut self, path: impl Into<String>, shape: ErrorShape) {
        self.error_shapes.push((self.by, PathPattern::new(path), shape));
    }

    /// Declares codes that the routes of a path pattern can answer, also routes of other plugins a
    /// hook of this one stands before. They appear in the API description and in the reference of
    /// errors. What the gate and the extractors answer is there by itself.
    ///
    /// A code has one status and one message in all of an app; OAuth's own, in lower case, are told
    /// with a description of the case.
    pub fn errors(&mut self, path: impl Into<String>, codes: &[ErrorCode]) {
        let path = PathPattern::new(path);
        self.errors.extend(codes.iter().map(|code| (self.by, path.clone(), *code)));
    }

    /// Says what the plugin is for, in one sentence: it heads its operations in the API reference.
    pub fn about(&mut self, sentence: &'static str) {
        self.abouts.push((self.by, sentence));
    }

    /// Declares how callers of the plugin's operations prove who they are, under the name its
    /// operations use in `security(..)`. The core declares `session`, its cookie.
    pub fn security_scheme(&mut self, name: &'static str, scheme: impl Into<SecurityScheme>) {
        self.security_schemes.push((self.by, name, scheme.into()));
    }

    /// Declares another way to present a session: every operation that takes the session cookie,
    /// whichever plugin it belongs to, is described as taking this too.
    pub fn session_scheme(&mut self, name: &'static str, scheme: impl Into<SecurityScheme>) {
        self.security_scheme(name, scheme);
        self.session_schemes.push(name);
    }

    /// Says that a path is a second name of a route: it has the same hooks, limits and access.
    pub fn alias(&mut self, alias: impl Into<String>, of: impl Into<String>) {
        self.aliases.push((self.by, alias.into(), of.into()));
    }

    /// Says that something other plugins may need is there: `provides("mail")`. A plugin provides
    /// its own name by itself.
    pub fn provides(&mut self, name: &'static str) {
        self.provides.push((self.by, name));
    }

    /// Says that another plugin must be listed too: one of this name, or one that provides it. The
    /// order of the list does not matter.
    pub fn needs(&mut self, name: &'static str) {
        self.needs.push((self.by, name));
    }

    /// Says that the value of an option is wrong, and what would be right:
    /// `to.refuse("min_password", 0, "use at least 1")`.
    pub fn refuse(&mut self, option: impl Into<String>, value: impl fmt::Display, right: impl Into<String>) {
        self.complaints.push(Complaint::option(self.by, option, value, right));
    }

    /// Says what is wrong where it is not the value of one option.
    pub fn complain(&mut self, message: impl Into<String>) {
        self.complaints.push(Complaint::new(self.by, message));
    }

    /// Complaints about what cannot be known before all plugins are in.
    pub(crate) fn close(&mut self) {
        for (by, needed) in &self.needs {
            let provided = self.provides.iter().any(|(_, name)| name == needed);
            if !provided && !self.listed.contains(needed) {
                let message = format!("needs {needed:?}, which no listed plugin is or provides; add one that does");
                self.complaints.push(Complaint::new(*by, message));
            }
        }
    }

    fn entry<E: EntityTrait>(&mut self, kind: ContributionKind) -> Entry<'_, E> {
        match TableSpec::of::<E>() {
            Ok(spec) => {
                self.tables.push(Contribution { by: Cow::Borrowed(self.by), kind, spec });
                Entry { spec: self.tables.last_mut().map(|table| &mut table.spec), entity: PhantomData }
            }
            Err(errors) => {
                for error in errors {
                    self.complaints.push(Complaint::new(self.by, error.to_string()));
                }
                Entry { spec: None, entity: PhantomData }
            }
        }
    }
}

/// A table just added, to which indexes no attribute can express may follow.
#[derive(Debug)]
pub struct Entry<'a, E: EntityTrait> {
    spec: Option<&'a mut TableSpec>,
    entity: PhantomData<E>,
}

impl<E: EntityTrait> Entry<'_, E> {
    /// Adds an index over several columns, in this order.
    #[must_use]
    pub fn index<const N: usize>(self, columns: [E::Column; N]) -> Self {
        self.with(columns, false)
    }

    /// Adds a unique index over several columns, in this order.
    #[must_use]
    pub fn unique<const N: usize>(self, columns: [E::Column; N]) -> Self {
        self.with(columns, true)
    }

    /// Says by which column a live table of this name is known to be this one: see
    /// [`TableSpec::recognised_by`].
    #[must_use]
    pub fn recognised_by(mut self, column: E::Column) -> Self {
        if let Some(spec) = self.spec.as_deref_mut() {
            spec.mark = Some(column.as_str().to_owned());
        }
        self
    }

    fn with<const N: usize>(mut self, columns: [E::Column; N], unique: bool) -> Self {
        if let Some(spec) = self.spec.as_deref_mut() {
            let columns = columns.iter().map(|column| column.as_str().to_owned()).collect();
            spec.indexes.push(crate::schema::IndexSpec { columns, unique });
        }
        self
    }
}
