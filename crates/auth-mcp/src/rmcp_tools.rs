//! What servers made with rmcp would write by hand otherwise. Feature `rmcp`.

use http::request::Parts;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::model::{CacheScope, ListToolsResult, ProtocolVersion};
use rmcp::service::{RequestContext, RoleServer};

use crate::session::McpSession;
use crate::tool_scopes::ToolScopes;

impl ToolScopes {
    /// The part of a list of tools that the caller of a request sees, as [`ToolScopes::shows`] has it. Nobody else is
    /// given it from a cache (MCP 2026-07-28).
    ///
    /// For a `list_tools` of the app's own. Feature `rmcp`.
    pub fn listed(&self, mut all: ListToolsResult, context: &RequestContext<RoleServer>) -> ListToolsResult {
        let session = context.extensions.get::<Parts>().and_then(McpSession::of);
        all.tools.retain(|tool| self.shows(&tool.name, session));
        if context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28) {
            return all.with_ttl_ms(0).with_cache_scope(CacheScope::Private);
        }
        all
    }

    /// The tools of a router that are not named here, so that nobody could call them: for a test of the app. Feature
    /// `rmcp`.
    pub fn unlisted_of<S: Send + Sync + 'static>(&self, router: &ToolRouter<S>) -> Vec<String> {
        let tools = router.list_all();
        self.unlisted(tools.iter().map(|tool| &*tool.name)).into_iter().map(str::to_owned).collect()
    }
}
