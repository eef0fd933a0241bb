//! Putting an app together: data, then behaviour, then a database.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{DatabaseConnection, DbErr};

use crate::assemble::{self, Assembled};
use crate::auth::Auth;
use crate::clock::{Clock, SystemClock};
use crate::complaint::Complaint;
use crate::config::{Config, CookieOptions, SessionOptions, check_base_path, parse_base_url, parse_origin};
use crate::context::{AuthContext, Inner};
use crate::contributions::Contributions;
use crate::database::{connect_lazily, is_about_url, masked};
use crate::entity::{account, session, user, verification};
use crate::plugin::Plugin;
use crate::random::{Random, SystemRandom};
use crate::rate_limit::{MemoryStore, RateLimit, RateLimitStore};
use crate::schema::{self, Schema};
use crate::secret::{Keys, Secret};
use crate::store;

/// What happens at start when the database lacks something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SchemaMode {
    /// Refuse to start, with one list of everything missing.
    #[default]
    Check,
    /// Add what is missing, under a lock.
    Apply,
    /// Do not look.
    Off,
}

/// Where the data is.
#[derive(Clone)]
pub enum DatabaseSource {
    /// A URL to connect to: `sqlite:app.sqlite`.
    Url(String),
    /// A connection the app already has.
    Connection(DatabaseConnection),
}

impl fmt::Debug for DatabaseSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => write!(f, "Url({})", masked(url)),
            Self::Connection(_) => f.write_str("Connection(..)"),
        }
    }
}

impl From<String> for DatabaseSource {
    fn from(url: String) -> Self {
        Self::Url(url)
    }
}

impl From<&str> for DatabaseSource {
    fn from(url: &str) -> Self {
        Self::Url(url.to_owned())
    }
}

impl From<DatabaseConnection> for DatabaseSource {
    fn from(connection: DatabaseConnection) -> Self {
        Self::Connection(connection)
    }
}

