//! The settings of this server: flags, or environment variables.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use auth_resource_server::IntrospectionClient;

/// An MCP server whose people sign in elsewhere.
#[derive(Clone, clap::Parser)]
pub(crate) struct Config {
    /// The address to listen on.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:3001")]
    pub(crate) listen: SocketAddr,

    /// The URL of the MCP endpoint, which is what tokens have to be for. Default `http://localhost:<port>/mcp`.
    #[arg(long, env = "RESOURCE")]
    resource: Option<String>,

    /// The authorization server whose tokens count, as it calls itself.
    #[arg(long, env = "ISSUER", default_value = "http://localhost:3000")]
    pub(crate) issuer: String,

    /// The client that this server is there, where it asks about tokens that are no JWTs.
    #[arg(long, env = "INTROSPECTION_CLIENT_ID", requires = "introspection_client_secret")]
    introspection_client_id: Option<String>,

    /// The secret of that client.
    #[arg(long, env = "INTROSPECTION_CLIENT_SECRET", hide_env_values = true, requires = "introspection_client_id")]
    introspection_client_secret: Option<String>,

    /// Seconds an answer about a token counts: so long may a revoked one still work.
    #[arg(long, env = "INTROSPECTION_KEPT_FOR", default_value_t = 30)]
    introspection_kept_for: u64,
}

impl fmt::Debug for Config {
    /// Shows no secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("resource", &self.resource())
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Config {
    pub(crate) fn resource(&self) -> String {
        self.resource.clone().unwrap_or_else(|| format!("http://localhost:{}/mcp", self.listen.port()))
    }

    pub(crate) fn introspection_client(&self) -> Option<IntrospectionClient> {
        let (id, secret) = (self.introspection_client_id.as_ref()?, self.introspection_client_secret.as_ref()?);
        Some(IntrospectionClient::client_secret_basic(id, secret))
    }

    pub(crate) fn introspection_kept_for(&self) -> Duration {
        Duration::from_secs(self.introspection_kept_for)
    }
}
