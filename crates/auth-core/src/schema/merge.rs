//! Joins what all plugins want into one schema, or names every conflict.

use std::borrow::Cow;

use super::conflict::Conflict;
use super::index;
use super::merged::{Column, Schema, Table};
use super::name;
use super::order;
use super::spec::{ColumnSpec, DefaultValue, IndexSpec, LogicalType, OnDelete, TableSpec};

/// What one plugin wants of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// The plugin.
    pub by: Cow<'static, str>,
    /// Whether the table is the plugin's own.
    pub kind: ContributionKind,
    /// What it wants.
    pub spec: TableSpec,
}

/// Whose table a contribution is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContributionKind {
    /// The plugin's own: it inserts and deletes the rows.
    Owns,
    /// Somebody else's, to which the plugin adds columns that are nullable or have a default.
    Extends,
}

/// Joins what all plugins want into one schema.
///
/// # Errors
///
/// Every conflict there is, with the plugins it is between.
pub fn merge(contributions: Vec<Contribution>) -> Result<Schema, Vec<Conflict>> {
    let (owned, extending): (Vec<_>, Vec<_>) =
        contributions.into_iter().partition(|contribution| contribution.kind == ContributionKind::Owns);
    let mut merge = Merge::default();
    for contribution in owned {
        merge.own(contribution);
    }
    for contribution in extending {
        merge.extend(contribution);
    }
    merge.index();
    merge.point();
    merge.check_columns();
    merge.conflicts.extend(index::refuse(&merge.tables));
    if merge.conflicts.is_empty() {
        Ok(Schema { tables: order::by_reference(merge.tables), migrations: Vec::new() })
    } else {
        Err(merge.conflicts)
    }
}

#[derive(Default)]
struct Merge {
    tables: Vec<Table>,
    /// Indexes asked for, by table. Made once all columns are known.
    asked: Vec<(String, Cow<'static, str>, IndexSpec)>,
    conflicts: Vec<Conflict>,
}

impl Merge {
    fn own(&mut self, Contribution { by, spec, .. }: Contribution) {
        if let Some(first) = self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(&spec.name)) {
            let (table, first, other) = (spec.name, first.by.clone(), first.name.clone());
            self.conflicts.push(if table == other {
                Conflict::OwnedTwice { table, first, by }
            } else {
                Conflict::Spelling { name: table, by, other, first }
            });
            return;
        }
        if !name::is_plain(&spec.name) {
            self.conflicts.push(Conflict::Name { by: by.clone(), name: spec.name.clone() });
        }
        let keyed = |key: &String| spec.columns.iter().any(|column| column.name == *key && !column.nullable);
        if spec.primary_key.is_empty() || !spec.primary_key.iter().all(keyed) {
            self.conflicts.push(Conflict::Key { table: spec.name.clone(), by: by.clone() });
        }
        if let Some(mark) = &spec.mark
            && !spec.columns.iter().any(|column| column.name == *mark)
        {
            let (table, column) = (spec.name.clone(), mark.clone());
            self.conflicts.push(Conflict::Mark { table, column, by: by.clone() });
        }
        let mut table = Table {
            by: by.clone(),
            name: spec.name,
            primary_key: spec.primary_key,
            columns: Vec::new(),
            indexes: Vec::new(),
            mark: spec.mark,
        };
        for column in spec.columns {
            self.conflicts.extend(add(&mut table, by.clone(), column));
        }
        self.ask(&table.name, by, spec.indexes);
        self.tables.push(table);
    }

    fn extend(&mut self, Contribution { by, spec, .. }: Contribution) {
        let Some(table) = self.tables.iter_mut().find(|table| table.name == spec.name) else {
            self.conflicts.push(Conflict::NoOwner { table: spec.name, by });
            return;
        };
        if !spec.primary_key.is_empty() && spec.primary_key != table.primary_key {
            let (table, first) = (table.name.clone(), table.by.clone());
            self.conflicts.push(Conflict::ExtendedKey { table, first, by: by.clone() });
        }
        for column in spec.columns {
            if table.column(&column.name).is_none() {
                self.conflicts.extend(refuse_extension(table, by.clone(), &column));
            }
            self.conflicts.extend(add(table, by.clone(), column));
        }
        self.ask(&spec.name, by, spec.indexes);
    }

    fn ask(&mut self, table: &str, by: Cow<'static, str>, indexes: Vec<IndexSpec>) {
        let asked = indexes.into_iter().map(move |index| (table.to_owned(), by.clone(), index));
        self.asked.extend(asked);
    }

    /// Makes the indexes: those of unique columns, then those asked for, without the needless.
    fn index(&mut self) {
        for table in &mut self.tables {
            for column in &table.columns {
                let alone = vec![column.spec.name.clone()];
                if column.spec.unique {
                    table.indexes.push(index::of(&table.name, column.by.clone(), alone, true));
                }
            }
            for (_, by, index) in self.asked.iter().filter(|(name, ..)| *name == table.name) {
                table.indexes.push(index::of(&table.name, by.clone(), index.columns.clone(), index.unique));
            }
            index::drop_needless(table);
        }
    }

