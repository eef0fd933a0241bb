//! What servers made with rmcp are given: the list of tools for each caller, and what was forgotten.

use auth_core::{Auth, plugins};
use auth_email_password::EmailPassword;
use auth_mcp::{McpGuard, ToolScopes};
use auth_pages::Pages;
use auth_testkit::{Answer, TestApp};
use axum::Router;
use http::{Request, StatusCode};
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::model::{ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, ServerHandler, tool, tool_handler, tool_router};
use serde_json::{Value, json};

use crate::{mcp, tokens};

fn scopes() -> ToolScopes {
    ToolScopes::new().anonymous("search").tool("write", "notes:write").hide_ungranted(true)
}

#[derive(Clone)]
struct Tools {
    tool_router: ToolRouter<Self>,
}

#[tool_router]
impl Tools {
    #[tool(description = "Searches")]
    async fn search(&self) -> String {
        "found".to_owned()
    }

    #[tool(description = "Writes")]
    async fn write(&self) -> String {
        "written".to_owned()
    }

    #[tool(description = "Was forgotten")]
    async fn forgotten(&self) -> String {
        "called".to_owned()
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Tools {
    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(scopes().listed(ListToolsResult::with_all_items(self.tool_router.list_all()), &context))
    }

    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}

fn served(auth: &Auth) -> Router {
    let config = StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
    let service = StreamableHttpService::new(
        || Ok(Tools { tool_router: Tools::tool_router() }),
        LocalSessionManager::default().into(),
        config,
    );
    let guard = auth.handle::<McpGuard>().unwrap().tools(scopes()).unwrap();
    Router::new().nest_service("/mcp", service).route_layer(guard)
}

async fn app() -> TestApp {
    TestApp::builder().plugins(plugins![EmailPassword::new(), Pages::new(), mcp()]).routes(served).build().await
}

async fn asks_for_nothing(app: &TestApp, method: &str, params: Value) -> Answer {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let request = Request::post("/mcp")
        .header("host", "localhost:3000")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream");
    app.request(request.body(body.to_string()).unwrap()).await
}

#[tokio::test]
async fn each_caller_is_listed_what_is_theirs() {
    let app = app().await;
    let tokens = tokens(&app, &app.alice().await, "mcp:tools notes:write").await;

    let client = app.mcp("/mcp", &tokens.access_token);
    client.initialize().await.result();
    assert_eq!(client.lists_tools().await, ["search", "write"]);

    let listed = asks_for_nothing(&app, "tools/list", json!({})).await.expects(StatusCode::OK).json();
    let names: Vec<&Value> = listed["result"]["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
    assert_eq!(names, ["search"], "who has not signed in");
}

/// MCP 2026-07-28: what one caller sees is kept for no other.
#[tokio::test]
async fn a_list_for_one_caller_is_kept_for_nobody_else() {
    let app = app().await;
    let of_now = json!({"_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }});
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": of_now});
    let request = Request::post("/mcp")
        .header("host", "localhost:3000")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/list");

    let listed = app.request(request.body(body.to_string()).unwrap()).await.expects(StatusCode::OK).json();

    assert_eq!((&listed["result"]["cacheScope"], &listed["result"]["ttlMs"]), (&json!("private"), &json!(0)));
}

#[tokio::test]
async fn a_tool_for_everybody_runs_without_a_token() {
    let app = app().await;

    let said = asks_for_nothing(&app, "tools/call", json!({"name": "search"})).await.expects(StatusCode::OK).text();
    let refused = asks_for_nothing(&app, "tools/call", json!({"name": "write"})).await;

    assert!(said.contains("found"), "{said}");
    assert_eq!(refused.expects(StatusCode::UNAUTHORIZED).challenge()["scope"], "mcp:tools notes:write");
}

#[test]
fn what_was_forgotten_is_found_in_a_router() {
    assert_eq!(scopes().unlisted_of(&Tools::tool_router()), ["forgotten"]);
}
