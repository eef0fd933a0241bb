//! An authorization server for the remote MCP server, in memory. Run it with `AUTH_SECRET` and
//! `INTROSPECTION_CLIENT_SECRET`, 32 random bytes each: `cargo run -p remote-mcp-server --example provider`

use std::fmt;
use std::process::ExitCode;

use auth_core::{Auth, AuthBuilder, SchemaMode};
use auth_email_password::EmailPassword;
use auth_oidc_provider::{ClientIdDocuments, ClientOption, OidcProvider, ResourceOption};
use auth_pages::Pages;

/// The MCP endpoint in the other process.
const RESOURCE: &str = "http://localhost:3001/mcp";

/// The settings of this server.
#[derive(Clone, clap::Args)]
struct Config {
    /// The secret that signs cookies and seals keys.
    #[arg(long, env = "AUTH_SECRET", hide_env_values = true, default_value = "")]
    auth_secret: String,
    /// The secret by which the MCP server proves who it is.
    #[arg(long, env = "INTROSPECTION_CLIENT_SECRET", hide_env_values = true, default_value = "")]
    introspection_client_secret: String,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").finish_non_exhaustive()
    }
}

fn auth(config: &Config) -> AuthBuilder {
    let mcp = ResourceOption::new(RESOURCE).base_scope(["mcp:tools"]);
    let server = ClientOption::confidential("remote-mcp-server", &config.introspection_client_secret);
    let provider = OidcProvider::new("/sign-in")
        .dynamic_registration(true)
        .client_id_documents(ClientIdDocuments::new())
        .scope("mcp:tools", "Use the tools of the remote server")
        .protected_resource(mcp)
        .client(server.introspects(RESOURCE));
    Auth::builder("http://localhost:3000")
        .database("sqlite::memory:")
        .schema_mode(SchemaMode::Apply)
        .secret(&config.auth_secret)
        .plugin(EmailPassword::new())
        .plugin(Pages::new())
        .plugin(provider)
}

async fn serve(auth: Auth, _: Config) -> anyhow::Result<()> {
    let listener = auth_cli::listen("127.0.0.1:3000").await?;
    Ok(auth_cli::serve(listener, auth.router()).await?)
}

fn main() -> ExitCode {
    auth_cli::main(auth, serve)
}
