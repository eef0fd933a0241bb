//! `SQLite`: the catalogue and its pragma functions.

use super::Queries;

pub(super) const QUERIES: Queries = Queries {
    relations: r#"SELECT name AS "name", type AS "kind", 1 AS "folded", 1 AS "hashed", CAST(NULL AS integer) AS "rows" FROM sqlite_master"#,
    // A rowid alias fills itself, and so does a generated column. `DEFAULT NULL` fills nothing.
    columns: r#"
        SELECT m.name AS "tbl", c.name AS "col",
            CASE instr(c.type, '(') WHEN 0 THEN c.type ELSE trim(substr(c.type, 1, instr(c.type, '(') - 1)) END AS "ty",
            c.type AS "declared", CAST(NULL AS integer) AS "len", CAST(NULL AS text) AS "collation",
            c."notnull" AS "required",
            (c.dflt_value IS NOT NULL AND upper(c.dflt_value) <> 'NULL') OR c.hidden <> 0
                OR (c.pk > 0 AND lower(c.type) = 'integer') AS "filled", CAST(c.dflt_value AS text) AS "preset"
        FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c
        WHERE m.type = 'table' AND instr(',' || lower(?1) || ',', ',' || lower(m.name) || ',') > 0
        ORDER BY m.name, c.cid"#,
    // An index of ours compares as its column does, which may ignore case where somebody else has made it.
    // One that compares in a way of its own answers other questions.
    indexes: r#"
        SELECT m.name AS "tbl", l.name AS "idx", l."unique" AS "uq", l.origin = 'pk' AS "pk",
            CASE WHEN l.partial = 0 AND upper(i.coll) IN ('BINARY', 'NOCASE') THEN i.name END AS "col"
        FROM sqlite_master m JOIN pragma_index_list(m.name) l JOIN pragma_index_xinfo(l.name) i
        WHERE m.type = 'table' AND i.key = 1 AND instr(',' || lower(?1) || ',', ',' || lower(m.name) || ',') > 0
        ORDER BY m.name, l.name, i.seqno"#,
    references: r#"
        SELECT m.name AS "tbl", f."from" AS "col", f."table" AS "target", f.on_delete AS "on_delete"
        FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
        WHERE m.type = 'table' AND instr(',' || lower(?1) || ',', ',' || lower(m.name) || ',') > 0
            AND NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list(m.name) o WHERE o.id = f.id AND o.seq > 0)
        ORDER BY m.name, f.id"#,
};
