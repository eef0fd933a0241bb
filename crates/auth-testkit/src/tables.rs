//! Reading a whole database, whatever its plugins have put there.

use std::fmt::Write as _;

use sea_orm::sea_query::{Asterisk, Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};

/// Counts the rows of a table.
pub(crate) async fn count(db: &DatabaseConnection, table: &str) -> u64 {
    let mut query = Query::select();
    query.expr_as(Expr::col(Asterisk).count(), "number").from(table.to_owned());
    let row = db.query_one(&query).await.unwrap().unwrap();
    let number: i64 = row.try_get("", "number").unwrap();
    u64::try_from(number).unwrap()
}

/// Writes down every row of every table, one a line: `user: id=… | name=…`.
pub(crate) async fn dump(db: &DatabaseConnection) -> String {
    let mut text = String::new();
    let tables =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY name";
    for table in names(db, tables, None).await {
        let of_table = "SELECT name FROM pragma_table_info(?) ORDER BY cid";
        let columns = names(db, of_table, Some(&table)).await;
        let mut query = Query::select();
        query.from(table.clone());
        for column in &columns {
            // As bytes every value can be read, whatever its type.
            let bytes = Expr::col(column.clone()).cast_as("BLOB");
            query.expr_as(bytes, column.clone());
        }
        for row in db.query_all(&query).await.unwrap() {
            let values: Vec<String> = columns
                .iter()
                .map(|column| {
                    let bytes: Option<Vec<u8>> = row.try_get("", column).unwrap();
                    let value = bytes.map_or("NULL".into(), |bytes| String::from_utf8_lossy(&bytes).into_owned());
                    format!("{column}={value}")
                })
                .collect();
            let _ = writeln!(text, "{table}: {}", values.join(" | "));
        }
    }
    text
}

async fn names(db: &DatabaseConnection, sql: &str, of: Option<&str>) -> Vec<String> {
    let values = of.map(sea_orm::Value::from);
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get("", "name").unwrap()).collect()
}
