//! An MCP server behind something that stands for a proxy, on a socket.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use auth_core::{Auth, plugins};
use auth_doctor::{Doctor, Examination, Profile, metadata_document};
use auth_email_password::EmailPassword;
use auth_mcp::{Mcp, McpGuard};
use auth_outbound::{DevelopmentHosts, OutboundOptions};
use auth_pages::Pages;
use auth_testkit::{TestApp, WebSite};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::any;
use http::header;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

/// A server that is served.
pub(crate) struct Deployment {
    /// The URL that is typed into clients.
    pub(crate) url: Url,
    server: JoinHandle<()>,
    // Lives as long as the server.
    app: TestApp,
    _documents: Vec<WebSite>,
}

impl Drop for Deployment {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub(crate) fn mcp() -> Mcp {
    Mcp::new()
        .login_page("/sign-in")
        .resource("/mcp")
        .base_scope("mcp:tools", "Use the tools of this server")
        .scope("notes:write", "Write and delete your notes")
}

/// Serves the MCP route with its guard.
pub(crate) fn guarded(auth: &Auth) -> Router {
    Router::new().route("/mcp", any(answers)).route_layer(auth.handle::<McpGuard>().unwrap())
}

/// The answer of an MCP server to everything.
pub(crate) async fn answers() -> axum::Json<Value> {
    axum::Json(json!({ "jsonrpc": "2.0", "id": 1, "result": {} }))
}

impl Deployment {
    /// How many clients the server knows.
    pub(crate) async fn count_of_clients(&self) -> u64 {
        self.app.count("oauthApplication").await
    }
}

/// A sound app behind a proxy.
pub(crate) async fn behind<F>(proxy: impl Fn(Request, Next) -> F + Clone + Send + Sync + 'static) -> Deployment
where
    F: Future<Output = Response> + Send + 'static,
{
    deployed(mcp(), guarded, proxy).await
}

/// Any app behind a proxy. The web sites of clients serve their documents.
pub(crate) async fn deployed<F>(
    mcp: Mcp,
    routes: fn(&Auth) -> Router,
    proxy: impl Fn(Request, Next) -> F + Clone + Send + Sync + 'static,
) -> Deployment
where
    F: Future<Output = Response> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let documents = documents().await;
    let hosts = documents.iter().map(standing_for).fold(DevelopmentHosts::default(), DevelopmentHosts::and);
    let outbound = OutboundOptions::new().development_hosts(hosts);
    let app = TestApp::builder()
        .base_url(&base_url)
        .plugins(plugins![EmailPassword::new(), Pages::new(), mcp.provider(|provider| provider.outbound(outbound))])
        .routes(routes)
        .build()
        .await;
    let service = app.router().layer(from_fn(proxy)).into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    let url = Url::parse(&format!("{base_url}/mcp")).unwrap();
    Deployment { url, server, app, _documents: documents }
}

/// The web sites of all clients. The key is that of RFC 7515 A.3.
async fn documents() -> Vec<WebSite> {
    let key = json!({
        "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "k1",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let keys = json!({ "keys": [key] });
    let mut sites = BTreeMap::new();
    for (url, document) in clients().iter().filter_map(|client| metadata_document(client, &keys)) {
        let host = url.host_str().unwrap().to_owned();
        let known = sites.remove(&host);
        let site = match known {
            Some(site) => site,
            None => WebSite::at([&*host]).await,
        };
        site.says(url.path(), &document, "max-age=60");
        sites.insert(host, site);
    }
    sites.into_values().collect()
}

fn standing_for(site: &WebSite) -> DevelopmentHosts {
    DevelopmentHosts::parse(&site.entries()).unwrap().trusting(site.root().as_bytes()).unwrap()
}

/// What is found out in the way of these clients, or of all.
pub(crate) async fn examined(url: &Url, clients: &[&str]) -> Examination {
    let clients: Vec<String> = clients.iter().map(|client| (*client).to_owned()).collect();
    Doctor::new().unwrap().only(&clients).examine(url).await.unwrap()
}

/// The names of all clients but that of the specification.
pub(crate) fn clients() -> Vec<Profile> {
    auth_doctor::profiles().unwrap()
}

/// Changes the text of a body.
pub(crate) async fn rewritten(response: Response, change: impl FnOnce(String) -> String) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, change(String::from_utf8_lossy(&body).into_owned()).into())
}
