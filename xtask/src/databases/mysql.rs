//! A private MariaDB server.

use std::path::PathBuf;
use std::process::Command;

use super::account::Account;
use super::place;
use super::server::{Plan, Server};
use crate::tool::Failure;

/// What makes it fast, and loses everything when the machine fails.
const SETTINGS: [&str; 11] = [
    "--skip-log-bin",
    "--skip-name-resolve",
    "--skip-performance-schema",
    "--bind-address=127.0.0.1",
    "--max-connections=500",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-doublewrite=0",
    "--innodb-file-per-table=0",
    "--innodb-log-file-size=48M",
    "--sync-frm=0",
];

pub(super) fn start() -> Result<Server, Failure> {
    let further: Vec<PathBuf> = ["/usr/sbin", "/usr/libexec"].map(PathBuf::from).into();
    let (Some(mariadbd), Some(install)) = (
        place::program(&["mariadbd"], &further),
        place::program(&["mariadb-install-db", "mysql_install_db"], &further),
    ) else {
        let right = "install the package `mariadb-server`, or name a server in AUTH_TEST_MYSQL_URL";
        return Err(Failure::Failed(format!("no MariaDB server is installed; {right}")));
    };
    let account = Account::of("mysql")?;
    let folder = place::folder("mysql", account)?;
    let port = place::port()?;
    let data = format!("--datadir={}", folder.join("data").display());
    let mut make = Command::new(install);
    make.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", &data]);
    place::fill(&folder, account, &mut make)?;
    let mut command = Command::new(mariadbd);
    // It reads the files of the machine unless this comes first.
    command.args(["--no-defaults", &data, &format!("--port={port}")]).args(SETTINGS);
    command.args(["socket", "pid-file"].map(|file| format!("--{file}={}", folder.join(file).display())));
    Server::start(Plan {
        url: format!("mysql://root@127.0.0.1:{port}/?ssl-mode=disabled"),
        account,
        folder,
        command,
        signal: "TERM",
        ready: "ready for connections",
    })
}
