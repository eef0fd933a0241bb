//! Compares a schema with a database. Pure, and only ever adds.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sea_orm::DbBackend;

use super::fit::{Fit, fit};
use super::live::{LiveColumn, LiveSchema, LiveTable, Relation};
use super::merged::{Column, ForeignKey, Index, Schema, Table};
use super::refusal::{Refusal, Warning};
use super::step::{NewColumn, NewTable, Step};

/// What it takes to bring a database up to a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The database it was made for.
    pub backend: DbBackend,
    /// What to do, in this order.
    pub steps: Vec<Step>,
    /// Why nothing of it may be done.
    pub refusals: Vec<Refusal>,
    /// What is otherwise than the schema says, and still works.
    pub warnings: Vec<Warning>,
}

impl Plan {
    /// Whether the database has everything, and nothing stands against using it.
    pub fn is_done(&self) -> bool {
        self.steps.is_empty() && self.refusals.is_empty()
    }
}

/// Compares a schema with a database.
///
/// The steps create tables, columns, foreign keys and indexes. What would have to be dropped,
/// renamed or retyped is a [`Refusal`], what can be lived with a [`Warning`], and what the schema
/// does not know is not touched.
pub fn plan(schema: &Schema, live: &LiveSchema) -> Plan {
    let plan = Plan { backend: live.backend, steps: Vec::new(), refusals: Vec::new(), warnings: Vec::new() };
    let mut planner = Planner { live, plan, done: Vec::new(), later: Vec::new(), declared: BTreeMap::new() };
    for table in &schema.tables {
        match live.relation(&table.name) {
            None => planner.create(table),
            Some((_, Relation::Table)) => {
                let found = live.table(&table.name).cloned().unwrap_or_default();
                planner.compare(table, &found);
            }
            Some((_, Relation::Index | Relation::Other)) => {
                let (by, table) = (table.by.clone(), table.name.clone());
                planner.plan.refusals.push(Refusal::NotATable { by, table });
            }
        }
        planner.done.push(&table.name);
    }
    planner.plan.steps.append(&mut planner.later);
    planner.plan
}

struct Planner<'a> {
    live: &'a LiveSchema,
    plan: Plan,
    /// The tables that exist by now, with their indexes.
    done: Vec<&'a str>,
    /// Foreign keys to tables that come later, or from columns that are there.
    later: Vec<Step>,
    /// The exact types of new columns that point to live ones.
    declared: BTreeMap<(&'a str, &'a str), String>,
}

impl<'a> Planner<'a> {
    fn create(&mut self, table: &'a Table) {
        let mut columns = Vec::new();
        let mut foreign_keys = Vec::new();
        for column in &table.columns {
            columns.push(self.new_column(table, column));
            foreign_keys.extend(self.foreign_key(table, column));
        }
        self.plan.steps.push(Step::CreateTable(NewTable {
            by: table.by.clone(),
            name: table.name.clone(),
            primary_key: table.primary_key.clone(),
            columns,
            foreign_keys,
        }));
        for index in &table.indexes {
            self.create_index(table, index);
        }
    }

    fn compare(&mut self, table: &'a Table, live: &LiveTable) {
        for column in &table.columns {
            if let Some(found) = live.column(&column.spec.name) {
                self.compare_column(table, column, found);
                self.compare_reference(table, column, live);
            } else {
                self.add_column(table, column, live);
            }
        }
        self.compare_key(table, live);
        for found in &live.columns {
            if found.required && !found.filled && table.column(&found.name).is_none() {
                self.plan.refusals.push(Refusal::Unwritten {
                    by: table.by.clone(),
                    table: table.name.clone(),
                    column: found.name.clone(),
                    declared: found.declared.clone(),
                });
            }
        }
        for index in &table.indexes {
            if !live.has_index(&index.columns, index.unique) {
                self.create_index(table, index);
            }
        }
    }

    fn add_column(&mut self, table: &'a Table, column: &'a Column, live: &LiveTable) {
        let (by, name) = (column.by.clone(), column.spec.name.clone());
        let alike = live.columns.iter().find(|found| found.name.eq_ignore_ascii_case(&name));
        if let Some(found) = alike.filter(|_| self.plan.backend != DbBackend::Postgres) {
            let (table, found) = (table.name.clone(), found.name.clone());
            self.plan.refusals.push(Refusal::Spelling { by, table, column: name, found });
            return;
        }
        if !column.spec.nullable && column.spec.default.is_none() {
            self.plan.refusals.push(Refusal::Required { by, table: table.name.clone(), column: name });
            return;
        }
        let new = self.new_column(table, column);
        let foreign_key = self.foreign_key(table, column);
        self.plan.steps.push(Step::AddColumn { table: table.name.clone(), column: new, foreign_key });
    }

