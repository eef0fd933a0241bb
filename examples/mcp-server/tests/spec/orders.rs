//! What an operator orders by the binary: `run`.

use std::collections::BTreeSet;

use auth_core::database;
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};

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

/// The names of the keys that sign.
async fn signing_keys(folder: &crate::Folder) -> BTreeSet<String> {
    let db = database::connect(&folder.database_url()).await.unwrap();
    let keys = Query::select().column("id").from("jwks").and_where(Expr::col("state").eq("active")).take();
    db.query_all(&keys).await.unwrap().iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

#[tokio::test]
async fn an_operator_changes_the_signing_keys() {
    let folder = folder().await;
    let run = |name: &str| binary(&folder).args(["run", name]).output().unwrap();
    let mut seen = BTreeSet::new();

    for _ in 0..2 {
        let done = run("rotate-keys");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let keys = signing_keys(&folder).await;
        assert_eq!(keys.len(), 3, "one of each algorithm");
        assert!(keys.is_disjoint(&seen), "none signs again");
        seen.extend(keys);
    }

    assert_eq!(run("nothing").status.code(), Some(2));
}
