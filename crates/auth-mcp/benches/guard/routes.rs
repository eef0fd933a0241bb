//! One handler behind nothing, behind one read, and behind the guards.

use std::net::SocketAddr;

use auth_core::{Auth, plugins};
use auth_email_password::EmailPassword;
use auth_mcp::{Mcp, McpGuard};
use auth_oidc_provider::{AccessTokenFormat, ResourceOption};
use auth_outbound::{Outbound, OutboundOptions};
use auth_pages::Pages;
use auth_protocol::resource::Resource;
use auth_resource_server::{Clock, Jwks, RequireToken};
use auth_testkit::{OAuthClient, Person, TestApp};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use tokio::net::TcpListener;

/// A server in another process, which verifies tokens by itself.
const FILES: &str = "https://files.example/mcp";

/// A route that listens, and what a load asks it with.
pub(crate) struct Served {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    pub(crate) load: String,
}

/// Serves each way at a port of its own; the app keeps its database while it lives.
pub(crate) async fn serve() -> (TestApp, Vec<Served>) {
    let files = ResourceOption::new(FILES).base_scope(["mcp:tools"]).access_token_format(AccessTokenFormat::Jwt);
    let mcp = Mcp::new().login_page("/sign-in").resource("/mcp").base_scope("mcp:tools", "Use the tools");
    let mcp = mcp.provider(|provider| provider.protected_resource(files));
    let app = TestApp::builder().plugins(plugins![EmailPassword::new(), Pages::new(), mcp]).build().await;
    let client = app.registers_client().await.with_scope("mcp:tools");
    let (opaque, jwt) = {
        let alice = app.alice().await;
        (token(&app, &alice, &client, "/mcp").await, token(&app, &alice, &client, FILES).await)
    };
    let bare = || Router::new().route("/mcp", post(|body: String| async { body }));
    let guard: McpGuard = app.auth().handle().unwrap();

    let read = from_fn_with_state(app.db().clone(), one_read);
    let remote = remote(&app).await;
    let served = vec![
        listens("the bare route", bare(), "").await,
        listens("the route with one indexed read of SQLite", bare().route_layer(read), "").await,
        listens("the guard with an opaque token", bare().route_layer(guard.clone()), &opaque).await,
        listens("the guard with a JWT, ES256", bare().route_layer(remote), &jwt).await,
        listens("the guard without a token, answered 401", bare().route_layer(guard), "").await,
    ];
    (app, served)
}

async fn token(app: &TestApp, person: &Person, client: &OAuthClient, resource: &str) -> String {
    let resource = if resource.starts_with('/') { app.url(resource).to_string() } else { resource.to_owned() };
    let request = client.asks().without("resource").and("resource", &resource);
    let code = person.allows(&request).await;
    client.exchanges(&code).await.succeeds().access_token.clone()
}

/// As much as any check of an opaque token has to do at least: find a row by a unique column.
async fn one_read(State(db): State<DatabaseConnection>, request: Request, next: Next) -> Response {
    let person = Query::select().column("id").from("user").and_where(Expr::col("email").eq("alice@example.com")).take();
    assert!(db.query_one(&person).await.unwrap().is_some());
    next.run(request).await
}

/// The guard of a server without a database, which knows the keys of the app.
async fn remote(app: &TestApp) -> RequireToken {
    let keys = app.get("/api/auth/jwks").await.text().clone();
    let published = Router::new().route("/jwks", get(move || std::future::ready(keys.clone())));
    let at = listens("keys", published, "").await.address;
    let outbound = Outbound::new(OutboundOptions::new().allow_loopback()).unwrap();
    let verifier = Jwks::builder(outbound, app.base_url(), &Resource::parse(FILES).unwrap())
        .jwks_uri(format!("http://{at}/jwks").parse().unwrap())
        .clock(Standing(unix_seconds(app.auth())));
    let metadata = "https://files.example/.well-known/oauth-protected-resource/mcp".parse().unwrap();
    RequireToken::builder(verifier.build().unwrap(), metadata).build().unwrap()
}

fn unix_seconds(auth: &Auth) -> i64 {
    auth.context().now().timestamp()
}

/// The time of the app, which stands still.
struct Standing(i64);

impl Clock for Standing {
    fn unix_seconds(&self) -> i64 {
        self.0
    }
}

async fn listens(name: &'static str, router: Router, token: &str) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    Served { name, address, load: token.to_owned() }
}
