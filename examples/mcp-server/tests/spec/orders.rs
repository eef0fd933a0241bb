//! What an operator orders by the binary: `run`.

use auth_core::database;
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::Query;

use crate::{binary, folder};

#[tokio::test]
async fn the_orders_are_listed_without_a_database() {
    let folder = folder().await;

    let listed = binary(&folder).arg("run").output().unwrap();

    assert!(listed.status.success(), "{listed:?}");
    let text = String::from_utf8(listed.stdout).unwrap();
    assert!(text.starts_with("rotate-keys  Changes all signing keys at once"), "{text}");
    assert!(!folder.path().join("mcp-server.sqlite").exists(), "and none is made");
}

#[tokio::test]
async fn an_operator_changes_the_signing_keys() {
    let folder = folder().await;
    let run = |name: &str| binary(&folder).args(["run", name]).output().unwrap();

    let done = run("rotate-keys");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));

    let db = database::connect(&folder.database_url()).await.unwrap();
    let rows = db.query_all(&Query::select().column("state").from("jwks").take()).await.unwrap();
    let mut states: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    states.sort_unstable();
    assert_eq!(states, ["active", "active", "active", "retired", "retired", "retired"]);
    assert_eq!(run("nothing").status.code(), Some(2));
}