    /// Follows references, and gives each column the type of what it points to.
    fn point(&mut self) {
        let mut types = Vec::new();
        for (at, table) in self.tables.iter().enumerate() {
            for (position, column) in table.columns.iter().enumerate() {
                match target(&self.tables, table, column) {
                    Ok(Some(ty)) => types.push((at, position, ty)),
                    Ok(None) => {}
                    Err(conflict) => self.conflicts.push(*conflict),
                }
            }
        }
        for (at, position, ty) in types {
            if let Some(column) = self.tables.get_mut(at).and_then(|table| table.columns.get_mut(position)) {
                column.spec.ty = ty;
            }
        }
    }

    fn check_columns(&mut self) {
        for table in &self.tables {
            for Column { by, spec } in &table.columns {
                let (table, column, by) = (table.name.clone(), spec.name.clone(), by.clone());
                if !name::is_plain(&column) {
                    self.conflicts.push(Conflict::Name { by: by.clone(), name: column.clone() });
                }
                if let LogicalType::Str(length) = spec.ty
                    && !(1..=255).contains(&length)
                {
                    let (table, column, by) = (table.clone(), column.clone(), by.clone());
                    self.conflicts.push(Conflict::Length { table, column, length, by });
                }
                if let Some(default) = &spec.default
                    && (spec.references.is_some() || !fits(default, spec.ty))
                {
                    self.conflicts.push(Conflict::Default { table, column, default: default.to_string(), by });
                }
            }
        }
    }
}

/// Adds a column, unless it is there already and the same.
fn add(table: &mut Table, by: Cow<'static, str>, spec: ColumnSpec) -> Option<Conflict> {
    let Some(there) = table.columns.iter().find(|column| column.spec.name.eq_ignore_ascii_case(&spec.name)) else {
        table.columns.push(Column { by, spec });
        return None;
    };
    let first = there.by.clone();
    if there.spec.name != spec.name {
        let path = |column: &str| format!("{}.{column}", table.name);
        let (name, other) = (path(&spec.name), path(&there.spec.name));
        return Some(Conflict::Spelling { name, by, other, first });
    }
    (there.spec != spec).then(|| Conflict::Column {
        table: table.name.clone(),
        first,
        found: Box::new(there.spec.clone()),
        by,
        wanted: Box::new(spec),
    })
}

fn refuse_extension(table: &Table, by: Cow<'static, str>, column: &ColumnSpec) -> Option<Conflict> {
    let (name, first) = (table.name.clone(), table.by.clone());
    let wanted = column.name.clone();
    if let Some(to) = &column.references {
        let target = to.table.clone();
        return Some(Conflict::ExtendedReference { table: name, column: wanted, target, first, by });
    }
    let optional = column.nullable || column.default.is_some();
    (!optional).then_some(Conflict::Required { table: name, column: wanted, first, by })
}

/// The type of what a column points to, at the end of the chain.
fn target(tables: &[Table], table: &Table, column: &Column) -> Result<Option<LogicalType>, Box<Conflict>> {
    let Some(to) = &column.spec.references else { return Ok(None) };
    let (name, from, by) = (table.name.clone(), column.spec.name.clone(), column.by.clone());
    let Some(other) = tables.iter().find(|other| other.name == to.table) else {
        return Err(Box::new(Conflict::UnknownTable { table: name, column: from, target: to.table.clone(), by }));
    };
    let (target, target_column, owner) = (to.table.clone(), to.column.clone(), other.by.clone());
    if !other.is_unique(&to.column) {
        return Err(Box::new(Conflict::NotUnique { table: name, column: from, target, target_column, owner, by }));
    }
    if to.on_delete == OnDelete::SetNull && !column.spec.nullable {
        return Err(Box::new(Conflict::SetNull { table: name, column: from, by }));
    }
    let Some(target_ty) = end_of_chain(tables, other, &to.column) else {
        return Err(Box::new(Conflict::NotUnique { table: name, column: from, target, target_column, owner, by }));
    };
    let ty = column.spec.ty;
    if is_text(ty) && is_text(target_ty) || ty == target_ty {
        return Ok(Some(target_ty));
    }
    Err(Box::new(Conflict::ReferenceType {
        table: name,
        column: from,
        ty,
        target,
        target_column,
        target_ty,
        owner,
        by,
    }))
}

fn end_of_chain(tables: &[Table], table: &Table, column: &str) -> Option<LogicalType> {
    let mut at = table.column(column)?;
    // A chain that is longer than there are tables is a circle, and any link of it will do.
    for _ in 0..tables.len() {
        let Some(to) = &at.spec.references else { break };
        let Some(next) = tables.iter().find(|other| other.name == to.table).and_then(|other| other.column(&to.column))
        else {
            break;
        };
        at = next;
    }
    Some(at.spec.ty)
}

fn is_text(ty: LogicalType) -> bool {
    matches!(ty, LogicalType::Id | LogicalType::Str(_) | LogicalType::Text)
}

fn fits(default: &DefaultValue, ty: LogicalType) -> bool {
    match (default, ty) {
        (DefaultValue::Bool(_), LogicalType::Bool) | (DefaultValue::Int(_), LogicalType::BigInt) => true,
        (DefaultValue::Int(value), LogicalType::Int) => i32::try_from(*value).is_ok(),
        (DefaultValue::Text(value), LogicalType::Str(length)) => {
            u32::try_from(value.chars().count()).is_ok_and(|found| found <= length)
        }
        (DefaultValue::Text(value), LogicalType::Id) => value.is_ascii() && value.len() <= 64,
        _ => false,
    }
}