    fn compare_column(&mut self, table: &Table, column: &Column, live: &LiveColumn) {
        let spec = &column.spec;
        let (by, name) = (column.by.clone(), table.name.clone());
        let wanted = || Box::new(NewColumn::of(column));
        let path = || (table.name.clone(), spec.name.clone());
        match fit(self.plan.backend, spec.ty, live) {
            Fit::Good => {}
            Fit::Bad => {
                let found = live.declared.clone();
                self.plan.refusals.push(Refusal::Type { by, table: name, wanted: wanted(), found });
                return;
            }
            Fit::Narrow(length) => {
                let (table, column) = path();
                self.plan.warnings.push(Warning::Narrow { table, column, length });
            }
            Fit::Coarse => {
                let (table, column) = path();
                self.plan.warnings.push(Warning::Coarse { table, column });
            }
            Fit::IgnoresCase => {
                let (table, column) = path();
                self.plan.warnings.push(Warning::IgnoresCase { table, column });
            }
        }
        if table.primary_key.contains(&spec.name) {
            return;
        }
        let (table_name, column_name) = path();
        if spec.nullable {
            if live.required {
                self.plan.refusals.push(Refusal::NotNull { by, table: name, wanted: wanted() });
            }
        } else if column.by != table.by && !live.filled {
            // The owner's inserts leave the column out, and its plugin cannot read a null.
            let owner = table.by.clone();
            self.plan.refusals.push(Refusal::NoDefault { by, owner, table: name, wanted: wanted() });
        } else if !live.required {
            self.plan.warnings.push(Warning::Nullable { table: table_name, column: column_name });
        } else if spec.default.is_some() && !live.filled {
            self.plan.warnings.push(Warning::NoDefault { table: table_name, column: column_name });
        }
    }

    fn compare_reference(&mut self, table: &'a Table, column: &'a Column, live: &LiveTable) {
        let Some(foreign_key) = ForeignKey::of(&table.name, &column.spec) else { return };
        let (by, to) = (column.by.clone(), foreign_key.to.clone());
        let (name, from) = (table.name.clone(), column.spec.name.clone());
        let Some(found) = live.references.iter().find(|reference| reference.column == from) else {
            if self.plan.backend == DbBackend::Sqlite {
                self.plan.warnings.push(Warning::NoForeignKey { table: name, column: from, target: to.table });
            } else {
                self.later.push(Step::AddForeignKey { by, foreign_key });
            }
            return;
        };
        if !self.live.same(&found.table, &to.table) {
            let found = found.table.clone();
            self.plan.refusals.push(Refusal::Reference { by, table: name, column: from, found, wanted: to.table });
        } else if !found.on_delete.is_some_and(|action| action.agrees(to.on_delete)) {
            self.plan.warnings.push(Warning::OnDelete { table: name, column: from, wanted: to.on_delete });
        }
    }

    fn compare_key(&mut self, table: &Table, live: &LiveTable) {
        let fits = |key: &String| {
            let column = table.column(key).zip(live.column(key));
            column.is_some_and(|(wanted, found)| fit(self.plan.backend, wanted.spec.ty, found) != Fit::Bad)
        };
        if !table.primary_key.iter().all(fits) {
            return; // refused already, column by column
        }
        let wanted = sorted(&table.primary_key);
        if !live.indexes.iter().any(|index| index.unique && sorted(&index.columns) == wanted) {
            let (by, columns) = (table.by.clone(), table.primary_key.clone());
            self.plan.refusals.push(Refusal::Key { by, table: table.name.clone(), columns });
        }
    }

    fn create_index(&mut self, table: &Table, index: &Index) {
        let Index { by, name, columns, unique } = index.clone();
        let table = table.name.clone();
        if self.live.relation(&name).is_some() {
            self.plan.refusals.push(Refusal::IndexName { by, table, columns, name });
        } else {
            self.plan.steps.push(Step::CreateIndex { by, table, name, columns, unique });
        }
    }

    fn new_column(&mut self, table: &'a Table, column: &'a Column) -> NewColumn {
        let mut new = NewColumn::of(column);
        if self.plan.backend == DbBackend::MySql
            && let Some(to) = &column.spec.references
        {
            let live = self.live.table(&to.table).and_then(|target| target.column(&to.column)).map(exact);
            new.declared = live.or_else(|| self.declared.get(&(to.table.as_str(), to.column.as_str())).cloned());
            if let Some(declared) = &new.declared {
                self.declared.insert((table.name.as_str(), column.spec.name.as_str()), declared.clone());
            }
        }
        new
    }

    /// The foreign key of a new column, if it can be made at once; otherwise it is kept for later.
    fn foreign_key(&mut self, table: &Table, column: &Column) -> Option<ForeignKey> {
        let foreign_key = ForeignKey::of(&table.name, &column.spec)?;
        let to = &foreign_key.to;
        let to_own_key = to.table == table.name && table.primary_key == [to.column.as_str()];
        if self.plan.backend == DbBackend::Sqlite || to_own_key || self.done.contains(&to.table.as_str()) {
            return Some(foreign_key);
        }
        let by: Cow<'static, str> = column.by.clone();
        self.later.push(Step::AddForeignKey { by, foreign_key });
        None
    }
}

/// The whole type of a live column of `MySQL`.
fn exact(column: &LiveColumn) -> String {
    match column.collation.as_deref().and_then(|collation| collation.split_once('_').map(|(set, _)| (set, collation))) {
        Some((set, collation)) => format!("{} CHARACTER SET {set} COLLATE {collation}", column.declared),
        None => column.declared.clone(),
    }
}

fn sorted(columns: &[String]) -> Vec<&String> {
    let mut columns: Vec<&String> = columns.iter().collect();
    columns.sort();
    columns
}
