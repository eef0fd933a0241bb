//! Reading a whole database, whatever its plugins have put there.

use sea_orm::sea_query::{Asterisk, Expr, ExprTrait as _, Func, Query, SimpleExpr};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, QueryResult, Statement};

/// Counts the rows of a table.
pub(crate) async fn count(db: &DatabaseConnection, table: &str) -> u64 {
    let mut query = Query::select();
    query.expr_as(Expr::col(Asterisk).count(), "number").from(table.to_owned());
    let row = db.query_one(&query).await.unwrap().unwrap();
    let number: i64 = row.try_get("", "number").unwrap();
    u64::try_from(number).unwrap()
}

/// Writes down every row of every table, one a line: `user: id=… | name=…`.
///
/// Tables and rows are sorted by what they hold, so that dumps of the same rows are the same.
pub async fn dump_tables(db: &DatabaseConnection) -> String {
    let mut text = String::new();
    for table in tables(db).await {
        let columns = columns(db, &table).await;
        let mut query = Query::select();
        query.from(table.clone());
        for (column, ty) in &columns {
            query.expr_as(readable(db.get_database_backend(), column, ty), column.clone());
        }
        let rows = db.query_all(&query).await.unwrap();
        let mut lines: Vec<String> = rows.iter().map(|row| line(&table, &columns, row)).collect();
        lines.sort_unstable();
        text.extend(lines);
    }
    text
}

fn line(table: &str, columns: &[(String, String)], row: &QueryResult) -> String {
    let values: Vec<String> = columns
        .iter()
        .map(|(column, _)| {
            let bytes: Option<Vec<u8>> = row.try_get("", column).unwrap();
            let value = bytes.map_or("NULL".into(), |bytes| String::from_utf8_lossy(&bytes).into_owned());
            format!("{column}={value}")
        })
        .collect();
    format!("{table}: {}\n", values.join(" | "))
}

/// A column as bytes: so every value can be read, whatever its type.
fn readable(backend: DbBackend, column: &str, ty: &str) -> SimpleExpr {
    let column = Expr::col(column.to_owned());
    match backend {
        DbBackend::Postgres if ty == "bytea" => column,
        DbBackend::Postgres => Func::cust("convert_to").arg(column.cast_as("text")).arg("UTF8").into(),
        DbBackend::MySql => column.cast_as("BINARY"),
        _ => column.cast_as("BLOB"),
    }
}

async fn tables(db: &DatabaseConnection) -> Vec<String> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => {
            r#"SELECT table_name::text AS "name" FROM information_schema.tables
                WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1"#
        }
        DbBackend::MySql => {
            "SELECT CAST(table_name AS CHAR) AS `name` FROM information_schema.tables
                WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY 1"
        }
        _ => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY name"
        }
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get("", "name").unwrap()).collect()
}

/// The columns of a table with their types, in order.
async fn columns(db: &DatabaseConnection, table: &str) -> Vec<(String, String)> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => {
            r#"SELECT column_name::text AS "name", data_type::text AS "ty" FROM information_schema.columns
                WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"#
        }
        DbBackend::MySql => {
            "SELECT CAST(column_name AS CHAR) AS `name`, CAST(data_type AS CHAR) AS `ty` FROM information_schema.columns
                WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position"
        }
        _ => "SELECT name, type AS ty FROM pragma_table_info(?) ORDER BY cid",
    };
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [table.into()]);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| (row.try_get("", "name").unwrap(), row.try_get("", "ty").unwrap())).collect()
}
