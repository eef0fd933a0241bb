//! Says a step to a database.

use sea_orm::sea_query::{
    Alias, BinOper, ColumnDef, ColumnType, Expr, ExprTrait as _, ForeignKey as ForeignKeyStatement, ForeignKeyAction,
    ForeignKeyCreateStatement, Index as IndexStatement, IndexCreateStatement, StringLen, Table as TableStatement,
};
use sea_orm::{DbBackend, StatementBuilder};

use super::ledger;
use super::merged::ForeignKey;
use super::spec::{DefaultValue, LogicalType, OnDelete};
use super::step::{NewColumn, NewTable, Rewrite, Step};

impl Step {
    /// The statements that do this step on a database.
    ///
    /// Empty where a program has to do it, a [`Step::Rewrite`] by code, and for what `SQLite` cannot and
    /// is never planned for it: [`Step::AddForeignKey`] and [`Step::Require`].
    pub fn sql(&self, backend: DbBackend) -> Vec<String> {
        match self {
            Self::CreateTable(table) => vec![create_table(backend, table)],
            Self::AddColumn { table, column, foreign_key } => add_column(backend, table, column, foreign_key.as_ref()),
            Self::AddForeignKey { foreign_key, .. } => add_foreign_key(backend, foreign_key).into_iter().collect(),
            Self::CreateIndex { table, name, columns, unique, .. } => {
                vec![render(backend, &create_index(table, name, columns, *unique))]
            }
            Self::SetAside { table, to, .. } => {
                vec![render(backend, TableStatement::rename().table(table.clone(), to.clone()))]
            }
            Self::Require { table, column, .. } => require(backend, table, column).into_iter().collect(),
            Self::Rewrite(Rewrite { id, checksum, statement, .. }) => match statement {
                Some(statement) => vec![statement.clone(), ledger::note(backend, id, checksum)],
                None => Vec::new(),
            },
            Self::Note { migrations } => {
                migrations.iter().map(|(id, checksum)| ledger::note(backend, id, checksum)).collect()
            }
        }
    }

    /// The statement by which a large index is made while others write, if the database has one.
    ///
    /// It runs outside of a transaction, by hand and before `migrate`, which then finds the index.
    pub fn concurrent_sql(&self, backend: DbBackend) -> Option<String> {
        match self {
            Self::CreateIndex { table, name, columns, unique, rows: Some(_), .. } if backend == DbBackend::Postgres => {
                Some(render(backend, create_index(table, name, columns, *unique).concurrently()))
            }
            _ => None,
        }
    }
}

fn create_index(table: &str, name: &str, columns: &[String], unique: bool) -> IndexCreateStatement {
    let mut index = IndexStatement::create();
    index.name(name.to_owned()).table(table.to_owned());
    for column in columns {
        index.col(column.clone());
    }
    if unique {
        index.unique();
    }
    index
}

fn render<S: StatementBuilder>(backend: DbBackend, statement: &S) -> String {
    backend.build(statement).to_string()
}

fn create_table(backend: DbBackend, table: &NewTable) -> String {
    let mut statement = TableStatement::create();
    statement.table(table.name.clone());
    for column in &table.columns {
        let mut def = define(backend, column);
        if matches!(table.primary_key.as_slice(), [only] if *only == column.spec.name) {
            def.primary_key();
        }
        statement.col(def);
    }
    if table.primary_key.len() > 1 {
        let mut key = IndexStatement::create();
        for column in &table.primary_key {
            key.col(column.clone());
        }
        statement.primary_key(&mut key);
    }
    for foreign_key in &table.foreign_keys {
        statement.foreign_key(&mut constraint(foreign_key));
    }
    if backend == DbBackend::MySql {
        // Tokens and ids are compared byte by byte, as on the other two.
        statement.engine("InnoDB").character_set("utf8mb4").collate("utf8mb4_bin");
    }
    render(backend, &statement)
}

fn add_column(backend: DbBackend, table: &str, column: &NewColumn, foreign_key: Option<&ForeignKey>) -> Vec<String> {
    let mut def = define_alone(backend, column);
    if backend == DbBackend::Sqlite
        && let Some(ForeignKey { to, .. }) = foreign_key
    {
        // Only here can SQLite add a reference, and sea-query has no builder for it. Names are plain.
        def.extra(format!(
            "REFERENCES \"{}\" (\"{}\") ON DELETE {}",
            to.table,
            to.column,
            to.on_delete.to_string().to_uppercase()
        ));
    }
    let added = render(backend, TableStatement::alter().table(table.to_owned()).add_column(def));
    std::iter::once(added).chain(foreign_key.and_then(|key| add_foreign_key(backend, key))).collect()
}

fn add_foreign_key(backend: DbBackend, foreign_key: &ForeignKey) -> Option<String> {
    (backend != DbBackend::Sqlite).then(|| render(backend, &constraint(foreign_key)))
}

fn constraint(ForeignKey { name, table, column, to }: &ForeignKey) -> ForeignKeyCreateStatement {
    let mut statement = ForeignKeyStatement::create();
    statement.name(name.clone()).from(table.clone(), column.clone()).to(to.table.clone(), to.column.clone()).on_delete(
        match to.on_delete {
            OnDelete::NoAction => ForeignKeyAction::NoAction,
            OnDelete::Restrict => ForeignKeyAction::Restrict,
            OnDelete::Cascade => ForeignKeyAction::Cascade,
            OnDelete::SetNull => ForeignKeyAction::SetNull,
        },
    );
    statement
}

