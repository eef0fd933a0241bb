//! The tools of this server. They know who calls by what the token says.

use auth_resource_server::VerifiedToken;
use http::request::Parts;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::tool::Extension;
use rmcp::model::{Implementation, ServerCapabilities, ServerConfig};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, ServerHandler, tool, tool_handler, tool_router};

/// The tools over HTTP.
pub(crate) type Mcp = StreamableHttpService<Tools, LocalSessionManager>;

/// The tools, for one request.
#[derive(Clone, Debug)]
pub(crate) struct Tools {
    tool_router: ToolRouter<Self>,
}

/// Serves the tools without sessions of their own, so that any instance can answer any request.
pub(crate) fn service() -> Mcp {
    // The guard in front has judged host and origin, by the URL of the resource.
    let config = StreamableHttpServerConfig::default()
        .disable_allowed_hosts()
        .with_legacy_session_mode(false)
        .with_json_response(true);
    StreamableHttpService::new(
        || Ok(Tools { tool_router: Tools::tool_router() }),
        LocalSessionManager::default().into(),
        config,
    )
}

#[tool_router]
impl Tools {
    #[tool(description = "Says who is calling", annotations(read_only_hint = true))]
    async fn whoami(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        let token = parts.extensions.get::<VerifiedToken>();
        let token = token.ok_or_else(|| ErrorData::internal_error("this route has no guard", None))?;
        let client = token.client_id.as_deref().unwrap_or("a client without a name");
        Ok(format!("{} through {client}, with {}", token.subject, token.scope))
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("remote", env!("CARGO_PKG_VERSION")))
            .with_instructions("Says who is calling.")
    }
}
