//! `mcp-server`, without arguments.

use auth_testkit::runs_on;
use reqwest::StatusCode;
use sea_orm::DbBackend;
use serde_json::{Value, json};

use crate::{Server, folder};

#[tokio::test]
async fn it_serves_with_no_other_step() {
    let folder = folder().await;
    let server = Server::start(&folder).await;

    let answer = reqwest::Client::new().post(server.url("/mcp")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains(&server.url("/.well-known/oauth-protected-resource/mcp")), "{challenge}");
    assert!(challenge.contains("scope=\"mcp:tools\""), "{challenge}");
    for page in ["/sign-in", "/sign-up", "/api/auth/reference/"] {
        assert_eq!(reqwest::get(server.url(page)).await.unwrap().status(), StatusCode::OK, "{page}");
    }
    assert_eq!(folder.path().join("mcp-server.sqlite").exists(), folder.database.is_none());
}

#[tokio::test]
async fn the_writing_endpoint_is_the_same_resource_and_needs_more() {
    let folder = folder().await;
    let server = Server::start(&folder).await;

    let answer = reqwest::Client::new().post(server.url("/mcp/write")).send().await.unwrap();

    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("scope=\"mcp:tools notes:write\""), "{challenge}");
    assert!(challenge.contains(&server.url("/.well-known/oauth-protected-resource/mcp\"")), "{challenge}");
}

#[tokio::test]
async fn people_and_sessions_survive_a_restart() {
    let folder = folder().await;
    let person = json!({ "name": "Alice", "email": "alice@example.com", "password": "correct horse battery" });
    let server = Server::start(&folder).await;
    let signed_up =
        reqwest::Client::new().post(server.url("/api/auth/sign-up/email")).json(&person).send().await.unwrap();
    let cookie = signed_up.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    drop(server);

    let server = Server::start(&folder).await;
    let session = reqwest::Client::new().get(server.url("/api/auth/get-session")).header("cookie", cookie).send();
    let session: Value = session.await.unwrap().json().await.unwrap();

    assert_eq!(session["user"]["email"], "alice@example.com");
}

#[cfg(unix)]
#[tokio::test]
async fn the_secret_it_makes_on_sqlite_is_for_this_account_only_and_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    if !runs_on(&[DbBackend::Sqlite], "beside a server, which others may reach, it makes no secret") {
        return;
    }
    let folder = folder().await;
    let file = folder.path().join(".auth-secret");

    drop(Server::start(&folder).await);
    let first = std::fs::read_to_string(&file).unwrap();
    drop(Server::start(&folder).await);

    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), first);
    assert!(first.trim().len() >= 64);
}

#[tokio::test]
async fn two_starters_at_once_on_an_empty_folder_both_serve() {
    let folder = folder().await;

    let (first, second) = tokio::join!(Server::start(&folder), Server::start(&folder));

    let keys = |server: &Server| reqwest::get(server.url("/api/auth/jwks"));
    let (first, second) = tokio::join!(keys(&first), keys(&second));
    assert_eq!(first.unwrap().text().await.unwrap(), second.unwrap().text().await.unwrap(), "one set of keys");
}
