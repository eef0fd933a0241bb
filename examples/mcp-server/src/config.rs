//! The settings of this server: flags, or environment variables.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::{fmt, fs};

use auth_core::database::masked;
use auth_core::{SchemaMode, is_loopback};
use auth_outbound::{DevelopmentHosts, OutboundOptions};
use url::Url;

use crate::secret;

/// The settings of this server.
#[derive(Clone, clap::Args)]
pub(crate) struct Config {
    /// The address to listen on.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:3000")]
    pub(crate) listen: SocketAddr,

    /// The URL people and clients reach this server at. Default `http://localhost:<port>`.
    #[arg(long, env = "BASE_URL")]
    base_url: Option<String>,

    /// The database. By default an SQLite file in this folder, made and migrated by itself.
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite:mcp-server.sqlite", hide_env_values = true)]
    database_url: String,

    /// The secret that signs cookies and seals keys: at least 32 random bytes.
    #[arg(long, env = "AUTH_SECRET", hide_env_values = true)]
    auth_secret: Option<String>,

    /// Earlier secrets, while what they have signed and sealed still counts: for a week.
    #[arg(long, env = "AUTH_PREVIOUS_SECRETS", value_delimiter = ',', hide_env_values = true)]
    pub(crate) auth_previous_secrets: Vec<String>,

    /// What happens at start where the database lacks something. By default an SQLite file is brought
    /// up to date, as this server's own, and others are checked.
    #[arg(long, env = "SCHEMA", value_parser = ["apply", "check", "off"])]
    schema: Option<String>,

    /// Whether requests are limited.
    #[arg(long, env = "RATE_LIMIT", default_value = "on", value_parser = ["on", "off"])]
    rate_limit: String,

    /// Proxies whose `X-Forwarded-For` is believed.
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',')]
    pub(crate) trusted_proxies: Vec<IpAddr>,

    /// Hosts of clients' metadata documents that stand for servers on this machine, for whoever develops a client:
    /// `host=127.0.0.1:port`. Only where the base URL names this machine too.
    #[arg(long, env = "CIMD_DEV_RESOLVE", value_parser = DevelopmentHosts::parse)]
    cimd_dev_resolve: Option<DevelopmentHosts>,

    /// A file with a root certificate that counts for these hosts alone, in PEM.
    #[arg(long, env = "CIMD_DEV_CA", value_parser = development_root)]
    cimd_dev_ca: Option<DevelopmentHosts>,
}

fn development_root(file: &str) -> Result<DevelopmentHosts, Box<dyn Error + Send + Sync>> {
    Ok(DevelopmentHosts::default().trusting(&fs::read(file)?)?)
}

impl fmt::Debug for Config {
    /// Shows the database without its password, and no secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("base_url", &self.base_url())
            .field("database_url", &masked(&self.database_url))
            .finish_non_exhaustive()
    }
}

impl Config {
    pub(crate) fn base_url(&self) -> String {
        self.base_url.clone().unwrap_or_else(|| format!("http://localhost:{}", self.listen.port()))
    }

    pub(crate) fn database_url(&self) -> String {
        self.database_url.clone()
    }

    /// An SQLite file is this server's own and migrated by itself; others are checked only.
    pub(crate) fn schema_mode(&self) -> SchemaMode {
        match self.schema.as_deref() {
            Some("apply") => SchemaMode::Apply,
            Some("check") => SchemaMode::Check,
            Some(_) => SchemaMode::Off,
            None if self.is_sqlite() => SchemaMode::Apply,
            None => SchemaMode::Check,
        }
    }

    /// The secret as given. A server for this machine on an SQLite file makes and keeps its own;
    /// without one, `build` complains.
    pub(crate) fn secret(&self) -> impl FnOnce() -> Result<String, String> + Send + use<> {
        let given = self.auth_secret.clone();
        let makes_its_own = self.is_sqlite() && self.is_loopback();
        move || match given {
            Some(secret) => Ok(secret),
            None if makes_its_own => secret::kept(Path::new(secret::FILE)),
            None => Err("secret is not set; set AUTH_SECRET to at least 32 random bytes".to_owned()),
        }
    }

    /// What may be fetched from clients: public addresses, and what stands for them here.
    pub(crate) fn outbound(&self) -> OutboundOptions {
        let given = [&self.cimd_dev_resolve, &self.cimd_dev_ca].into_iter().flatten().cloned();
        OutboundOptions::new().development_hosts(given.fold(DevelopmentHosts::default(), DevelopmentHosts::and))
    }

    fn is_sqlite(&self) -> bool {
        self.database_url.starts_with("sqlite:")
    }

    fn is_loopback(&self) -> bool {
        Url::parse(&self.base_url()).is_ok_and(|url| is_loopback(&url))
    }

    pub(crate) fn rate_limits(&self) -> bool {
        self.rate_limit == "on"
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, FromArgMatches as _};

    use super::*;

    #[test]
    fn settings_are_shown_without_secret_and_password() {
        let given = ["app", "--auth-secret", "hunter2-hunter2", "--database-url", "postgres://me:hunter2@db/app"];
        let matches = Config::augment_args(clap::Command::new("app")).get_matches_from(given);

        let shown = format!("{:?}", Config::from_arg_matches(&matches).unwrap());

        assert!(shown.contains("postgres://me:***@db/app") && !shown.contains("hunter2"), "{shown}");
    }
}
