//! Putting an app together: data, then behaviour, then a database.

mod build;
mod error;
mod ready;
mod source;
mod sweep;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

pub use error::BuildError;
pub use ready::SchemaMode;
pub use source::DatabaseSource;

use crate::clock::{Clock, SystemClock};
use crate::complaint::Complaint;
use crate::config::{CookieOptions, SessionOptions, parse_origin};
use crate::contributions::Contributions;
use crate::http::ApiReference;
use crate::plugin::Plugin;
use crate::random::{Random, SystemRandom};
use crate::rate_limit::{MemoryStore, RateLimitStore};
use crate::secret::Secret;

type SecretSource = Box<dyn FnOnce() -> Result<String, String> + Send>;
type AppSchema = Box<dyn FnOnce(&mut Contributions) + Send>;

/// Collects what an app is made of. Nothing here needs a database.
pub struct AuthBuilder {
    base_url: String,
    base_path: String,
    app_name: String,
    trusted_origins: Vec<String>,
    trusted_proxies: Vec<IpAddr>,
    cookies: CookieOptions,
    session: SessionOptions,
    rate_limits: bool,
    reference: Option<ApiReference>,
    limits: Arc<dyn RateLimitStore>,
    database: Option<DatabaseSource>,
    secret: Option<Secret>,
    secret_source: Option<SecretSource>,
    previous_secrets: Vec<Secret>,
    mode: SchemaMode,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    plugins: Vec<Box<dyn Plugin>>,
    app: Vec<AppSchema>,
    complaints: Vec<Complaint>,
}

impl fmt::Debug for AuthBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plugins: Vec<_> = self.plugins.iter().map(|plugin| plugin.id()).collect();
        f.debug_struct("AuthBuilder")
            .field("base_url", &self.base_url)
            .field("database", &self.database)
            .field("plugins", &plugins)
            .finish_non_exhaustive()
    }
}

impl AuthBuilder {
    pub(crate) fn new(base_url: &str) -> Self {
        Self {
            base_url: base_url.to_owned(),
            base_path: "/api/auth".to_owned(),
            app_name: "Auth".to_owned(),
            trusted_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            cookies: CookieOptions::default(),
            session: SessionOptions::default(),
            rate_limits: true,
            reference: None,
            limits: Arc::new(MemoryStore::default()),
            database: None,
            secret: None,
            secret_source: None,
            previous_secrets: Vec::new(),
            mode: SchemaMode::default(),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            plugins: Vec::new(),
            app: Vec::new(),
            complaints: Vec::new(),
        }
    }

    /// Adds a plugin.
    #[must_use]
    pub fn plugin(mut self, plugin: impl Plugin) -> Self {
        self.plugins.push(Box::new(plugin));
        self
    }

    /// Adds a list of plugins, as `plugins![..]` makes it.
    #[must_use]
    pub fn plugins(mut self, plugins: Vec<Box<dyn Plugin>>) -> Self {
        self.plugins.extend(plugins);
        self
    }

    /// Adds tables and columns of the app's own to the schema, under the name `app`.
    #[must_use]
    pub fn app_schema(mut self, contribute: impl FnOnce(&mut Contributions) + Send + 'static) -> Self {
        self.app.push(Box::new(contribute));
        self
    }

    /// The database: a URL, or the app's own connection. No default; serving and migrating need one.
    #[must_use]
    pub fn database(mut self, database: impl Into<DatabaseSource>) -> Self {
        self.database = Some(database.into());
        self
    }

    /// The app secret: at least 32 bytes. It signs cookies and seals keys. No default; serving needs
    /// one.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(Secret::new(secret));
        self
    }

    /// Earlier app secrets, newest first, while what they have made still counts: sessions for as long as
    /// they last, and sealed keys, which are sealed anew at start. Default none.
    ///
    /// To change the secret: start every instance with the new one here, then with the new one as the
    /// secret and the old one here, and after a week without the old one.
    #[must_use]
    pub fn previous_secrets<S: Into<String>>(mut self, secrets: impl IntoIterator<Item = S>) -> Self {
        self.previous_secrets = secrets.into_iter().map(Secret::new).collect();
        self
    }

    /// Where the app secret comes from, asked only when the app is built with its database.
    #[must_use]
    pub fn secret_from(mut self, source: impl FnOnce() -> Result<String, String> + Send + 'static) -> Self {
        self.secret_source = Some(Box::new(source));
        self
    }

    /// What happens at start when the database lacks something. Default [`SchemaMode::Check`].
    #[must_use]
    pub fn schema_mode(mut self, mode: SchemaMode) -> Self {
        self.mode = mode;
        self
    }

    /// The name people see on pages. Default `Auth`.
    #[must_use]
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.app_name = name.into();
        self
    }

    /// The path of everything but pages and well-known documents. Default `/api/auth`.
    #[must_use]
    pub fn base_path(mut self, path: impl Into<String>) -> Self {
        self.base_path = path.into();
        self
    }

    /// Another origin whose browser pages may use cookies here. Default only that of the base URL.
    #[must_use]
    pub fn trusted_origin(mut self, origin: &str) -> Self {
        match parse_origin(origin) {
            Ok(origin) => self.trusted_origins.push(origin),
            Err(complaint) => self.complaints.push(complaint),
        }
        self
    }

    /// Proxies whose `X-Forwarded-For` is believed. Default none.
    #[must_use]
    pub fn trusted_proxies(mut self, proxies: impl IntoIterator<Item = IpAddr>) -> Self {
        self.trusted_proxies.extend(proxies);
        self
    }

    /// How cookies are named and where they are valid. Default as [`CookieOptions`] says.
    #[must_use]
    pub fn cookies(mut self, cookies: CookieOptions) -> Self {
        self.cookies = cookies;
        self
    }

    /// How long sessions live. Default as [`SessionOptions`] says.
    #[must_use]
    pub fn session(mut self, session: SessionOptions) -> Self {
        self.session = session;
        self
    }

    /// Switches all rate limits on or off. Default on.
    #[must_use]
    pub fn rate_limits(mut self, on: bool) -> Self {
        self.rate_limits = on;
        self
    }

    /// How the API reference at `/reference` below the base path is served. Default
    /// [`ApiReference::TryOut`] on this machine and [`ApiReference::ReadOnly`] elsewhere.
    #[must_use]
    pub fn api_reference(mut self, how: ApiReference) -> Self {
        self.reference = Some(how);
        self
    }

    /// Where requests are counted. Default in this process.
    #[must_use]
    pub fn rate_limit_store(mut self, store: impl RateLimitStore) -> Self {
        self.limits = Arc::new(store);
        self
    }

    /// The clock. Default the machine's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The source of randomness. Default the operating system's.
    #[must_use]
    pub fn random(mut self, random: impl Random) -> Self {
        self.random = Arc::new(random);
        self
    }

    /// Says whether a database was named.
    pub fn has_database(&self) -> bool {
        self.database.is_some()
    }

    /// The database that was named: what a migration needs beside [`AuthBuilder::schema`].
    pub fn database_source(&self) -> Option<&DatabaseSource> {
        self.database.as_ref()
    }
}
