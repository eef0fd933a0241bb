//! The example as a newcomer meets it: the binary itself, in an empty folder.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "these steps stand outside test functions, and are tests all the same"
)]

mod killed;
mod kills;
mod logs;
mod orders;
mod outage;
mod processes;
mod readme;
mod schema;
mod server;
mod starters;
mod starts;
mod tasks;
mod world;

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use auth_testkit::{TestDatabase, backend};
use sea_orm::DbBackend;
use tempfile::TempDir;
use tokio::net::TcpSocket;

const SECRET: &str = "q8Zk2vP0sT7xLw4nR6yB1mD9cF3hJ5gK-test";

/// A folder in which nothing is configured, and the database of what runs there.
struct Folder {
    folder: TempDir,
    /// None where the tests run on SQLite: the binary makes its own file in the folder.
    database: Option<TestDatabase>,
}

impl Folder {
    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn database_url(&self) -> String {
        let file = self.path().join("mcp-server.sqlite");
        self.database.as_ref().map_or_else(|| format!("sqlite:{}", file.display()), |it| it.url().to_owned())
    }
}

async fn folder() -> Folder {
    let on_server = backend() != DbBackend::Sqlite;
    let database = if on_server { Some(TestDatabase::empty().await) } else { None };
    Folder { folder: TempDir::new().unwrap(), database }
}

/// The binary, in a folder, with none of the settings of whoever runs the tests.
///
/// On a server it gets what it makes for itself on SQLite: tables and a secret.
fn binary(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-server"));
    command.current_dir(folder.path());
    for name in [
        "LISTEN",
        "BASE_URL",
        "DATABASE_URL",
        "AUTH_SECRET",
        "RATE_LIMIT",
        "TRUSTED_PROXIES",
        "RUST_LOG",
        "SCHEMA",
        "AUTH_PREVIOUS_SECRETS",
    ] {
        command.env_remove(name);
    }
    if let Some(database) = &folder.database {
        command.env("DATABASE_URL", database.url()).env("SCHEMA", "apply").env("AUTH_SECRET", SECRET);
    }
    command
}

/// A server that is ended with the test.
struct Server {
    process: Child,
    base: String,
}

impl Server {
    /// Starts the binary on a free port and waits until it says that it listens.
    async fn start(folder: &Folder) -> Self {
        Self::start_as(folder, |command| command.stderr(Stdio::null())).await
    }

    async fn start_as(folder: &Folder, how: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        // Held until the server has it, so that nobody else is given the same port meanwhile.
        let held = TcpSocket::new_v4().unwrap();
        held.set_reuseaddr(true).unwrap();
        held.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = held.local_addr().unwrap();
        let mut command = binary(folder);
        let command = how(command.env("LISTEN", address.to_string()).stdout(Stdio::piped()));
        let mut process = command.spawn().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        let server = Self { process, base: format!("http://localhost:{}", address.port()) };
        let listens = tokio::task::spawn_blocking(|| {
            said.lines().map_while(Result::ok).any(|line| line.starts_with("MCP endpoint"))
        });
        assert!(listens.await.unwrap(), "the server ended instead of listening");
        drop(held);
        server
    }

    /// `kill -9`.
    fn is_killed(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
