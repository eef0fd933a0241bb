//! What the server says when it does not come up: one clear sentence, and exit code 1.

use std::process::{Command, Output};

use sea_orm::ConnectionTrait as _;

use crate::{Folder, Server, binary, folder};

/// Starts a server that does not come up, and returns what it says on the error stream.
fn refused(folder: &Folder, arguments: &[&str]) -> String {
    refuses(binary(folder).args(arguments))
}

fn refuses(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let said = String::from_utf8_lossy(&stderr).into_owned();
    assert_eq!((status.code(), stdout.as_slice()), (Some(1), &b""[..]), "{said}");
    said
}

fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[tokio::test]
async fn a_database_sealed_with_another_secret_is_told_with_what_to_do() {
    let folder = folder().await;
    drop(Server::start(&folder).await);

    let said =
        refused(&folder, &["--listen", &free_address(), "--auth-secret", "another-secret-of-more-than-32-bytes"]);

    assert_eq!(
        said.lines().last().unwrap(),
        "error: oidc-provider could not start: the database was sealed with another secret: use the one it was made \
         with, or empty the table jwks"
    );
}

#[tokio::test]
async fn a_busy_port_is_told_with_what_to_do() {
    let folder = folder().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    let said = refused(&folder, &["--listen", &address]);

    assert_eq!(
        said.lines().last().unwrap(),
        format!("error: {address} is in use; stop the program that listens there, or choose another port")
    );
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_told_without_its_password() {
    let folder = folder().await;

    let said = refused(&folder, &["--database-url", "sqlite:/nowhere/at/all/app.sqlite"]);
    assert!(said.starts_with("error: the database sqlite:/nowhere/at/all/app.sqlite cannot be opened; "), "{said}");

    let secret = "0123456789abcdef".repeat(3);
    let said = refused(&folder, &["--database-url", "postgres://me:hunter2@127.0.0.1:1/app", "--auth-secret", &secret]);
    assert!(!said.contains("hunter2") && said.contains("postgres://me:***@127.0.0.1:1/app"), "{said}");
}

#[tokio::test]
async fn a_missing_table_is_told_with_the_command_that_makes_it() {
    let folder = folder().await;
    drop(Server::start(&folder).await);
    // No request drops a table.
    let db = auth_core::database::connect(&folder.database_url()).await.unwrap();
    db.execute_unprepared("DROP TABLE note").await.unwrap();
    db.close().await.unwrap();

    let said = refused(&folder, &["--schema", "check"]);

    let (first, rest) = said.split_once('\n').unwrap();
    assert_eq!(
        first,
        "error: the database is not ready, 2 step(s) are missing; run `cargo xtask migrate`, or this program with \
         `migrate`:"
    );
    assert!(rest.contains("create table \"note\"") && rest.contains("[app]"), "{said}");
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let folder = folder().await;

    let mut command = binary(&folder);
    command.env_remove("AUTH_SECRET");
    let said =
        refuses(command.args(["--base-url", "http://mcp.example.com", "--database-url", "oracle://me:hunter2@db/x"]));

    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "error: the configuration has 3 problem(s):");
    assert!(lines[1].starts_with("  - core: secret is not set; set AUTH_SECRET"), "{said}");
    assert!(lines[2].starts_with("  - core: database is oracle://me:***@db/x, which is not understood"), "{said}");
    assert!(
        lines[3].starts_with("  - core: base_url is \"http://mcp.example.com\", which is http on a host"),
        "{said}"
    );
    assert!(!said.contains("hunter2"), "{said}");
}