/// Why an app did not come up.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The configuration is wrong; every complaint at once.
    #[error("the configuration has {} problem(s):{}", .0.len(), lines(.0))]
    Configuration(Vec<Complaint>),
    /// No database was named.
    #[error("no database is set; pass --database-url or set DATABASE_URL")]
    NoDatabase,
    /// The database does not answer.
    #[error("the database {url} does not answer")]
    Unreachable {
        /// Its URL, without password.
        url: String,
        /// What the driver said.
        #[source]
        cause: DbErr,
    },
    /// The database lacks something, or has it differently.
    #[error("the database is not ready, {} step(s) are missing; run `cargo xtask migrate`:{}", .0.len(), lines(.0))]
    NotReady(Vec<String>),
    /// Adding what is missing failed.
    #[error("the schema could not be brought up to date")]
    Schema(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A plugin's start-up job failed.
    #[error("{plugin} could not start: {cause}")]
    Start {
        /// The plugin.
        plugin: &'static str,
        /// What it said.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

fn lines<T: fmt::Display>(list: &[T]) -> String {
    list.iter().fold(String::new(), |text, item| format!("{text}\n  - {item}"))
}

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
    limits: Arc<dyn RateLimitStore>,
    database: Option<DatabaseSource>,
    secret: Option<Secret>,
    secret_source: Option<SecretSource>,
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
            limits: Arc::new(MemoryStore::default()),
            database: None,
            secret: None,
            secret_source: None,
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

    /// The database: a URL, or the app's own connection.
    #[must_use]
    pub fn database(mut self, database: impl Into<DatabaseSource>) -> Self {
        self.database = Some(database.into());
        self
    }

    /// The app secret: at least 32 bytes. It signs cookies and seals keys.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(Secret::new(secret));
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

    /// Another origin whose browser pages may use cookies here.
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

    /// How cookies are named and where they are valid.
    #[must_use]
    pub fn cookies(mut self, cookies: CookieOptions) -> Self {
        self.cookies = cookies;
        self
    }

    /// How long sessions live.
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

    /// Merges what the plugins add to the schema. Needs no secret and no database.
    ///
    /// # Errors
    /// [`BuildError::Configuration`] with every conflict.
    pub fn schema(mut self) -> Result<Schema, BuildError> {
        let mut contributions = self.contribute();
        assemble::merge_schema(&mut contributions).map_err(BuildError::Configuration)
    }

    /// Mounts everything without a database: for the API description.
    ///
    /// # Errors
    /// [`BuildError::Configuration`] with every complaint.
    pub fn assemble(mut self) -> Result<Auth, BuildError> {
        // Descriptions need no secret; a random one signs nothing that outlives this call.
        if self.secret.is_none() {
            let secret = crate::random::token(&*self.random).map_err(|error| BuildError::Schema(Box::new(error)))?;
            self.secret = Some(Secret::new(secret));
        }
        Ok(self.mount(DatabaseConnection::default())?.auth)
    }

    /// Connects, checks or applies the schema, and runs the start-up jobs.
    ///
    /// # Errors
    /// [`BuildError`]: every configuration complaint at once, then the database's.
    pub async fn build(mut self) -> Result<Auth, BuildError> {
        let mode = self.mode;
        self.judge_secret();
        let (url, connected) = match self.database.take() {
            None => {
                self.complaints.push(Complaint::new("core", BuildError::NoDatabase.to_string()));
                (String::new(), Ok(DatabaseConnection::default()))
            }
            Some(DatabaseSource::Connection(db)) => ("given by the app".to_owned(), Ok(db)),
            Some(DatabaseSource::Url(url)) => (masked(&url), connect_lazily(&url).await),
        };
        if let Err(cause) = connected.as_ref()
            && is_about_url(cause)
        {
            self.complaints.push(Complaint::new("core", format!("database URL {url} is not understood: {cause}")));
        }
        // What is wrong with the configuration is told first, also when the database does not answer.
        let Assembled { auth, schema, jobs } =
            self.mount(connected.as_ref().map_or_else(|_| DatabaseConnection::default(), Clone::clone))?;
        let db = match connected {
            Ok(db) => db.ping().await.map(|()| db),
            Err(cause) => Err(cause),
        };
        let db = db.map_err(|cause| BuildError::Unreachable { url, cause })?;
        ready(&db, &schema, mode).await?;
        for (plugin, job) in jobs {
            job.await.map_err(|cause| BuildError::Start { plugin, cause })?;
        }
        sweep_sessions(auth.context().clone());
        Ok(auth)
    }

    fn judge_secret(&mut self) {
        match self.secret_source.take().map(|source| source()) {
            Some(Ok(secret)) => self.secret = Some(Secret::new(secret)),
            Some(Err(why)) => return self.complaints.push(Complaint::new("core", why)),
            None => {}
        }
        let message = match self.secret.as_ref().map(|secret| (secret.weakness(), secret.is_poor())) {
            None => "no secret is set; set AUTH_SECRET to at least 32 random bytes".to_owned(),
            Some((Some(weakness), _)) => format!("the secret {weakness}; use at least 32 random bytes"),
            Some((None, true)) => return tracing::warn!("the secret looks typed rather than drawn at random"),
            Some((None, false)) => return,
        };
        self.complaints.push(Complaint::new("core", message));
    }

    fn mount(mut self, db: DatabaseConnection) -> Result<Assembled, BuildError> {
        let mut contributions = self.contribute();
        let mut complaints = std::mem::take(&mut self.complaints);
        let config = match self.config() {
            Ok(config) => config,
            Err(more) => {
                complaints.extend(more);
                complaints.extend(assemble::merge_schema(&mut contributions).err().into_iter().flatten());
                return Err(BuildError::Configuration(complaints));
            }
        };
        let cx = AuthContext::new(Inner {
            config,
            db,
            clock: self.clock,
            random: self.random,
            keys: Keys::new(self.secret.unwrap_or_else(|| Secret::new(""))),
            limits: self.limits,
            sealed: std::sync::OnceLock::new(),
        });
        assemble::assemble(cx, &self.plugins, contributions, complaints).map_err(BuildError::Configuration)
    }

    fn contribute(&mut self) -> Contributions {
        let mut to = Contributions::new();
        to.table::<user::Entity>();
        to.table::<session::Entity>();
        to.table::<account::Entity>();
        to.table::<verification::Entity>();
        to.rate_limit(RateLimit::new("/get-session", 10, 1000));
        to.rate_limit(RateLimit::new("/sign-out", 10, 100));
        for plugin in &self.plugins {
            to.include(&**plugin);
        }
        for contribute in self.app.drain(..) {
            to.app(contribute);
        }
        to.close();
        to
    }

    fn config(&mut self) -> Result<Config, Vec<Complaint>> {
        let mut complaints = Vec::new();
        if let Err(complaint) = check_base_path(&self.base_path) {
            complaints.push(complaint);
        }
        match parse_base_url(&self.base_url) {
            Ok(base_url) if complaints.is_empty() => Ok(Config {
                base_url,
                base_path: std::mem::take(&mut self.base_path),
                app_name: std::mem::take(&mut self.app_name),
                trusted_origins: std::mem::take(&mut self.trusted_origins),
                trusted_proxies: std::mem::take(&mut self.trusted_proxies),
                cookies: self.cookies.clone(),
                session: self.session,
                rate_limits: self.rate_limits,
            }),
            Ok(_) => Err(complaints),
            Err(complaint) => {
                complaints.push(complaint);
                Err(complaints)
            }
        }
    }
}

/// How often sessions that are over are looked for.
const SWEEP_EVERY: Duration = Duration::from_mins(5);
/// The most sessions one look deletes.
const SWEEP_MOST: u64 = 500;

/// Lets a background task delete sessions that are over, a bounded number at a time.
fn sweep_sessions(cx: AuthContext) {
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(SWEEP_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match store::session::sweep(cx.db(), cx.now(), SWEEP_MOST).await {
                Ok(0) => {}
                Ok(rows) => tracing::debug!(rows, "sessions.deleted"),
                Err(error) => tracing::warn!(%error, "sessions.not_deleted"),
            }
        }
    });
}

/// Brings the database up to the schema, or says what it lacks.
async fn ready(db: &DatabaseConnection, schema: &Schema, mode: SchemaMode) -> Result<(), BuildError> {
    match mode {
        SchemaMode::Off => Ok(()),
        SchemaMode::Apply => {
            let applied = schema::apply(db, schema).await.map_err(|cause| BuildError::Schema(Box::new(cause)))?;
            tracing::info!(steps = applied.steps.len(), "schema.applied");
            Ok(())
        }
        SchemaMode::Check => {
            let plan = schema::pending(db, schema).await.map_err(|cause| BuildError::Schema(Box::new(cause)))?;
            let refusals = plan.refusals.iter().map(ToString::to_string);
            let missing: Vec<String> = refusals.chain(plan.steps.iter().map(ToString::to_string)).collect();
            if missing.is_empty() { Ok(()) } else { Err(BuildError::NotReady(missing)) }
        }
    }
}
