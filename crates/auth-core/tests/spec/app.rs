//! An app on a database of its own, and what speaks to it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use auth_core::{Auth, AuthBuilder, Clock, SchemaMode, plugins};
use auth_testkit::TestDatabase;
pub(crate) use auth_testkit::{definition as master, dump_tables as dump};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::plugins::Door;

pub(crate) const ORIGIN: &str = "http://localhost:3000";
pub(crate) const SECRET: &str = "q8Zk2vP0sT7xLw4nR6yB1mD9cF3hJ5gK-tests";
pub(crate) const DAY: i64 = 86_400;

/// A clock that only moves when it is told to.
#[derive(Clone)]
pub(crate) struct StoppedClock(Arc<Mutex<DateTime<Utc>>>);

impl StoppedClock {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap())))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        *self.0.lock().unwrap() += Duration::seconds(seconds);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

tokio::task_local! {
    /// Set while a request is answered, so that what background tasks ask is not counted.
    static ANSWERING: ();
}

/// A running app.
pub(crate) struct App {
    pub(crate) auth: Auth,
    pub(crate) clock: StoppedClock,
    statements: Arc<Mutex<Vec<String>>>,
    _database: TestDatabase,
}

impl App {
    /// An app with a door to come in by, without limits.
    pub(crate) async fn new() -> Self {
        Self::of(ORIGIN, |builder| builder.rate_limits(false).plugins(plugins![Door])).await
    }

    /// An app with a door and what else it is given, without limits.
    pub(crate) async fn with(plugin: impl auth_core::Plugin) -> Self {
        Self::of(ORIGIN, |builder| builder.rate_limits(false).plugins(plugins![Door]).plugin(plugin)).await
    }

    pub(crate) async fn of(base_url: &str, configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let database = TestDatabase::with_schema(&Auth::builder(base_url).schema().unwrap()).await;
        let clock = StoppedClock::new();
        let statements = Arc::new(Mutex::new(Vec::new()));
        let mut db = database.connect().await;
        let log = Arc::clone(&statements);
        db.set_metric_callback(move |ran: &sea_orm::metric::Info<'_>| {
            if ANSWERING.try_get().is_ok() {
                log.lock().unwrap().push(ran.statement.sql.clone());
            }
        });
        let builder =
            Auth::builder(base_url).database(db).secret(SECRET).schema_mode(SchemaMode::Apply).clock(clock.clone());
        let auth = configure(builder).build().await.unwrap();
        Self { auth, clock, statements, _database: database }
    }

    pub(crate) fn db(&self) -> &DatabaseConnection {
        self.auth.context().db()
    }

    pub(crate) async fn send(&self, request: Request) -> Reply {
        send(&self.auth.router(), request).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(request(Method::GET, path, headers, "")).await
    }

    /// Posts JSON to a path below the base path.
    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        let headers = [&[("content-type", "application/json")], headers].concat();
        self.send(request(Method::POST, path, &headers, &body.to_string())).await
    }

    /// Comes in by the door; returns the cookie as a browser sends it back.
    pub(crate) async fn enters(&self, email: &str) -> String {
        self.enter(email, true).await.session_cookie()
    }

    pub(crate) async fn enter(&self, email: &str, remember: bool) -> Reply {
        let reply = self.post("/enter", &[], &json!({ "email": email, "remember": remember })).await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        reply
    }

    pub(crate) async fn session_of(&self, cookie: &str) -> Reply {
        self.get("/get-session", &[("cookie", cookie)]).await
    }

    /// Says whether a cookie stands for somebody.
    pub(crate) async fn knows(&self, cookie: &str) -> bool {
        let reply = self.session_of(cookie).await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        !reply.json().is_null()
    }

    /// The statements requests have run since the last call.
    pub(crate) fn statements(&self) -> Vec<String> {
        std::mem::take(&mut *self.statements.lock().unwrap())
    }

    /// Every row of every table, as text.
    pub(crate) async fn everything_stored(&self) -> String {
        dump(self.db()).await
    }
}

pub(crate) async fn send(router: &Router, request: Request) -> Reply {
    let mark = |request: Request, next: Next| ANSWERING.scope((), next.run(request));
    let response = router.clone().layer(from_fn(mark)).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Reply { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
}

/// A request to a path below the base path; a path that begins with `//` is one at the origin.
pub(crate) fn request(method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let path = path
        .strip_prefix('/')
        .filter(|rest| rest.starts_with('/'))
        .map_or_else(|| format!("/api/auth{path}"), str::to_owned);
    let mut request = http::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

/// Says where a request comes from.
pub(crate) fn from_peer(mut request: Request, peer: &str) -> Request {
    request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
    request
}

/// Runs a statement. Names stand in double quotes, types are called as in [`spoken`].
pub(crate) async fn run(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(&spoken(sql)).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// What the tests are run on decides which of the three it is.
pub(crate) fn one_of<T>(sqlite: T, postgres: T, mysql: T) -> T {
    match auth_testkit::backend() {
        DbBackend::Postgres => postgres,
        DbBackend::MySql => mysql,
        _ => sqlite,
    }
}

/// Types of columns, as each database calls what we write to them.
const TYPES: [(&str, [&str; 3]); 8] = [
    ("<id>", ["text", "text", "varchar(36) CHARACTER SET ascii COLLATE ascii_bin"]),
    ("<str>", ["text", "text", "varchar(255) COLLATE utf8mb4_bin"]),
    ("<text>", ["text", "text", "text COLLATE utf8mb4_bin"]),
    ("<bool>", ["integer", "bool", "bool"]),
    ("<int>", ["integer", "integer", "int"]),
    ("<number>", ["integer", "serial", "int AUTO_INCREMENT"]),
    ("<bytes>", ["blob", "bytea", "blob"]),
    ("<time>", ["date", "timestamptz", "datetime(6)"]),
];

/// A statement in the words of the database. No text in these tests holds a double quote.
pub(crate) fn spoken(sql: &str) -> String {
    let quoted = one_of(sql.to_owned(), sql.to_owned(), sql.replace('"', "`"));
    TYPES
        .iter()
        .fold(quoted, |sql, (name, [sqlite, postgres, mysql])| sql.replace(name, one_of(sqlite, postgres, mysql)))
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Asserts the refusal in the core's shape, and that no cookie comes with it.
    pub(crate) fn refuses(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.json()["code"], code, "{self:?}");
        assert_eq!(self.header("cache-control"), "no-store");
        assert!(!self.headers.contains_key(header::SET_COOKIE), "{self:?}");
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn set_cookie(&self) -> &str {
        self.header("set-cookie")
    }

    /// The session cookie as a browser sends it back.
    pub(crate) fn session_cookie(&self) -> String {
        self.set_cookie().split(';').next().unwrap().to_owned()
    }
}
