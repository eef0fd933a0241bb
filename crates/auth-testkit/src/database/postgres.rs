//! `PostgreSQL`: one copy of a template for each test.
//!
//! A test holds a numbered place by an advisory lock, and the database of that place is made anew
//! for it, so there are never more databases than tests that ran side by side.

use auth_core::schema::{Schema, apply};
use sea_orm::{DatabaseConnection, DbBackend};
use url::Url;

use super::server::{self, PLACES, Taken, ask, run};

/// The first keys of our advisory locks; the second is the number of a place, or a digest of a name.
const OF_PLACES: i32 = 0x6175_7468;
const OF_TEMPLATES: i32 = OF_PLACES + 1;

/// What the names of templates begin with. The day follows, and the digest of the schema.
const TEMPLATE: &str = "auth_test_template_";

pub(super) async fn take(server: &Url, schema: Option<&Schema>) -> Taken {
    let lock = server::one_connection(server).await;
    let name = format!("auth_test_{}", place(&lock).await);
    run(&lock, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    match schema {
        None => run(&lock, &format!("CREATE DATABASE {name} TEMPLATE template0")).await,
        Some(schema) => copy(&lock, server, schema, &name).await,
    }
    Taken { url: server::database(server, &name), lock }
}

/// The first number nobody else has.
async fn place(lock: &DatabaseConnection) -> i32 {
    for number in 0..PLACES {
        let sql = "SELECT pg_try_advisory_lock($1, $2)::text";
        if ask(lock, sql, [OF_PLACES.into(), number.into()]).await == ["true"] {
            return number;
        }
    }
    panic!("{PLACES} tests run at once");
}

/// Makes a database from the template of a schema, which the first to ask makes.
async fn copy(lock: &DatabaseConnection, server: &Url, schema: &Schema, name: &str) {
    let day = ask(lock, "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')", []).await.concat();
    let of_today = format!("{TEMPLATE}{day}_");
    let template = format!("{of_today}{}", server::key(schema, DbBackend::Postgres));
    loop {
        // Who copies shares the template; who makes or drops it has it alone.
        hold(lock, "pg_advisory_lock_shared", &template).await;
        let there = exists(lock, &template).await;
        if there {
            run(lock, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        }
        hold(lock, "pg_advisory_unlock_shared", &template).await;
        if there {
            return;
        }
        hold(lock, "pg_advisory_lock", &template).await;
        if !exists(lock, &template).await {
            make(lock, server, schema, &template).await;
            drop_older(lock, &of_today).await;
        }
        hold(lock, "pg_advisory_unlock", &template).await;
    }
}

async fn make(lock: &DatabaseConnection, server: &Url, schema: &Schema, template: &str) {
    // Under another name, so that a half-made one is never copied.
    let making = template.replace(TEMPLATE, "auth_test_making_");
    run(lock, &format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)")).await;
    run(lock, &format!("CREATE DATABASE {making} TEMPLATE template0")).await;
    let db = server::one_connection(&server::database(server, &making)).await;
    apply(&db, schema).await.unwrap();
    db.close().await.unwrap();
    run(lock, &format!("ALTER DATABASE {making} RENAME TO {template}")).await;
}

/// Drops templates of other days, on a server that outlives the tests.
async fn drop_older(lock: &DatabaseConnection, of_today: &str) {
    let all = "SELECT datname::text FROM pg_database WHERE starts_with(datname::text, $1)";
    for old in ask(lock, all, [TEMPLATE.into()]).await.iter().filter(|name| !name.starts_with(of_today)) {
        let sql = "SELECT pg_try_advisory_lock($1, hashtext($2))::text";
        if ask(lock, sql, [OF_TEMPLATES.into(), old.into()]).await == ["true"] {
            run(lock, &format!("DROP DATABASE IF EXISTS {old} WITH (FORCE)")).await;
            hold(lock, "pg_advisory_unlock", old).await;
        }
    }
}

async fn hold(lock: &DatabaseConnection, function: &str, template: &str) {
    let sql = format!("SELECT {function}($1, hashtext($2))::text");
    ask(lock, &sql, [OF_TEMPLATES.into(), template.into()]).await;
}

async fn exists(lock: &DatabaseConnection, name: &str) -> bool {
    !ask(lock, "SELECT datname::text FROM pg_database WHERE datname = $1", [name.into()]).await.is_empty()
}
