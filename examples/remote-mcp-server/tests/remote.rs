//! The server itself, in processes of its own, beside an authorization server whose people use it.
#![cfg(test)]

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use auth_core::{SystemClock, plugins};
use auth_email_password::EmailPassword;
use auth_oidc_provider::{AccessTokenFormat, ClientOption, OidcProvider, ResourceOption};
use auth_pages::Pages;
use auth_testkit::{Decision, OAuthClient, Person, Registration, TestApp, Tokens, Visit};
use reqwest::{Client, StatusCode};
use rmcp::model::{CallToolRequestParams, ClientConfig, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt as _};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::auth::{AuthClient, AuthorizationRequest, OAuthState};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::json;
use tokio::net::TcpSocket;

const SECRET: &str = "v3Yf0Tq9sLw2Xz8Rk5Jm1Hn7Pb4Gd6Ca";

/// A port that nobody else is given.
struct Port {
    address: SocketAddr,
    held: TcpSocket,
}

impl Port {
    fn free() -> Self {
        let held = TcpSocket::new_v4().unwrap();
        held.set_reuseaddr(true).unwrap();
        held.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self { address: held.local_addr().unwrap(), held }
    }

    fn resource(&self) -> String {
        format!("http://localhost:{}/mcp", self.address.port())
    }
}

/// A server in a process of its own, which ends with the test.
struct Server {
    process: Child,
    resource: String,
}