fn define(backend: DbBackend, column: &NewColumn) -> ColumnDef {
    let mut def = ColumnDef::new_with_type(column.spec.name.clone(), type_of(backend, column));
    if !column.spec.nullable {
        def.not_null();
    }
    match &column.spec.default {
        Some(DefaultValue::Bool(value)) => def.default(*value),
        Some(DefaultValue::Int(value)) => def.default(*value),
        Some(DefaultValue::Text(value)) => def.default(value.clone()),
        None => &mut def,
    };
    def
}

/// Defines a column of a table that others may have made, whose default collation is not ours.
fn define_alone(backend: DbBackend, column: &NewColumn) -> ColumnDef {
    let mut column = column.clone();
    if backend == DbBackend::MySql && column.declared.is_none() {
        column.declared = match column.spec.ty {
            LogicalType::Str(length) => Some(byte_by_byte(&format!("varchar({length})"))),
            LogicalType::Text => Some(byte_by_byte("text")),
            LogicalType::Json => Some(byte_by_byte("longtext")),
            _ => None,
        };
    }
    define(backend, &column)
}

/// A type of `MySQL` whose texts are compared byte by byte, as on the other two.
pub(super) fn byte_by_byte(ty: &str) -> String {
    format!("{ty} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
}

/// The type map. Everything that decides how a value is kept is here.
fn type_of(backend: DbBackend, column: &NewColumn) -> ColumnType {
    if let Some(declared) = &column.declared {
        return ColumnType::custom(declared.clone());
    }
    match (backend, column.spec.ty) {
        (DbBackend::MySql, LogicalType::Id) => ColumnType::custom("varchar(64) CHARACTER SET ascii COLLATE ascii_bin"),
        (DbBackend::MySql, LogicalType::Str(length)) => ColumnType::String(StringLen::N(length)),
        // What sea-query calls a timestamp has no fraction there, and ends in 2038.
        (DbBackend::MySql, LogicalType::Timestamp) => ColumnType::custom("datetime(6)"),
        (DbBackend::MySql, LogicalType::Json) => ColumnType::custom("longtext"),
        (DbBackend::Postgres, LogicalType::Timestamp) => ColumnType::TimestampWithTimeZone,
        (DbBackend::Postgres, LogicalType::Json) => ColumnType::JsonBinary,
        (_, LogicalType::Bool) => ColumnType::Boolean,
        (_, LogicalType::Int) => ColumnType::Integer,
        (_, LogicalType::BigInt) => ColumnType::BigInteger,
        (_, LogicalType::Id | LogicalType::Str(_) | LogicalType::Text | LogicalType::Timestamp | LogicalType::Json) => {
            ColumnType::Text
        }
    }
}

/// Requires a column. `SQLite` cannot.
fn require(backend: DbBackend, table: &str, column: &NewColumn) -> Option<String> {
    if backend == DbBackend::Postgres {
        let mut def = ColumnDef::new(column.spec.name.clone());
        def.not_null();
        return alter(backend, table, def);
    }
    modify(backend, table, column)
}

/// Changes what a column may hold, for a person to run. `SQLite` cannot.
pub(super) fn modify(backend: DbBackend, table: &str, column: &NewColumn) -> Option<String> {
    let mut def = define_alone(backend, column);
    if column.spec.nullable {
        def.null();
    }
    alter(backend, table, def)
}

/// Changes a column's type and converts what is there, for a person to run. `SQLite` cannot.
pub(super) fn retype(backend: DbBackend, table: &str, column: &NewColumn) -> Option<String> {
    let mut def = define_alone(backend, column);
    if backend == DbBackend::Postgres {
        // Nothing but the type: `USING` belongs to it and is written last.
        def = ColumnDef::new_with_type(column.spec.name.clone(), type_of(backend, column));
        let old = Expr::col(column.spec.name.clone());
        def.using(match column.spec.ty {
            LogicalType::Timestamp => old.binary(BinOper::Custom("AT TIME ZONE"), Expr::val("UTC")),
            LogicalType::Bool => old.cast_as(Alias::new("bool")),
            LogicalType::Int => old.cast_as(Alias::new("integer")),
            LogicalType::BigInt => old.cast_as(Alias::new("bigint")),
            LogicalType::Json => old.cast_as(Alias::new("jsonb")),
            LogicalType::Id | LogicalType::Str(_) | LogicalType::Text => old.cast_as(Alias::new("text")),
        });
    }
    alter(backend, table, def)
}

/// Lets a column be null, for a person to run. `SQLite` cannot.
pub(super) fn make_nullable(backend: DbBackend, table: &str, column: &str, declared: &str) -> Option<String> {
    let mut def = ColumnDef::new(column.to_owned());
    if backend == DbBackend::MySql {
        def.custom(declared.to_owned());
    }
    def.null();
    alter(backend, table, def)
}

fn alter(backend: DbBackend, table: &str, def: ColumnDef) -> Option<String> {
    (backend != DbBackend::Sqlite)
        .then(|| render(backend, TableStatement::alter().table(table.to_owned()).modify_column(def)))
}
