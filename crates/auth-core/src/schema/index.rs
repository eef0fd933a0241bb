//! The indexes of a merged schema: made, rid of the needless, and checked.

use std::borrow::Cow;

use super::conflict::Conflict;
use super::merged::{Index, Table};
use super::name;
use super::spec::LogicalType;

/// The widest index entry `MySQL` can hold.
const WIDEST_INDEX: u32 = 3072;

/// Makes an index, named after what it is over.
pub(super) fn of(table: &str, by: Cow<'static, str>, columns: Vec<String>, unique: bool) -> Index {
    Index { by, name: name::of_index(table, &columns, unique), columns, unique }
}

/// Drops what the key or another index does anyway, so that a fresh database and a grown one are alike.
pub(super) fn drop_needless(table: &mut Table) {
    let all = table.indexes.clone();
    let mut position = 0;
    table.indexes.retain(|index| {
        let here = position;
        position += 1;
        let covers = |other: &[String]| other.starts_with(&index.columns);
        if index.columns.is_empty() {
            true // kept for the check that refuses it
        } else if index.unique {
            let mut earlier = all.iter().take(here);
            index.columns != table.primary_key && !earlier.any(|other| other.unique && other.columns == index.columns)
        } else {
            !covers(&table.primary_key)
                && !all.iter().enumerate().any(|(at, other)| {
                    let stronger = other.unique || other.columns.len() > index.columns.len() || at < here;
                    at != here && stronger && covers(&other.columns)
                })
        }
    });
}

/// Names every index that cannot be, and every name that is taken twice.
pub(super) fn refuse(tables: &[Table]) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    let mut taken: Vec<(String, String, Cow<'static, str>)> = Vec::new();
    for table in tables {
        taken.push((table.name.to_ascii_lowercase(), table.name.clone(), table.by.clone()));
    }
    for table in tables {
        for index in &table.indexes {
            conflicts.extend(refuse_one(table, index));
            let lower = index.name.to_ascii_lowercase();
            if let Some((_, other, first)) = taken.iter().find(|(name, ..)| *name == lower) {
                conflicts.push(Conflict::IndexName {
                    name: index.name.clone(),
                    table: table.name.clone(),
                    by: index.by.clone(),
                    other: other.clone(),
                    first: first.clone(),
                });
            }
            taken.push((lower, table.name.clone(), index.by.clone()));
        }
    }
    conflicts
}

fn refuse_one(table: &Table, index: &Index) -> Option<Conflict> {
    let (name, by) = (table.name.clone(), index.by.clone());
    let listed = index.columns.join(", ");
    let mut bytes = 0;
    for (position, column) in index.columns.iter().enumerate() {
        let again = index.columns.iter().take(position).any(|earlier| earlier == column);
        let Some(found) = table.column(column).filter(|_| !again) else {
            return Some(Conflict::IndexColumns { table: name, columns: listed, by });
        };
        let Some(width) = width(found.spec.ty) else {
            return Some(Conflict::IndexType { table: name, column: column.clone(), ty: found.spec.ty, by });
        };
        bytes += width;
    }
    if index.columns.is_empty() {
        return Some(Conflict::IndexColumns { table: name, columns: listed, by });
    }
    (bytes > WIDEST_INDEX).then_some(Conflict::IndexWidth { table: name, columns: listed, bytes, by })
}

/// The bytes a value takes in an index of `MySQL`, or none where it cannot be indexed.
fn width(ty: LogicalType) -> Option<u32> {
    match ty {
        LogicalType::Id => Some(64),
        LogicalType::Str(length) => Some(length.min(255) * 4),
        LogicalType::Bool => Some(1),
        LogicalType::Int => Some(4),
        LogicalType::BigInt | LogicalType::Timestamp => Some(8),
        LogicalType::Text | LogicalType::Json => None,
    }
}
