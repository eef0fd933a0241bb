//! What a database has.

mod mysql;
mod postgres;
mod sqlite;

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};

use super::ledger;
use super::merged::Schema;
use super::spec::OnDelete;

/// What a database has, as far as a schema is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSchema {
    /// The database it was read from.
    pub backend: DbBackend,
    /// Whether the database takes table names that differ in case for one.
    pub ignores_case: bool,
    /// Whether the database can keep a text of any length unique. Of `MySQL` only `MariaDB` can.
    pub hashes: bool,
    /// Everything that has a name, also what the schema does not know.
    pub relations: BTreeMap<String, Relation>,
    /// The tables the schema knows, under their live names.
    pub tables: BTreeMap<String, LiveTable>,
    /// The data migrations that have run, with their checksums.
    pub ledger: BTreeMap<String, String>,
    /// The data migrations that would find nothing to do.
    pub idle: BTreeSet<String>,
}

/// What a name in a database stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// A table.
    Table,
    /// An index.
    Index,
    /// A view, a sequence, a trigger.
    Other,
}

/// A table of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveTable {
    /// The columns, in order.
    pub columns: Vec<LiveColumn>,
    /// The indexes that hold for every row: no partial ones, none over expressions.
    pub indexes: Vec<LiveIndex>,
    /// The names of all its indexes, also of those that do not count.
    pub index_names: BTreeSet<String>,
    /// The foreign keys of one column.
    pub references: Vec<LiveReference>,
    /// Whether it is known to have no rows.
    pub empty: bool,
    /// About how many rows it has, where the database keeps count.
    pub rows: Option<u64>,
}

/// A column of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveColumn {
    /// The name, as the database spells it.
    pub name: String,
    /// The type without length, in lower case.
    pub ty: String,
    /// The type as it was declared.
    pub declared: String,
    /// How many characters it holds, where that is limited.
    pub length: Option<u32>,
    /// How it is compared, where the database says so for each column.
    pub collation: Option<String>,
    /// Whether it is NOT NULL.
    pub required: bool,
    /// Whether the database fills it when an insert says nothing.
    pub filled: bool,
    /// What it is filled with, as the database writes it down.
    pub default: Option<String>,
}

/// An index of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveIndex {
    /// The columns, in order.
    pub columns: Vec<String>,
    /// Whether no two rows may hold the same values.
    pub unique: bool,
    /// Whether it is the key.
    pub primary: bool,
}

/// A foreign key of one column in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveReference {
    /// The column.
    pub column: String,
    /// The table it points to.
    pub table: String,
    /// What a deletion there does here; none for what we never write, such as SET DEFAULT.
    pub on_delete: Option<OnDelete>,
}

impl LiveSchema {
    /// A database with nothing in it.
    pub fn empty(backend: DbBackend) -> Self {
        let ignores_case = backend == DbBackend::Sqlite;
        Self {
            backend,
            ignores_case,
            hashes: backend != DbBackend::MySql,
            relations: BTreeMap::new(),
            tables: BTreeMap::new(),
            ledger: BTreeMap::new(),
            idle: BTreeSet::new(),
        }
    }

    /// What a name stands for, and how the database spells it.
    pub(super) fn relation(&self, name: &str) -> Option<(&str, Relation)> {
        let found = self.relations.iter().find(|(live, _)| self.same(live, name));
        found.map(|(live, relation)| (live.as_str(), *relation))
    }

    /// The table of this name.
    pub fn table(&self, name: &str) -> Option<&LiveTable> {
        self.tables.iter().find(|(live, _)| self.same(live, name)).map(|(_, table)| table)
    }

    pub(super) fn same(&self, one: &str, other: &str) -> bool {
        if self.ignores_case { one.eq_ignore_ascii_case(other) } else { one == other }
    }
}

impl LiveTable {
    /// The column of this name, in this spelling.
    pub fn column(&self, name: &str) -> Option<&LiveColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether an index does what this one would do.
    pub(super) fn has_index(&self, columns: &[String], unique: bool) -> bool {
        self.indexes.iter().any(|index| {
            if unique { index.unique && index.columns == columns } else { index.columns.starts_with(columns) }
        })
    }
}

/// The four queries of one database. All answer the same columns, so one reader serves them.
struct Queries {
    /// `name`, `kind` (`table`, `index` or else), `folded` (1 where case is ignored), `hashed` (1 where a
    /// text of any length can be unique), `rows` (an estimate).
    relations: &'static str,
    /// `tbl`, `col`, `ty`, `declared`, `len`, `collation`, `required`, `filled`, `preset`.
    columns: &'static str,
    /// `tbl`, `idx`, `uq`, `pk`, `col`; a null `col` is what makes an index unusable to us.
    indexes: &'static str,
    /// `tbl`, `col`, `target`, `on_delete`.
    references: &'static str,
}

/// What a connection of `MySQL` without a database is told.
pub(super) const NOWHERE: &str = "the URL names no database; write it behind the host, as /app";

