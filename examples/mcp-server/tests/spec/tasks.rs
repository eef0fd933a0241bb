//! `mcp-server migrate`, `generate` and `openapi`, and what it says when something is wrong.

use std::process::Output;

use crate::{Folder, binary, folder};

fn run(folder: &Folder, arguments: &[&str]) -> Output {
    binary(folder).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn migrate_shows_the_plan_adds_it_once_and_finds_nothing_to_do_afterwards() {
    let folder = folder().await;

    assert_eq!(run(&folder, &["migrate", "--check"]).status.code(), Some(3));
    let refused = run(&folder, &["migrate"]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("--yes"));
    let applied = run(&folder, &["migrate", "--yes"]);
    assert_eq!(applied.status.code(), Some(0), "{}", said(&applied));
    for line in ["create table  oauthGrant ", "oidc-provider", "create table  note ", " app "] {
        assert!(said(&applied).contains(line), "{line} is missing from {}", said(&applied));
    }

    assert_eq!(run(&folder, &["migrate", "--check"]).status.code(), Some(0));
    assert!(!folder.path().join(".auth-secret").exists(), "migrating needs no secret");
}

#[tokio::test]
async fn generate_writes_the_schema_for_every_database_without_one() {
    let folder = folder().await;

    for backend in ["sqlite", "postgres", "mysql"] {
        let output = run(&folder, &["generate", "--backend", backend]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(said(&output).contains("oauthRefreshToken"), "{backend}");
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing was written");
}

#[tokio::test]
async fn openapi_describes_every_plugin_without_a_database() {
    let folder = folder().await;

    let output = run(&folder, &["openapi"]);

    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for path in [
        "/api/auth/get-session",
        "/api/auth/sign-in/email",
        "/api/auth/oauth2/token",
        "/api/auth/mcp/token",
        "/consent",
    ] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
}

#[tokio::test]
async fn a_public_server_without_a_secret_does_not_start() {
    let folder = folder().await;

    let mut command = binary(&folder);
    let output = command.env_remove("AUTH_SECRET").args(["--base-url", "https://mcp.example.com"]).output().unwrap();

    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("AUTH_SECRET"), "{}", said(&output));
    assert!(!folder.path().join(".auth-secret").exists());
}

#[tokio::test]
async fn a_public_server_without_https_does_not_start() {
    let folder = folder().await;

    let output =
        run(&folder, &["--base-url", "http://mcp.example.com", "--auth-secret", &"0123456789abcdef".repeat(3)]);

    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("http://mcp.example.com"), "{}", said(&output));
}
