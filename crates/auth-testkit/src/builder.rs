//! Setting up a test app.

use std::fmt;
use std::net::TcpListener;
use std::sync::Arc;

use auth_core::{Auth, AuthBuilder, AuthContext, Contributions, Mount, Plugin, PluginId, SchemaMode};
use axum::Router;

use crate::app::TestApp;
use crate::clock::FakeClock;
use crate::database::TestDatabase;
use crate::statements::StatementLog;

/// The app secret of every test app.
pub const SECRET: &str = "q8Zk2vP0sT7xLw4nR6yB1mD9cF3hJ5gK-test";

type Configure = Box<dyn FnOnce(AuthBuilder) -> AuthBuilder>;
type Routes = Box<dyn FnOnce(&Auth) -> Router>;

/// Sets up a test app. Default base URL `http://localhost:3000`, rate limits off.
pub struct TestAppBuilder {
    plugins: Vec<Box<dyn Plugin>>,
    base_url: String,
    socket: Option<TcpListener>,
    routes: Option<Routes>,
    configure: Vec<Configure>,
}

impl fmt::Debug for TestAppBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestAppBuilder").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl TestAppBuilder {
    pub(crate) fn new() -> Self {
        Self {
            plugins: Vec::new(),
            base_url: "http://localhost:3000".to_owned(),
            socket: None,
            routes: None,
            configure: Vec::new(),
        }
    }

    /// Adds a plugin.
    #[must_use]
    pub fn plugin(mut self, plugin: impl Plugin) -> Self {
        self.plugins.push(Box::new(plugin));
        self
    }

    /// Adds a list of plugins, as `auth_core::plugins![..]` makes it.
    #[must_use]
    pub fn plugins(mut self, plugins: Vec<Box<dyn Plugin>>) -> Self {
        self.plugins.extend(plugins);
        self
    }

    /// The public URL; on https cookies are `Secure` and named `__Host-…`.
    #[must_use]
    pub fn base_url(mut self, base_url: &str) -> Self {
        base_url.clone_into(&mut self.base_url);
        self
    }

    /// Listens on a free port of 127.0.0.1, for clients that need a socket, and makes it the base URL.
    #[must_use]
    pub fn on_socket(mut self) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        self.base_url = format!("http://{}", socket.local_addr().unwrap());
        self.socket = Some(socket);
        self
    }

    /// Adds routes of the app's own: `|auth| Router::new().nest_service("/mcp", ..).route_layer(..)`.
    #[must_use]
    pub fn routes(mut self, routes: impl FnOnce(&Auth) -> Router + 'static) -> Self {
        self.routes = Some(Box::new(routes));
        self
    }

    /// Switches the rate limits on.
    #[must_use]
    pub fn with_rate_limits(self) -> Self {
        self.configure(|builder| builder.rate_limits(true))
    }

    /// Changes anything else; runs after everything the kit sets itself.
    #[must_use]
    pub fn configure(mut self, configure: impl FnOnce(AuthBuilder) -> AuthBuilder + 'static) -> Self {
        self.configure.push(Box::new(configure));
        self
    }

    /// Builds the app on a database of its own; panics with every complaint.
    pub async fn build(self) -> TestApp {
        let plugins: Vec<Shared> = self.plugins.into_iter().map(|plugin| Shared(plugin.into())).collect();
        // In boxes, so that the types of a test's own functions do not nest too deep for the compiler.
        let database = Box::pin(database_for(&self.base_url, &plugins)).await;
        let db = Box::pin(database.connect()).await;
        let statements = StatementLog::default();
        let clock = FakeClock::default();
        let mut builder = with_plugins(Auth::builder(&self.base_url), &plugins)
            .database(statements.watch(&db))
            .secret(SECRET)
            .schema_mode(SchemaMode::Apply)
            .clock(clock.clone())
            .rate_limits(false);
        for configure in self.configure {
            builder = configure(builder);
        }
        let auth = Box::pin(builder.build()).await.unwrap_or_else(|error| panic!("the app does not come up: {error}"));
        let mut router = auth.router();
        if let Some(routes) = self.routes {
            router = routes(&auth).merge(router);
        }
        let router = StatementLog::around(router);
        TestApp::new(clock, auth, router, (db, database), statements).listening(self.socket)
    }
}

/// A plugin that is asked twice for its tables: for the database, and for the app.
#[derive(Clone)]
struct Shared(Arc<dyn Plugin>);

impl Plugin for Shared {
    fn id(&self) -> PluginId {
        self.0.id()
    }

    fn contribute(&self, to: &mut Contributions) {
        self.0.contribute(to);
    }

    fn mount(&self, cx: &AuthContext) -> Mount {
        self.0.mount(cx)
    }
}

fn with_plugins(builder: AuthBuilder, plugins: &[Shared]) -> AuthBuilder {
    plugins.iter().cloned().fold(builder, AuthBuilder::plugin)
}

/// Takes a database with the tables of these plugins, so that the app finds little to make.
async fn database_for(base_url: &str, plugins: &[Shared]) -> TestDatabase {
    match with_plugins(Auth::builder(base_url), plugins).schema() {
        Ok(schema) => TestDatabase::with_schema(&schema).await,
        // The app says what is wrong with it.
        Err(_) => TestDatabase::empty().await,
    }
}