/// Where tables go, which has to be somewhere: a connection may be to a server only, or look in schemas
/// that are not there.
async fn is_somewhere<C: ConnectionTrait>(conn: &C, backend: DbBackend) -> Result<(), DbErr> {
    let (ask, nowhere) = match backend {
        DbBackend::Postgres => (
            "SELECT current_schema()::text AS \"place\"",
            "no schema of the search path is there; create it, or correct search_path",
        ),
        DbBackend::MySql => ("SELECT DATABASE() AS `place`", NOWHERE),
        _ => return Ok(()),
    };
    let row = conn.query_one_raw(Statement::from_string(backend, ask)).await?;
    let place = row.map(|row| row.try_get::<Option<String>>("", "place")).transpose()?.flatten();
    place.map(drop).ok_or_else(|| DbErr::Custom(nowhere.to_owned()))
}

/// Reads what a database has of a schema's tables, and the names of everything else.
///
/// # Errors
///
/// What the database answers.
pub async fn introspect<C: ConnectionTrait>(conn: &C, schema: &Schema) -> Result<LiveSchema, DbErr> {
    let backend = conn.get_database_backend();
    let queries = match backend {
        DbBackend::Postgres => &postgres::QUERIES,
        DbBackend::MySql => &mysql::QUERIES,
        _ => &sqlite::QUERIES,
    };
    is_somewhere(conn, backend).await?;
    let mut live = LiveSchema::empty(backend);
    let mut estimates = BTreeMap::new();
    for row in conn.query_all_raw(Statement::from_string(backend, queries.relations)).await? {
        live.ignores_case |= flag(&row, "folded")?;
        live.hashes |= flag(&row, "hashed")?;
        let (name, kind): (String, String) = (row.try_get("", "name")?, row.try_get("", "kind")?);
        if let Some(rows) = row.try_get::<Option<i64>>("", "rows")?.and_then(|rows| u64::try_from(rows).ok()) {
            estimates.insert(name.clone(), rows);
        }
        live.relations.insert(name, relation(&kind));
    }
    // Names are plain, so a comma cannot be part of one.
    let known: Vec<&str> = schema.tables.iter().map(|table| table.name.as_str()).collect();
    let known = known.join(",");
    let ask =
        |sql: &'static str| conn.query_all_raw(Statement::from_sql_and_values(backend, sql, [known.clone().into()]));
    for row in ask(queries.references).await? {
        let action: String = row.try_get("", "on_delete")?;
        let reference = LiveReference {
            column: row.try_get("", "col")?,
            table: row.try_get("", "target")?,
            on_delete: on_delete(&action),
        };
        live.tables.entry(row.try_get("", "tbl")?).or_default().references.push(reference);
    }
    for row in ask(queries.columns).await? {
        let table: String = row.try_get("", "tbl")?;
        live.tables.entry(table).or_default().columns.push(column(&row)?);
    }
    read_indexes(&mut live, ask(queries.indexes).await?)?;
    for (name, table) in &mut live.tables {
        table.rows = estimates.get(name).copied();
    }
    live.ledger = ledger::read(conn, &live).await?;
    Ok(live)
}

/// Takes up the indexes, each row a column of one.
fn read_indexes(live: &mut LiveSchema, rows: Vec<QueryResult>) -> Result<(), DbErr> {
    let mut unusable = Vec::new();
    let mut indexes: BTreeMap<(String, String), LiveIndex> = BTreeMap::new();
    for row in rows {
        let name: (String, String) = (row.try_get("", "tbl")?, row.try_get("", "idx")?);
        live.tables.entry(name.0.clone()).or_default().index_names.insert(name.1.clone());
        let Some(column) = row.try_get::<Option<String>>("", "col")? else {
            unusable.push(name);
            continue;
        };
        let (unique, primary) = (flag(&row, "uq")?, flag(&row, "pk")?);
        let index = indexes.entry(name).or_insert(LiveIndex { columns: Vec::new(), unique, primary });
        index.columns.push(column);
    }
    for (name, index) in indexes {
        if !unusable.contains(&name) {
            live.tables.entry(name.0).or_default().indexes.push(index);
        }
    }
    Ok(())
}

fn column(row: &QueryResult) -> Result<LiveColumn, DbErr> {
    let ty: String = row.try_get("", "ty")?;
    let length: Option<i64> = row.try_get("", "len")?;
    Ok(LiveColumn {
        name: row.try_get("", "col")?,
        ty: ty.to_ascii_lowercase(),
        declared: row.try_get("", "declared")?,
        // Longer than we can say is not limited at all.
        length: length.and_then(|length| u32::try_from(length).ok()),
        collation: row.try_get("", "collation")?,
        required: flag(row, "required")?,
        filled: flag(row, "filled")?,
        default: row.try_get("", "preset")?,
    })
}

fn flag(row: &QueryResult, name: &str) -> Result<bool, DbErr> {
    Ok(row.try_get::<i64>("", name)? != 0)
}

fn relation(kind: &str) -> Relation {
    match kind {
        "table" => Relation::Table,
        "index" => Relation::Index,
        _ => Relation::Other,
    }
}

fn on_delete(action: &str) -> Option<OnDelete> {
    match action.to_ascii_uppercase().as_str() {
        "NO ACTION" | "A" => Some(OnDelete::NoAction),
        "RESTRICT" | "R" => Some(OnDelete::Restrict),
        "CASCADE" | "C" => Some(OnDelete::Cascade),
        "SET NULL" | "N" => Some(OnDelete::SetNull),
        _ => None,
    }
}
