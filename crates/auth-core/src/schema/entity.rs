//! A table spec from a `SeaORM` entity, so that a table is written down once.

use sea_orm::sea_query::{ColumnType, Expr, ForeignKeyAction, StringLen, TableName, TableRef, Value};
use sea_orm::{
    ColumnTrait, DbBackend, EntityTrait, IdenStatic, Identity, Iterable, PrimaryKeyToColumn, RelationDef,
    RelationTrait, Schema,
};
use thiserror::Error;

use super::spec::{ColumnSpec, DefaultValue, IndexSpec, LogicalType, OnDelete, Reference, TableSpec};

/// Why an entity cannot be kept alike on every database.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SpecError {
    /// The column's type is none of the [`LogicalType`]s.
    #[error("{table}.{column} has the type {found}; use text, bool, i32, i64, a UTC timestamp or JSON")]
    Type {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What the entity says.
        found: String,
    },
    /// The column's default is an expression.
    #[error("{table}.{column} has a default that is no literal text, number or boolean")]
    Default {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// The relation is not from one column to one column.
    #[error("{table} has a relation that is not from one column to one column of a table")]
    Relation {
        /// The table.
        table: String,
    },
    /// The relation does something on deletion or update that not every database can do.
    #[error("{table}.{column} may cascade, set null, restrict or do nothing on delete, and nothing on update")]
    Action {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
}

impl TableSpec {
    /// Reads the spec of a table, or of what somebody adds to it, from an entity.
    ///
    /// # Errors
    ///
    /// Everything in the entity that cannot be kept alike on every database.
    pub fn of<E: EntityTrait>() -> Result<Self, Vec<SpecError>> {
        let mut spec = Self::new(E::default().table_name());
        let mut errors = Vec::new();
        spec.primary_key = E::PrimaryKey::iter().map(|key| key.into_column().as_str().to_owned()).collect();
        for column in E::Column::iter() {
            match column_of(&spec, column) {
                Ok(column) => spec.columns.push(column),
                Err(found) => errors.extend(found),
            }
        }
        // Which columns are indexed has no getter; the statements made from it do.
        for index in Schema::new(DbBackend::Sqlite).create_index_from_entity(E::default()) {
            let columns = index.get_index_spec().get_column_names();
            spec.indexes.push(IndexSpec { columns, unique: index.is_unique_key() });
        }
        let relations = E::Relation::iter().map(|relation| relation.def());
        for relation in relations.filter(|relation| !relation.is_owner && !relation.skip_fk) {
            if let Err(error) = point(&mut spec, &relation) {
                errors.push(error);
            }
        }
        if errors.is_empty() { Ok(spec) } else { Err(errors) }
    }
}

fn column_of<C: ColumnTrait>(spec: &TableSpec, column: C) -> Result<ColumnSpec, Vec<SpecError>> {
    let def = column.def();
    let name = column.as_str();
    let mut errors = Vec::new();
    let ty = logical(def.get_column_type(), spec.primary_key.iter().any(|key| key == name));
    if ty.is_none() {
        let found = format!("{:?}", def.get_column_type());
        errors.push(SpecError::Type { table: spec.name.clone(), column: name.to_owned(), found });
    }
    let default = def.get_column_default().map(literal);
    if default == Some(None) {
        errors.push(SpecError::Default { table: spec.name.clone(), column: name.to_owned() });
    }
    match ty {
        Some(ty) if errors.is_empty() => Ok(ColumnSpec {
            name: name.to_owned(),
            ty,
            nullable: def.is_null(),
            unique: def.is_unique(),
            default: default.flatten(),
            references: None,
        }),
        _ => Err(errors),
    }
}

fn logical(ty: &ColumnType, is_key: bool) -> Option<LogicalType> {
    Some(match ty {
        ColumnType::String(_) | ColumnType::Text if is_key => LogicalType::Id,
        // How an entity says "an id that is neither key nor reference": `column_type = "Char(Some(64))"`.
        ColumnType::Char(_) => LogicalType::Id,
        ColumnType::String(StringLen::N(length)) => LogicalType::Str(*length),
        ColumnType::String(StringLen::None) => LogicalType::Str(255),
        ColumnType::String(StringLen::Max) | ColumnType::Text => LogicalType::Text,
        ColumnType::Boolean => LogicalType::Bool,
        ColumnType::Integer => LogicalType::Int,
        ColumnType::BigInteger => LogicalType::BigInt,
        ColumnType::TimestampWithTimeZone => LogicalType::Timestamp,
        ColumnType::Json | ColumnType::JsonBinary => LogicalType::Json,
        _ => return None,
    })
}

fn literal(default: &Expr) -> Option<DefaultValue> {
    match default {
        Expr::Value(Value::Bool(Some(value))) => Some(DefaultValue::Bool(*value)),
        Expr::Value(Value::Int(Some(value))) => Some(DefaultValue::Int(i64::from(*value))),
        Expr::Value(Value::BigInt(Some(value))) => Some(DefaultValue::Int(*value)),
        Expr::Value(Value::String(Some(value))) => Some(DefaultValue::Text(value.clone())),
        _ => None,
    }
}

fn point(spec: &mut TableSpec, relation: &RelationDef) -> Result<(), SpecError> {
    let (Identity::Unary(from), Identity::Unary(to), TableRef::Table(TableName(_, table), _)) =
        (&relation.from_col, &relation.to_col, &relation.to_tbl)
    else {
        return Err(SpecError::Relation { table: spec.name.clone() });
    };
    let on_delete = match (relation.on_delete, relation.on_update) {
        (None | Some(ForeignKeyAction::NoAction), None) => OnDelete::NoAction,
        (Some(ForeignKeyAction::Restrict), None) => OnDelete::Restrict,
        (Some(ForeignKeyAction::Cascade), None) => OnDelete::Cascade,
        (Some(ForeignKeyAction::SetNull), None) => OnDelete::SetNull,
        _ => {
            return Err(SpecError::Action { table: spec.name.clone(), column: from.inner().into_owned() });
        }
    };
    let from = from.inner();
    let reference = Reference { table: table.inner().into_owned(), column: to.inner().into_owned(), on_delete };
    if let Some(column) = spec.columns.iter_mut().find(|column| column.name == from) {
        column.references = Some(reference);
    }
    Ok(())
}
