//! `MySQL` and `MariaDB`: a pool of databases for each schema.
//!
//! Making tables is slow there and nothing copies a database, so those of a schema stay, and are
//! emptied for the next test. A test holds its own by a lock of the server with the same name.

use auth_core::schema::{Relation, Schema, apply, introspect};
use sea_orm::{DatabaseConnection, DbBackend};
use url::Url;

use super::server::{self, PLACES, Taken, ask, run};

pub(super) async fn take(server: &Url, schema: Option<&Schema>) -> Taken {
    let lock = server::one_connection(server).await;
    let day = ask(&lock, "SELECT CAST(DATE_FORMAT(UTC_DATE(), '%Y%m%d') AS CHAR)", []).await.concat();
    let of_today = format!("auth_test_{day}_");
    let key = schema.map_or_else(|| "empty".to_owned(), |schema| server::key(schema, DbBackend::MySql));
    let name = place(&lock, &format!("{of_today}{key}")).await;
    match schema {
        None => make(&lock, &name).await,
        Some(schema) => {
            end_others(&lock, &name).await;
            if !is_whole(&lock, &name, schema).await {
                make(&lock, &name).await;
                apply(&lock, schema).await.unwrap();
                seal(&lock, schema).await;
                drop_older(&lock, &of_today).await;
            }
            clear(&lock, schema).await;
        }
    }
    Taken { url: server::database(server, &name), lock }
}

/// The first name nobody else has.
async fn place(lock: &DatabaseConnection, of: &str) -> String {
    for number in 0..PLACES {
        let name = format!("{of}_{number}");
        if locks(lock, &name).await {
            return name;
        }
    }
    panic!("{PLACES} tests run at once");
}

async fn locks(lock: &DatabaseConnection, name: &str) -> bool {
    ask(lock, "SELECT CAST(COALESCE(GET_LOCK(?, 0), 0) AS CHAR)", [name.into()]).await == ["1"]
}

/// Makes an empty database, and goes there.
async fn make(lock: &DatabaseConnection, name: &str) {
    run(lock, &format!("DROP DATABASE IF EXISTS {name}")).await;
    run(lock, &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).await;
    run(lock, &format!("USE {name}")).await;
}

/// Ends connections that the test before has left behind.
async fn end_others(lock: &DatabaseConnection, name: &str) {
    let sql = "SELECT CAST(id AS CHAR) FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()";
    for id in ask(lock, sql, [name.into()]).await {
        // It may have ended by itself since.
        let _ = sea_orm::ConnectionTrait::execute_unprepared(lock, &format!("KILL {id}")).await;
    }
}

/// Says whether a database still is what it was when it was made: the test before may have changed it.
async fn is_whole(lock: &DatabaseConnection, name: &str, schema: &Schema) -> bool {
    let there = "SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata WHERE schema_name = ?";
    if ask(lock, there, [name.into()]).await.is_empty() {
        return false;
    }
    run(lock, &format!("USE {name}")).await;
    let sql = "SELECT CAST(table_comment AS CHAR) FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_name = ?";
    ask(lock, sql, [first(schema).into()]).await == [shape(lock, schema).await]
}

/// Writes down what the database is like, where no test looks.
async fn seal(lock: &DatabaseConnection, schema: &Schema) {
    let shape = shape(lock, schema).await;
    run(lock, &format!("ALTER TABLE `{}` COMMENT = '{shape}'", first(schema))).await;
}

fn first(schema: &Schema) -> &str {
    schema.tables().first().map(|table| table.name.as_str()).expect("a schema has the tables of core")
}

/// A digest of everything a database is made of.
async fn shape(lock: &DatabaseConnection, schema: &Schema) -> String {
    let live = introspect(lock, schema).await.unwrap();
    let rest = "SELECT CAST(trigger_name AS CHAR) FROM information_schema.triggers WHERE trigger_schema = DATABASE()
        UNION ALL
        SELECT CAST(CONCAT(table_name, constraint_name, constraint_type) AS CHAR)
            FROM information_schema.table_constraints WHERE table_schema = DATABASE() ORDER BY 1";
    server::digest(&format!("{live:?}{:?}", ask(lock, rest, []).await))
}

/// Deletes all rows, in whatever order tables point to each other.
async fn clear(lock: &DatabaseConnection, schema: &Schema) {
    let live = introspect(lock, schema).await.unwrap();
    let tables = live.relations.iter().filter(|(_, relation)| **relation == Relation::Table);
    let deletes: Vec<String> = tables.map(|(table, _)| format!("DELETE FROM `{table}`")).collect();
    run(lock, &format!("SET foreign_key_checks = 0; {}; SET foreign_key_checks = 1", deletes.join("; "))).await;
}

/// Drops databases of other days, on a server that outlives the tests.
async fn drop_older(lock: &DatabaseConnection, of_today: &str) {
    let all = "SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata WHERE LEFT(schema_name, 10) = ?";
    for old in ask(lock, all, ["auth_test_".into()]).await.iter().filter(|name| !name.starts_with(of_today)) {
        if locks(lock, old).await {
            run(lock, &format!("DROP DATABASE IF EXISTS {old}")).await;
            ask(lock, "SELECT CAST(RELEASE_LOCK(?) AS CHAR)", [old.into()]).await;
        }
    }
}
