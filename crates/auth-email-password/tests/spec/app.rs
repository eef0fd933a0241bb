//! An app on a database of its own, and what speaks to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use auth_core::entity::{account, session, user, verification};
use auth_core::{Auth, AuthBuilder, Clock, SchemaMode};
use auth_email_password::EmailPassword;
use auth_pages::Pages;
use auth_testkit::TestDatabase;
use axum::Router;
use axum::body::Body;
use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use sea_orm::{DatabaseConnection, EntityTrait as _};
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub(crate) const ORIGIN: &str = "http://localhost:3000";
pub(crate) const SECRET: &str = "q8Zk2vP0sT7xLw4nR6yB1mD9cF3hJ5gK-tests";
pub(crate) const PASSWORD: &str = "correct-horse-1";

/// A clock that only moves when it is told to.
#[derive(Clone)]
pub(crate) struct StoppedClock(Arc<Mutex<DateTime<Utc>>>);

impl StoppedClock {
    pub(crate) fn new() -> Self {
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

/// A running app.
pub(crate) struct App {
    pub(crate) auth: Auth,
    router: Router,
    _database: TestDatabase,
}

impl App {
    /// The plugin with its defaults, without limits.
    pub(crate) async fn new() -> Self {
        Self::with(EmailPassword::new()).await
    }

    pub(crate) async fn with(plugin: EmailPassword) -> Self {
        Self::of(ORIGIN, |builder| builder.rate_limits(false).plugin(plugin).plugin(Pages::new())).await
    }

    pub(crate) async fn of(base_url: &str, configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let database = TestDatabase::with_schema(&Auth::builder(base_url).schema().unwrap()).await;
        let builder = Auth::builder(base_url).app_name("Notes").database(database.url()).secret(SECRET);
        let auth = configure(builder.schema_mode(SchemaMode::Apply)).build().await.unwrap();
        Self { router: auth.router(), auth, _database: database }
    }

    pub(crate) fn db(&self) -> &DatabaseConnection {
        self.auth.context().db()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Reply { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// Posts JSON below the base path, as a program does.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.post_with(path, body, &[]).await
    }

    pub(crate) async fn post_with(&self, path: &str, body: Value, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::post(format!("/api/auth{path}")).header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn sign_up(&self, email: &str) -> Reply {
        self.post("/sign-up/email", json!({ "name": "Alice Example", "email": email, "password": PASSWORD })).await
    }

    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Reply {
        self.post("/sign-in/email", json!({ "email": email, "password": password })).await
    }

    /// Says who a cookie stands for.
    pub(crate) async fn session_of(&self, cookie: &str) -> Value {
        let request = Request::get("/api/auth/get-session").header(header::COOKIE, cookie);
        self.send(request.body(Body::empty()).unwrap()).await.json()
    }

    pub(crate) async fn users(&self) -> Vec<user::Model> {
        user::Entity::find().all(self.db()).await.unwrap()
    }

    pub(crate) async fn accounts(&self) -> Vec<account::Model> {
        account::Entity::find().all(self.db()).await.unwrap()
    }

    pub(crate) async fn sessions(&self) -> Vec<session::Model> {
        session::Entity::find().all(self.db()).await.unwrap()
    }

    /// Every row of every table, as text.
    pub(crate) async fn everything_stored(&self) -> String {
        let verifications = verification::Entity::find().all(self.db()).await.unwrap();
        format!("{:?}{:?}{:?}{verifications:?}", self.users().await, self.accounts().await, self.sessions().await)
    }
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

    /// The body with what differs from run to run replaced by dots.
    pub(crate) fn redacted(&self) -> Value {
        let mut body = self.json();
        for place in ["/token", "/user/id", "/user/createdAt", "/user/updatedAt"] {
            if let Some(value) = body.pointer_mut(place).filter(|value| value.is_string()) {
                *value = json!("..");
            }
        }
        body
    }

    pub(crate) fn refuses(&self, status: u16, code: &str, message: &str) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.json(), json!({ "code": code, "message": message }));
        assert!(!self.headers.contains_key(header::SET_COOKIE), "{self:?}");
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cookies it sets, by name: value and attributes.
    pub(crate) fn cookies(&self) -> BTreeMap<String, (String, Vec<String>)> {
        self.headers
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|line| {
                let mut parts = line.to_str().unwrap().split("; ");
                let (name, value) = parts.next().unwrap().split_once('=').unwrap();
                (name.to_owned(), (value.to_owned(), parts.map(str::to_owned).collect()))
            })
            .collect()
    }

    /// The session cookie as a browser sends it back.
    pub(crate) fn session_cookie(&self) -> String {
        let cookies = self.cookies();
        let (name, (value, _)) =
            cookies.iter().find(|(name, _)| name.ends_with("session_token")).unwrap_or_else(|| panic!("{self:?}"));
        format!("{name}={value}")
    }
}

/// A browser: it keeps cookies and says where a form comes from.
pub(crate) struct Browser<'a> {
    app: &'a App,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    pub(crate) fn of(app: &'a App) -> Self {
        Self { app, cookies: BTreeMap::new() }
    }

    pub(crate) async fn open(&mut self, path: &str) -> Reply {
        let request = Request::get(path).header(header::COOKIE, self.cookie_header());
        let reply = self.app.send(request.body(Body::empty()).unwrap()).await;
        self.keep(&reply);
        reply
    }

    /// Opens a page, fills in the fields and posts its form.
    pub(crate) async fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let page = self.open(path).await;
        self.submit(&page, fields).await
    }

    /// Posts the form of a page with its hidden fields; a field given again replaces the page's.
    pub(crate) async fn submit(&mut self, page: &Reply, fields: &[(&str, &str)]) -> Reply {
        let action = attribute(&page.text, "<form method=\"post\"", "action").expect("a form");
        let mut form: BTreeMap<String, String> = BTreeMap::new();
        for part in page.text.split("<input type=\"hidden\"").skip(1) {
            let name = attribute(part, "", "name").unwrap();
            form.insert(name, attribute(part, "", "value").unwrap());
        }
        form.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.post(&action, &pairs, ORIGIN).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)], origin: &str) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, origin)
            .header(header::COOKIE, self.cookie_header());
        let reply = self.app.send(request.body(Body::from(body)).unwrap()).await;
        self.keep(&reply);
        reply
    }

    pub(crate) fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, reply: &Reply) {
        self.cookies.extend(reply.cookies().into_iter().map(|(name, (value, _))| (name, value)));
    }
}

/// Reads an attribute of the first element after a mark.
pub(crate) fn attribute(html: &str, mark: &str, name: &str) -> Option<String> {
    let (_, rest) = if mark.is_empty() { ("", html) } else { html.split_once(mark)? };
    let (_, rest) = rest.split_once(&format!("{name}=\""))?;
    Some(rest.split('"').next()?.replace("&#38;", "&").replace("&#34;", "\""))
}
