//! An app with one small plugin, and its command line in a directory of its own.
#![expect(clippy::unwrap_used, reason = "test support: what goes wrong here is a failed test")]

use std::io::{self, Cursor, Write};
use std::path::Path;

use async_trait::async_trait;
use auth_cli::{Console, Exit};
use auth_core::schema::{ColumnSpec, LogicalType, TableSpec};
use auth_core::session::SessionIssued;
use auth_core::{
    After, Auth, AuthBuilder, AuthContext, Contributions, ErrorCode, Exchange, HookError, InTransaction, Mount, On,
    Plugin, PluginId, UserCreated,
};
use auth_testkit::{TestDatabase, backend, definition};
use axum::response::Response;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) const SECRET: &str = "q8Zk2vP0sT7xLw4nR6yB1mD9cF3hJ5gK";

/// Shows so many notes.
struct Notes(u32);

/// Listens, and does nothing.
struct Listens;

#[async_trait]
impl After for Listens {
    async fn after(&self, _: &Exchange<'_>, response: Response) -> Response {
        response
    }
}

#[async_trait]
impl InTransaction<UserCreated> for Listens {
    async fn on(&self, _: &UserCreated, _: &DatabaseTransaction) -> Result<(), HookError> {
        Ok(())
    }
}

#[async_trait]
impl On<SessionIssued> for Listens {
    async fn on(&self, _: &SessionIssued) -> Result<(), HookError> {
        Ok(())
    }
}

/// Lists notes.
#[utoipa::path(get, path = "/notes", responses((status = 200, description = "All notes")))]
async fn notes() -> &'static str {
    "[]"
}

impl Plugin for Notes {
    fn id(&self) -> PluginId {
        "notes"
    }

    fn contribute(&self, to: &mut Contributions) {
        to.table_spec(TableSpec::new("note").key("id").column(ColumnSpec::new("text", LogicalType::Text)));
        to.errors("/notes", &[ErrorCode { code: "NOTES_ARE_GONE", status: 410, message: "The notes are gone" }]);
        if self.0 == 0 {
            to.refuse("shown", self.0, "use at least 1");
        }
    }

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of("notes")
            .base(OpenApiRouter::new().routes(routes!(notes)))
            .after("/notes", Listens)
            .on_in_transaction::<UserCreated>(Listens)
            .on::<SessionIssued>(Listens)
    }
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Config {
    #[arg(long, default_value = "http://localhost:3000")]
    pub(crate) base_url: String,
    #[arg(long)]
    pub(crate) secret: Option<String>,
    #[arg(long, default_value_t = 20)]
    pub(crate) shown: u32,
}

pub(crate) fn build(config: &Config) -> AuthBuilder {
    let mut builder = Auth::builder(&config.base_url).plugin(Notes(config.shown));
    if config.shown == 0 {
        builder = builder.app_schema(|to| {
            to.table_spec(TableSpec::new("note").key("id").column(ColumnSpec::new("text", LogicalType::Int)));
        });
    }
    match &config.secret {
        Some(secret) => builder.secret(secret),
        None => builder,
    }
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A pipe whose reader is gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

/// A directory in which commands are run, and an empty database.
pub(crate) struct Place {
    folder: TempDir,
    database: TestDatabase,
    runtime: Runtime,
}

impl Place {
    pub(crate) fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let database = runtime.block_on(TestDatabase::empty());
        Self { folder: TempDir::new().unwrap(), database, runtime }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn url(&self) -> String {
        self.database.url().to_owned()
    }

    /// The name that `--backend` has for the kind of database.
    pub(crate) fn backend() -> &'static str {
        Self::one_of("sqlite", "postgres", "mysql")
    }

    /// What the tests are run on decides which of the three it is.
    pub(crate) fn one_of<T>(sqlite: T, postgres: T, mysql: T) -> T {
        match backend() {
            DbBackend::Postgres => postgres,
            DbBackend::MySql => mysql,
            _ => sqlite,
        }
    }

    /// Does to the database what no command does.
    pub(crate) fn in_database<T>(&self, work: impl AsyncFnOnce(&DatabaseConnection) -> T) -> T {
        self.runtime.block_on(async {
            let db = self.database.connect().await;
            let done = work(&db).await;
            db.close().await.unwrap();
            done
        })
    }

    /// Runs statements whose names stand in double quotes.
    pub(crate) fn alters(&self, statements: &[&str]) {
        self.in_database(async |db| {
            for sql in statements {
                let quoted = sql.replace('"', Self::one_of("\"", "\"", "`"));
                db.execute_unprepared(&quoted).await.unwrap();
            }
        });
    }

    /// Says whether nothing was made, not even the file.
    pub(crate) fn is_untouched(&self) -> bool {
        let file = self.url();
        match file.strip_prefix("sqlite:") {
            Some(file) => !Path::new(file).exists(),
            None => self.in_database(async |db| definition(db).await).is_empty(),
        }
    }

    /// Runs a command with nobody at the console.
    pub(crate) fn runs(&self, line: &str) -> Outcome {
        self.runs_with(line, None)
    }

    /// Runs a command with a person at the console.
    pub(crate) fn runs_answered(&self, line: &str, answer: &'static str) -> Outcome {
        self.runs_with(line, Some(answer))
    }

    /// Runs a command whose text nobody reads any more, as before `| head`.
    pub(crate) fn runs_unread(&self, line: &str) -> Outcome {
        let mut err = Vec::new();
        let exit = self.runs_at(line, Console::new(Closed, &mut err));
        Outcome { exit, out: String::new(), err: String::from_utf8(err).unwrap() }
    }

    fn runs_with(&self, line: &str, answer: Option<&'static str>) -> Outcome {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut console = Console::new(&mut out, &mut err);
        if let Some(answer) = answer {
            console = console.answered_by(Cursor::new(answer));
        }
        let exit = self.runs_at(line, console);
        Outcome { exit, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
    }

    fn runs_at(&self, line: &str, mut console: Console<'_>) -> Exit {
        let url = self.url();
        let words = ["app", "--database-url", &url].into_iter();
        let words: Vec<&str> = words.chain(line.split_whitespace()).collect();
        auth_cli::run(words, &mut console, build, async |auth: Auth, _: Config| {
            assert_eq!(auth.context().config().origin(), "http://localhost:3000");
            Err::<(), _>("the app ran")
        })
    }
}
