//! A whole app in a test: the real router on a real database, under a clock that stands still.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use auth_core::{Auth, Plugin};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{HeaderValue, Method, Request, Uri, header};
use http_body_util::BodyExt as _;
use sea_orm::DatabaseConnection;
use serde_json::Value;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::answer::Answer;
use crate::browser::Browser;
use crate::builder::TestAppBuilder;
use crate::clock::FakeClock;
use crate::database::{self, TestDatabase};
use crate::description;
use crate::mcp_client::McpClient;
use crate::oauth_answer::OAuthAnswer;
use crate::oauth_client::OAuthClient;
use crate::person::Person;
use crate::registration::Registration;
use crate::secrets::{KnownSecret, Secrets};
use crate::statements::StatementLog;

/// Where requests seem to come from: a documentation address. RFC 5737 §3.
const PEER: ([u8; 4], u16) = ([203, 0, 113, 7], 50_000);

/// How long an answer may take, in real time.
const PATIENCE: Duration = Duration::from_mins(1);

/// A whole app in a test. Clones are the same app.
#[derive(Clone)]
pub struct TestApp {
    /// The app's time.
    pub clock: FakeClock,
    inner: Arc<Inner>,
}

struct Inner {
    auth: Auth,
    /// The API description, as JSON.
    document: Value,
    base_url: Url,
    router: Router,
    statements: StatementLog,
    secrets: Secrets,
    server: OnceLock<JoinHandle<()>>,
    db: DatabaseConnection,
    // Dropped last: nobody else may have it before.
    _database: TestDatabase,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(server) = self.server.get() {
            server.abort();
        }
    }
}

impl fmt::Debug for TestApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestApp").field("base_url", &self.inner.base_url.as_str()).finish_non_exhaustive()
    }
}

impl TestApp {
    /// Builds an app of these plugins on a database of its own.
    pub async fn with(plugins: Vec<Box<dyn Plugin>>) -> Self {
        Self::builder().plugins(plugins).build().await
    }

    /// Sets up an app that is otherwise than [`TestApp::with`] makes it.
    pub fn builder() -> TestAppBuilder {
        TestAppBuilder::new()
    }

    pub(crate) fn new(
        clock: FakeClock,
        auth: Auth,
        router: Router,
        (db, database): (DatabaseConnection, TestDatabase),
        statements: StatementLog,
    ) -> Self {
        let inner = Inner {
            base_url: auth.context().config().base_url().clone(),
            document: serde_json::to_value(auth.openapi()).unwrap(),
            auth,
            router,
            statements,
            secrets: Secrets::default(),
            server: OnceLock::new(),
            db,
            _database: database,
        };
        Self { clock, inner: Arc::new(inner) }
    }

