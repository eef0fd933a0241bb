//! What a database is made of, in its own words.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};

/// Tables, columns, indexes, constraints, views and triggers of the current schema.
const POSTGRES: &str = r"
    SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
            || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
            || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d
            ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v')
            AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT 'relation ' || relname || ' ' || relkind::text FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
    UNION ALL SELECT 'view ' || viewname || ' ' || definition FROM pg_views WHERE schemaname = current_schema()
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
    ORDER BY 1";

/// Those of the current database.
const MYSQL: &str = r"
    SELECT CAST(CONCAT_WS(' ', 'column', table_name, ordinal_position, column_name, column_type, collation_name,
            is_nullable, column_default, extra) AS CHAR) AS `line`
        FROM information_schema.columns WHERE table_schema = DATABASE()
    UNION ALL SELECT CAST(CONCAT_WS(' ', 'table', table_name, table_type, engine, table_collation) AS CHAR)
        FROM information_schema.tables WHERE table_schema = DATABASE()
    UNION ALL SELECT CAST(CONCAT_WS(' ', 'index', table_name, index_name, seq_in_index, column_name, sub_part,
            non_unique) AS CHAR) FROM information_schema.statistics WHERE table_schema = DATABASE()
    UNION ALL SELECT CAST(CONCAT_WS(' ', 'reference', table_name, constraint_name, column_name,
            referenced_table_name, referenced_column_name) AS CHAR)
        FROM information_schema.key_column_usage
        WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL
    UNION ALL SELECT CAST(CONCAT_WS(' ', 'rule', table_name, constraint_name, update_rule, delete_rule) AS CHAR)
        FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()
    UNION ALL SELECT CAST(CONCAT_WS(' ', 'view', table_name, view_definition) AS CHAR)
        FROM information_schema.views WHERE table_schema = DATABASE()
    UNION ALL SELECT CAST(CONCAT_WS(' ', 'trigger', trigger_name, event_object_table, action_statement) AS CHAR)
        FROM information_schema.triggers WHERE trigger_schema = DATABASE()
    ORDER BY 1";

const SQLITE: &str = "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_master ORDER BY 1";

/// Lists what a database is made of, one line each, sorted; nothing for one that is empty.
///
/// What the lines say differs from kind to kind: they are for comparing a database with itself, before
/// and after.
pub async fn definition(db: &DatabaseConnection) -> Vec<String> {
    let backend = db.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => POSTGRES,
        DbBackend::MySql => MYSQL,
        _ => SQLITE,
    };
    let rows = db.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}