impl Server {
    /// Starts the binary, and waits until it says that it listens.
    async fn start(port: Port, issuer: &str, settings: &[(&str, &str)]) -> Self {
        let resource = port.resource();
        let mut command = Command::new(env!("CARGO_BIN_EXE_remote-mcp-server"));
        for name in ["RESOURCE", "INTROSPECTION_CLIENT_ID", "INTROSPECTION_CLIENT_SECRET", "RUST_LOG"] {
            command.env_remove(name);
        }
        let own = [("LISTEN", &*port.address.to_string()), ("ISSUER", issuer), ("INTROSPECTION_KEPT_FOR", "1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut process = command.envs(own).envs(settings.iter().copied()).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        let server = Self { process, resource };
        let listens = tokio::task::spawn_blocking(|| {
            said.lines().map_while(Result::ok).any(|line| line.starts_with("MCP endpoint"))
        });
        assert!(listens.await.unwrap(), "the server ended instead of listening");
        drop(port.held);
        server
    }

    /// Asks who calls, with a token; says the status, the challenge and the body.
    async fn whoami(&self, token: &str) -> (StatusCode, Option<String>, String) {
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "whoami", "arguments": {} } });
        let request = Client::new().post(&self.resource).bearer_auth(token);
        let request = request
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-06-18");
        let answer = request.json(&call).send().await.unwrap();
        let challenge = answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        (answer.status(), challenge, answer.text().await.unwrap())
    }

    async fn lets_in(&self, token: &str, who: &str) {
        let (status, _, body) = self.whoami(token).await;
        assert!(status == StatusCode::OK && body.contains(who), "{status} {body}");
    }

    /// Demands that a token is refused and nothing is done; returns where its client is sent.
    async fn refuses(&self, token: &str) -> String {
        let (status, challenge, body) = self.whoami(token).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{body}");
        assert!(!body.contains("through"), "{body}");
        let challenge = challenge.unwrap();
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        // Why is another matter.
        let parts = challenge.split(", ").filter(|part| !part.contains("error_description"));
        parts.collect::<Vec<_>>().join(", ")
    }

    /// Asks until the answer has this status: what was said before counts for a second.
    async fn comes_to_say(&self, token: &str, expected: StatusCode) {
        let asks = async { while self.whoami(token).await.0 != expected {} };
        tokio::time::timeout(Duration::from_secs(30), asks).await.unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An authorization server with people, and two resources elsewhere: tokens for one are JWTs, for the other not.
struct World {
    app: TestApp,
    alice: Person,
    client: OAuthClient,
    jwts: Server,
    opaque: Server,
}

impl World {
    async fn new() -> Self {
        let (of_jwts, of_opaque) = (Port::free(), Port::free());
        let resource = |port: &Port| ResourceOption::new(port.resource()).base_scope(["mcp:tools"]);
        let provider = OidcProvider::new("/sign-in")
            .dynamic_registration(true)
            .scope("mcp:tools", "Use the tools")
            .scope("other", "Do something else")
            .protected_resource(resource(&of_jwts).access_token_format(AccessTokenFormat::Jwt))
            .protected_resource(resource(&of_opaque))
            .client(ClientOption::confidential("opaque", SECRET).introspects(of_opaque.resource()));
        let app = TestApp::builder()
            .on_socket()
            // The other processes go by the clock of the machine.
            .configure(|builder| builder.clock(SystemClock))
            .plugins(plugins![EmailPassword::new(), Pages::new(), provider])
            .build()
            .await;
        let issuer = app.base_url();
        let asks = [("INTROSPECTION_CLIENT_ID", "opaque"), ("INTROSPECTION_CLIENT_SECRET", SECRET)];
        let jwts = Server::start(of_jwts, &issuer, &[]).await;
        let opaque = Server::start(of_opaque, &issuer, &asks).await;
        let client = app.registers(Registration::confidential_basic()).await.with_scope("openid mcp:tools");
        let alice = app.alice().await;
        Self { app, alice, client, jwts, opaque }
    }

    async fn tokens_for(&self, server: &Server) -> Tokens {
        let request = self.client.asks().with("resource", &server.resource);
        self.client.exchanges(&self.alice.allows(&request).await).await.succeeds()
    }

    async fn alice_id(&self) -> String {
        let session = self.alice.browser.fetches("/api/auth/get-session").await.json();
        session["user"]["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_either_form_are_good_at_their_own_server_and_nowhere_else() {
    let world = World::new().await;
    let (jwt, opaque) = (world.tokens_for(&world.jwts).await, world.tokens_for(&world.opaque).await);
    let who = format!("{} through {}, with openid mcp:tools", world.alice_id().await, world.client.client_id);
    let who_there = format!("{} through {}, with mcp:tools", world.alice_id().await, world.client.client_id);
    assert!(jwt.access_token.starts_with("ey") && opaque.access_token.starts_with("at_"));

    world.jwts.lets_in(&jwt.access_token, &who).await;
    world.opaque.lets_in(&opaque.access_token, &who_there).await;

    for (server, foreign) in [(&world.jwts, &opaque), (&world.opaque, &jwt)] {
        let challenge = server.refuses(&foreign.access_token).await;
        let described = server.resource.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
        assert!(challenge.contains(&described) && challenge.contains("scope=\"mcp:tools\""), "{challenge}");
        assert_eq!(server.refuses("made-up").await, challenge);
    }
    let other = world.client.asks().with("scope", "other").with("resource", &world.opaque.resource);
    let narrow = world.client.exchanges(&world.alice.allows(&other).await).await.succeeds();
    assert_eq!(world.opaque.whoami(&narrow.access_token).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_opaque_token_stops_working_once_its_answer_counts_no_more() {
    let world = World::new().await;
    let tokens = world.tokens_for(&world.opaque).await;
    world.opaque.lets_in(&tokens.access_token, &world.alice_id().await).await;

    world.client.revokes(&tokens.access_token).await.is_ok();

    world.opaque.comes_to_say(&tokens.access_token, StatusCode::UNAUTHORIZED).await;
    world.opaque.refuses(&tokens.access_token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_issuer_is_away_jwts_work_and_nobody_else_is_let_in() {
    let World { app, alice, client, jwts, opaque } = World::new().await;
    let token = async |server: &Server| {
        let code = alice.allows(&client.asks().with("resource", &server.resource)).await;
        client.exchanges(&code).await.succeeds().access_token
    };
    let (jwt, known, fresh) = (token(&jwts).await, token(&opaque).await, token(&opaque).await);
    jwts.lets_in(&jwt, "through").await;
    opaque.lets_in(&known, "through").await;

    drop((app, alice, client));

    opaque.comes_to_say(&known, StatusCode::SERVICE_UNAVAILABLE).await;
    let (status, challenge, body) = opaque.whoami(&fresh).await;
    assert_eq!((status, challenge), (StatusCode::SERVICE_UNAVAILABLE, None), "{body}");
    jwts.lets_in(&jwt, "through").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn the_rmcp_client_finds_the_issuer_signs_in_there_and_calls_a_tool() {
    let world = World::new().await;

    for server in [&world.jwts, &world.opaque] {
        let mut oauth = OAuthState::new(&server.resource, None).await.unwrap();
        oauth.start_authorization(AuthorizationRequest::new("http://127.0.0.1:9/callback")).await.unwrap();
        let callback = allows(&world.alice, &oauth.get_authorization_url().await.unwrap()).await;
        oauth.handle_callback_url(&callback).await.unwrap();
        let client = AuthClient::new(Client::new(), oauth.into_authorization_manager().unwrap());
        let config = StreamableHttpClientTransportConfig::with_uri(server.resource.clone());
        let transport = StreamableHttpClientTransport::with_client(client, config);
        let mode = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::LATEST] };
        let client = ClientConfig::default().serve_with_lifecycle(transport, mode).await.unwrap();

        let answer = client.call_tool(CallToolRequestParams::new("whoami")).await.unwrap();

        let said = serde_json::to_string(&answer.content).unwrap();
        assert!(said.contains(&world.alice_id().await), "{said}");
        client.cancel().await.unwrap();
    }
}