    /// Serves on a socket until the last clone of the app is gone.
    pub(crate) fn listening(self, socket: Option<std::net::TcpListener>) -> Self {
        let Some(socket) = socket else { return self };
        socket.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(socket).unwrap();
        let router = self.inner.router.clone();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move {
            axum::serve(listener, service).await.unwrap();
        });
        self.inner.server.set(server).unwrap();
        self
    }

    /// The app itself: handles, configuration, description.
    pub fn auth(&self) -> &Auth {
        &self.inner.auth
    }

    /// The whole router, the app's own routes included.
    pub fn router(&self) -> Router {
        self.inner.router.clone()
    }

    /// The public URL, without a slash at its end; also the issuer.
    pub fn base_url(&self) -> String {
        self.inner.auth.context().config().origin()
    }

    /// The absolute URL of a path of the app: `/mcp`, or a URL that is absolute already.
    pub fn url(&self, path: &str) -> Url {
        self.inner.base_url.join(path).unwrap()
    }

    /// The absolute URL of a path below the base path: `/oauth2/token`.
    pub fn endpoint(&self, path: &str) -> Url {
        Url::parse(&self.inner.auth.context().config().endpoint(path)).unwrap()
    }

    /// A handle on the database whose statements are not written down.
    pub fn db(&self) -> &DatabaseConnection {
        &self.inner.db
    }

    /// The statements requests have run since the app came up.
    pub fn statements(&self) -> &StatementLog {
        &self.inner.statements
    }

    /// Counts the rows of a table.
    pub async fn count(&self, table: &str) -> u64 {
        database::count(&self.inner.db, table).await
    }

    /// Writes down every column of every row of every table, one row a line.
    pub async fn dump_tables(&self) -> String {
        database::dump_tables(&self.inner.db).await
    }

    /// Every credential that passed by: passwords, cookies, tokens, codes, secrets, handles.
    pub fn secrets(&self) -> Vec<KnownSecret> {
        self.inner.secrets.all()
    }

    /// Remembers a credential the kit cannot see by itself, one that went over a socket for example.
    pub fn learns(&self, what: &str, value: &str) {
        self.inner.secrets.learn(what, value);
    }

    pub(crate) fn known(&self) -> &Secrets {
        &self.inner.secrets
    }

    /// Demands that no table holds a credential that passed by; panics naming it and the row.
    pub async fn stores_no_secret(&self) {
        let dump = self.dump_tables().await;
        for KnownSecret { what, value } in self.secrets() {
            if let Some(row) = dump.lines().find(|row| row.contains(&value)) {
                panic!("the {what} {value:?} is stored in clear: {row}");
            }
        }
    }

    /// Sends a request through the real router and reads the answer to its end.
    ///
    /// An absolute URL is sent as `Host` and path, a path gets the app's own `Host`. The peer is
    /// 203.0.113.7 unless the request carries a `ConnectInfo<SocketAddr>` of its own.
    ///
    /// Panics where a described operation answers with a status or a code its description does not
    /// name: the description is true, or a test fails.
    pub async fn request(&self, request: Request<impl Into<Body>>) -> Answer {
        let (mut parts, body) = request.into_parts();
        let authority =
            parts.uri.authority().map_or_else(|| self.inner.base_url.authority().to_owned(), ToString::to_string);
        let host = HeaderValue::from_str(&authority).unwrap();
        parts.headers.entry(header::HOST).or_insert(host);
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = path.parse().unwrap();
        if parts.extensions.get::<ConnectInfo<SocketAddr>>().is_none() {
            parts.extensions.insert(ConnectInfo(SocketAddr::from(PEER)));
        }
        let request = Request::from_parts(parts, body.into());
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let told = format!("{method} {path}");
        let answer = tokio::time::timeout(PATIENCE, self.answer(request))
            .await
            .unwrap_or_else(|_| panic!("no answer to {told}"));
        self.inner.secrets.learn_from(&answer, &self.inner.base_url);
        description::judge(&self.inner.document, &method, &path, &answer)
            .unwrap_or_else(|lie| panic!("{lie}; {}", answer.describe()));
        answer
    }

    async fn answer(&self, request: Request<Body>) -> Answer {
        let response = self.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }

    /// Gets a path or URL as a program does: no cookies, no browser headers.
    pub async fn get(&self, path: &str) -> Answer {
        let uri: Uri = self.url(path).as_str().parse().unwrap();
        self.request(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    /// Posts JSON as a program does.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        let request = self.posts(path, "application/json");
        self.request(request.body(body.to_string()).unwrap()).await
    }

    /// Posts a form as a program does.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.posts(path, "application/x-www-form-urlencoded");
        self.request(request.body(body).unwrap()).await
    }

    fn posts(&self, path: &str, content_type: &str) -> http::request::Builder {
        Request::builder().method(Method::POST).uri(self.url(path).as_str()).header(header::CONTENT_TYPE, content_type)
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(self)
    }

    /// Somebody without an account, with a browser of their own.
    pub fn person(&self, name: &str, email: &str) -> Person {
        Person::new(self, name, email)
    }

    /// Alice, who has signed up.
    pub async fn alice(&self) -> Person {
        let alice = self.person("Alice", "alice@example.com");
        alice.signs_up().await;
        alice
    }

    /// Bob, who has signed up.
    pub async fn bob(&self) -> Person {
        let bob = self.person("Bob", "bob@example.com");
        bob.signs_up().await;
        bob
    }

    /// Registers a public client with a loopback redirect URI.
    pub async fn registers_client(&self) -> OAuthClient {
        self.registers(Registration::public()).await
    }

    /// Registers a client; panics with the answer if it is refused.
    pub async fn registers(&self, registration: Registration) -> OAuthClient {
        let answer = self.tries_to_register(&registration).await;
        assert_eq!(answer.status, 201, "registration: {}", answer.describe());
        OAuthClient::registered(self, &registration, answer.json())
    }

    /// Asks for a registration that may be refused.
    pub async fn tries_to_register(&self, registration: &Registration) -> OAuthAnswer {
        let endpoint = self.endpoint("/oauth2/register");
        let metadata = registration.metadata();
        OAuthAnswer::new("registration", self.post_json(endpoint.as_str(), &metadata).await)
    }

    /// An MCP client that presents this access token to a path of the app.
    pub fn mcp(&self, path: &str, access_token: &str) -> McpClient {
        McpClient::new(self, path, access_token)
    }
}
