//! `PostgreSQL`: the catalogue of the first schema in the search path.

use super::Queries;

pub(super) const QUERIES: Queries = Queries {
    relations: r#"
        SELECT c.relname::text AS "name",
            CASE WHEN c.relkind IN ('r', 'p') THEN 'table' WHEN c.relkind IN ('i', 'I') THEN 'index' ELSE 'other' END AS "kind",
            0::int8 AS "folded", 1::int8 AS "hashed", CASE WHEN c.reltuples >= 0 THEN c.reltuples::int8 END AS "rows"
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema()"#,
    columns: r#"
        SELECT c.relname::text AS "tbl", a.attname::text AS "col", t.typname::text AS "ty",
            format_type(a.atttypid, a.atttypmod)::text AS "declared",
            CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN (a.atttypmod - 4)::int8 END AS "len",
            NULL::text AS "collation",
            CASE WHEN a.attnotnull THEN 1 ELSE 0 END::int8 AS "required",
            CASE WHEN a.atthasdef OR a.attidentity <> '' THEN 1 ELSE 0 END::int8 AS "filled",
            pg_get_expr(d.adbin, d.adrelid)::text AS "preset"
        FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
            AND c.relname = ANY(string_to_array($1, ','))
        ORDER BY c.relname, a.attnum"#,
    // A column number of 0 stands for an expression and joins nothing, hence a null name.
    indexes: r#"
        SELECT c.relname::text AS "tbl", i.relname::text AS "idx",
            CASE WHEN x.indisunique THEN 1 ELSE 0 END::int8 AS "uq",
            CASE WHEN x.indisprimary THEN 1 ELSE 0 END::int8 AS "pk",
            CASE WHEN x.indpred IS NULL AND x.indisvalid AND m.amname = 'btree' THEN a.attname::text END AS "col"
        FROM pg_index x
            JOIN pg_class c ON c.oid = x.indrelid
            JOIN pg_class i ON i.oid = x.indexrelid
            JOIN pg_am m ON m.oid = i.relam
            JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
        WHERE n.nspname = current_schema() AND k.position <= x.indnkeyatts
            AND c.relname = ANY(string_to_array($1, ','))
        ORDER BY c.relname, i.relname, k.position"#,
    references: r#"
        SELECT c.relname::text AS "tbl", a.attname::text AS "col", t.relname::text AS "target",
            f.confdeltype::text AS "on_delete"
        FROM pg_constraint f
            JOIN pg_class c ON c.oid = f.conrelid
            JOIN pg_class t ON t.oid = f.confrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
        WHERE f.contype = 'f' AND array_length(f.conkey, 1) = 1 AND n.nspname = current_schema()
            AND c.relname = ANY(string_to_array($1, ','))
        ORDER BY c.relname, f.conname"#,
};
