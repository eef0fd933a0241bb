//! A private PostgreSQL server.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::Account;
use super::place;
use super::server::{Plan, Server};
use crate::tool::Failure;

/// What makes it fast, and loses everything when the machine fails.
const SETTINGS: [&str; 8] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_wal_size=256MB",
    "max_connections=500",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
];

pub(super) fn start() -> Result<Server, Failure> {
    // Debian keeps them out of the path.
    let further: Vec<PathBuf> =
        place::newest_first(Path::new("/usr/lib/postgresql")).iter().map(|version| version.join("bin")).collect();
    let (Some(postgres), Some(initdb)) =
        (place::program(&["postgres"], &further), place::program(&["initdb"], &further))
    else {
        let right = "install the package `postgresql`, or name a server in AUTH_TEST_POSTGRES_URL";
        return Err(Failure::Failed(format!("no PostgreSQL server is installed; {right}")));
    };
    let account = Account::of("postgres")?;
    let folder = place::folder("postgres", account)?;
    let port = place::port()?;
    let mut make = Command::new(initdb);
    make.args(["--auth=trust", "--username=postgres", "--locale=C", "--encoding=UTF8", "--no-sync", "--pgdata=data"]);
    place::fill(&folder, account, &mut make)?;
    let mut command = Command::new(postgres);
    command.args(["-D", "data", "-p", &port.to_string()]);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    Server::start(Plan {
        url: format!("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=disable"),
        account,
        folder,
        command,
        signal: "INT",
        ready: "ready to accept connections",
    })
}
