//! The rmcp client, unmodified, over a socket: from the first 401 to a refreshed call, in both
//! generations of the protocol.

use auth_core::plugins;
use auth_email_password::EmailPassword;
use auth_mcp::{McpGuard, McpSession};
use auth_pages::Pages;
use auth_testkit::{Decision, Person, TestApp, Visit};
use axum::Router;
use http::request::Parts;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::tool::Extension;
use rmcp::model::{CallToolRequestParams, ClientConfig, ProtocolVersion, ServerCapabilities, ServerConfig};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt as _, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::auth::{AuthClient, AuthorizationRequest, OAuthState};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{RoleClient, ServerHandler, tool, tool_handler, tool_router};

use crate::mcp;

#[derive(Clone)]
pub(crate) struct Tools {
    tool_router: ToolRouter<Self>,
}

impl Tools {
    pub(crate) fn new() -> Self {
        Self { tool_router: Self::tool_router() }
    }
}

#[tool_router]
impl Tools {
    #[tool(description = "Says who is calling")]
    async fn whoami(&self, Extension(parts): Extension<Parts>) -> String {
        McpSession::of(&parts)
            .map_or_else(|| "nobody".to_owned(), |session| session.user_id.clone().unwrap_or_default())
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}

fn service() -> StreamableHttpService<Tools, LocalSessionManager> {
    let config = StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
    StreamableHttpService::new(|| Ok(Tools::new()), LocalSessionManager::default().into(), config)
}

async fn app() -> TestApp {
    TestApp::builder()
        .on_socket()
        .plugins(plugins![EmailPassword::new(), Pages::new(), mcp()])
        .routes(|auth| Router::new().nest_service("/mcp", service()).route_layer(auth.handle::<McpGuard>().unwrap()))
        .build()
        .await
}

/// Walks a person from the client's authorization URL to the client's callback.
async fn allows(person: &Person, url: &str) -> String {
    let mut visit = person.browser.get(url).await;
    for _ in 0..10 {
        visit = match visit {
            Visit::Away(url) => return url.into(),
            Visit::Page(page) => person.answers(&page, Decision::Allow).await,
        };
    }
    panic!("no end of pages: {visit:#?}");
}

async fn connects(
    app: &TestApp,
    person: &Person,
    mode: ClientLifecycleMode,
) -> RunningService<RoleClient, ClientConfig> {
    let endpoint = app.url("/mcp").to_string();
    let mut oauth = OAuthState::new(&endpoint, None).await.unwrap();
    oauth.start_authorization(AuthorizationRequest::new("http://127.0.0.1:9/callback")).await.unwrap();
    let callback = allows(person, &oauth.get_authorization_url().await.unwrap()).await;
    oauth.handle_callback_url(&callback).await.unwrap();

    let manager = oauth.into_authorization_manager().unwrap();
    manager.refresh_token().await.unwrap();
    let client = AuthClient::new(reqwest::Client::new(), manager);
    let transport =
        StreamableHttpClientTransport::with_client(client, StreamableHttpClientTransportConfig::with_uri(endpoint));
    ClientConfig::default().serve_with_lifecycle(transport, mode).await.unwrap()
}

async fn whoami(mode: ClientLifecycleMode) {
    let app = app().await;
    let alice = app.alice().await;
    let client = connects(&app, &alice, mode).await;

    let tools = client.list_all_tools().await.unwrap();
    let answer = client.call_tool(CallToolRequestParams::new("whoami")).await.unwrap();

    assert_eq!(tools.len(), 1);
    let said = serde_json::to_string(&answer.content).unwrap();
    let session = alice.browser.fetches("/api/auth/get-session").await.json();
    let user = session["user"]["id"].as_str().unwrap();
    assert!(said.contains(user), "{said} is not {user}");
    client.cancel().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_signs_in_refreshes_and_calls_a_tool_after_a_handshake() {
    whoami(ClientLifecycleMode::Initialize).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_signs_in_refreshes_and_calls_a_tool_without_sessions() {
    whoami(ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::LATEST] }).await;
}

/// SEC-13: a server without sessions has none to steal, and the name of one says nothing.
#[tokio::test]
async fn a_server_without_sessions_hands_none_out() {
    let app = app().await;
    let alice = app.alice().await;
    let client = crate::client(&app, "mcp:tools").await;
    let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();

    let answer = app.mcp("/mcp", &tokens.access_token).initialize().await;

    answer.result();
    assert_eq!(answer.header("mcp-session-id"), None);
}
