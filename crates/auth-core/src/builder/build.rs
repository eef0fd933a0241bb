//! The three depths of putting an app together: the schema, the routes, the running app.

use sea_orm::DatabaseConnection;
use url::Url;

use super::ready::ready;
use super::{AuthBuilder, BuildError, DatabaseSource, sweep};
use crate::adoption;
use crate::assemble::{self, Assembled};
use crate::auth::Auth;
use crate::complaint::Complaint;
use crate::config::{Config, check_base_path, is_loopback, parse_base_url};
use crate::context::{AuthContext, Inner};
use crate::contributions::Contributions;
use crate::database::{answers, answers_at, connect_lazily, is_about_url, masked};
use crate::entity::{account, migration, session, user, verification};
use crate::metrics::Metrics;
use crate::rate_limit::RateLimit;
use crate::schema::Schema;
use crate::secret::{Keys, Secret};

impl AuthBuilder {
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
        let mut given = None;
        let (url, connected) = match self.database.take() {
            None => {
                self.complaints.push(Complaint::option(
                    "core",
                    "database",
                    "not set",
                    "pass --database-url or set DATABASE_URL",
                ));
                (String::new(), Ok(DatabaseConnection::default()))
            }
            Some(DatabaseSource::Connection(db)) => ("given by the app".to_owned(), Ok(db)),
            Some(DatabaseSource::Url(url)) => {
                let connected = connect_lazily(&url).await;
                (masked(given.insert(url)), connected)
            }
        };
        if let Err(cause) = connected.as_ref()
            && is_about_url(cause)
        {
            let value = format!("{url}, which is not understood ({cause})");
            self.complaints.push(Complaint::option("core", "database", value, "use a URL such as sqlite:app.sqlite"));
        }
        // What is wrong with the configuration is told first, also when the database does not answer.
        let Assembled { auth, schema, jobs } =
            self.mount(connected.as_ref().map_or_else(|_| DatabaseConnection::default(), Clone::clone))?;
        let db = match connected {
            Ok(db) => match &given {
                Some(given) => Box::pin(answers_at(given, &db)).await,
                None => answers(&db).await,
            }
            .map(|()| db),
            Err(cause) => Err(cause),
        };
        let db = db.map_err(|cause| BuildError::Unreachable { url, cause })?;
        // In a box: whoever awaits this in a function of their own would have to raise the compiler's limit
        // of how deep types may nest.
        Box::pin(ready(&db, &schema, mode)).await?;
        for (plugin, job) in jobs {
            job.await.map_err(|cause| BuildError::Start { plugin, cause })?;
        }
        sweep::keep(auth.context());
        Ok(auth)
    }

    fn judge_secret(&mut self) {
        match self.secret_source.take().map(|source| source()) {
            Some(Ok(secret)) => self.secret = Some(Secret::new(secret)),
            Some(Err(why)) => return self.complaints.push(Complaint::new("core", why)),
            None => {}
        }
        // Whoever knows one of them signs cookies as well as whoever knows the secret of now.
        for weakness in self.previous_secrets.iter().filter_map(Secret::weakness) {
            let right = "take it away: what it has made can be made by anybody";
            self.complaints.push(Complaint::option("core", "previous_secrets", weakness, right));
        }
        let here = Url::parse(&self.base_url).is_ok_and(|url| is_loopback(&url));
        let Some(secret) = &self.secret else {
            let right = "set AUTH_SECRET to at least 32 random bytes";
            return self.complaints.push(Complaint::option("core", "secret", "not set", right));
        };
        let weakness = secret
            .weakness()
            .or_else(|| (!here && secret.is_published()).then(|| "one that stands in public documentation".to_owned()));
        if let Some(weakness) = weakness {
            let right = "use at least 32 random bytes, such as `openssl rand -base64 32` draws";
            self.complaints.push(Complaint::option("core", "secret", weakness, right));
        } else if secret.is_poor() {
            tracing::warn!("the secret looks typed rather than drawn at random");
        }
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
            keys: Keys::new(self.secret.unwrap_or_else(|| Secret::new(""))).with_previous(self.previous_secrets),
            limits: self.limits,
            metrics: Metrics::default(),
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
        to.table::<migration::Entity>();
        adoption::contribute(&mut to);
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
                reference: self.reference,
            }),
            Ok(_) => Err(complaints),
            Err(complaint) => {
                complaints.push(complaint);
                Err(complaints)
            }
        }
    }
}
