//! `MySQL` and `MariaDB`: the information schema of the current database.
//!
//! Every text is cast, because some servers answer these columns as bytes.

use super::Queries;

pub(super) const QUERIES: Queries = Queries {
    relations: r"
        SELECT CAST(table_name AS CHAR) AS `name`,
            CASE table_type WHEN 'BASE TABLE' THEN 'table' ELSE 'other' END AS `kind`,
            CAST(@@lower_case_table_names <> 0 AS SIGNED) AS `folded`,
            CAST(VERSION() LIKE '%MariaDB%' AS SIGNED) AS `hashed`,
            CAST(table_rows AS SIGNED) AS `rows`
        FROM information_schema.tables WHERE table_schema = DATABASE()",
    // MariaDB writes a missing default of a nullable column as the text NULL.
    columns: r"
        SELECT CAST(table_name AS CHAR) AS `tbl`, CAST(column_name AS CHAR) AS `col`,
            CAST(data_type AS CHAR) AS `ty`, CAST(column_type AS CHAR) AS `declared`,
            CAST(COALESCE(datetime_precision, character_maximum_length) AS SIGNED) AS `len`,
            CAST(collation_name AS CHAR) AS `collation`,
            CAST(is_nullable = 'NO' AS SIGNED) AS `required`,
            CAST((column_default IS NOT NULL AND column_default <> 'NULL')
                OR extra LIKE '%auto_increment%' OR extra LIKE '%GENERATED%' AS SIGNED) AS `filled`,
            CAST(column_default AS CHAR) AS `preset`
        FROM information_schema.columns
        WHERE table_schema = DATABASE() AND FIND_IN_SET(table_name, ?) > 0
        ORDER BY table_name, ordinal_position",
    // `sub_part` is set where only the beginning of a text is indexed. MariaDB keeps a long text unique
    // by a hash.
    indexes: r"
        SELECT CAST(table_name AS CHAR) AS `tbl`, CAST(index_name AS CHAR) AS `idx`,
            CAST(non_unique = 0 AS SIGNED) AS `uq`, CAST(index_name = 'PRIMARY' AS SIGNED) AS `pk`,
            CASE WHEN sub_part IS NULL AND (index_type = 'BTREE' OR (index_type = 'HASH' AND non_unique = 0))
                THEN CAST(column_name AS CHAR) END AS `col`
        FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND FIND_IN_SET(table_name, ?) > 0
        ORDER BY table_name, index_name, seq_in_index",
    references: r"
        SELECT CAST(k.table_name AS CHAR) AS `tbl`, CAST(k.column_name AS CHAR) AS `col`,
            CAST(k.referenced_table_name AS CHAR) AS `target`, CAST(r.delete_rule AS CHAR) AS `on_delete`
        FROM information_schema.key_column_usage k
            JOIN information_schema.referential_constraints r
                ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
        WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL
            AND r.constraint_schema = DATABASE() AND FIND_IN_SET(k.table_name, ?) > 0
            AND NOT EXISTS (
                SELECT 1 FROM information_schema.key_column_usage o
                WHERE o.constraint_schema = DATABASE() AND o.table_schema = DATABASE()
                    AND o.constraint_name = k.constraint_name
                    AND o.table_name = k.table_name AND o.ordinal_position > 1)
        ORDER BY k.table_name, k.constraint_name",
};
