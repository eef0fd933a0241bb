//! The ledger: which data migrations a database has behind it.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, Query, Value};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait as _, QuerySelect as _};

use super::live::LiveSchema;
use crate::entity::migration;

/// The table the ledger is kept in.
pub(super) const TABLE: &str = "authMigration";

/// Reads the ids and checksums of what has run. Nothing where there is no ledger yet.
pub(super) async fn read<C: ConnectionTrait>(conn: &C, live: &LiveSchema) -> Result<BTreeMap<String, String>, DbErr> {
    let columns = [migration::Column::Id, migration::Column::Checksum];
    let readable =
        live.table(TABLE).is_some_and(|table| ["id", "checksum"].iter().all(|column| table.column(column).is_some()));
    if !readable {
        return Ok(BTreeMap::new()); // what is wrong with the table is told by the plan
    }
    let rows = migration::Entity::find().select_only().columns(columns).into_tuple().all(conn).await?;
    Ok(rows.into_iter().collect())
}

/// The statement that notes a data migration as done, at the time of the database.
pub(super) fn note(backend: DbBackend, id: &str, checksum: &str) -> String {
    let now = match backend {
        DbBackend::Postgres => Expr::cust("date_trunc('milliseconds', CURRENT_TIMESTAMP)"),
        DbBackend::MySql => Expr::cust("UTC_TIMESTAMP(3)"),
        // As sea-orm writes it.
        _ => Expr::cust("strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"),
    };
    let value = |text: &str| Expr::val(Value::from(text));
    let mut insert = Query::insert();
    insert.into_table(TABLE).columns(["id", "appliedAt", "checksum"]);
    insert.values_panic([value(id), now, value(checksum)]);
    backend.build(&insert).to_string()
}
