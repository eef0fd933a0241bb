//! Compares a schema with a database. Pure, and never takes anything away.

mod columns;
mod rewrites;

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DbBackend;

use super::fit::{Fit, fit};
use super::ledger;
use super::live::{LiveSchema, LiveTable, Relation};
use super::merged::{Index, Schema, Table};
use super::refusal::Refusal;
use super::step::{NewColumn, NewTable, Step};
use super::warning::Warning;

/// From how many rows on making an index is told to take long.
const LARGE: u64 = 100_000;

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
    /// What the schema does not know, and nobody touches: tables, and columns as `table.column`.
    pub unknown: Vec<String>,
}

impl Plan {
    /// Whether the database has everything, and nothing stands against using it.
    pub fn is_done(&self) -> bool {
        self.steps.is_empty() && self.refusals.is_empty()
    }

    /// What a person has to agree to before the plan is carried out.
    pub fn consents(&self) -> Vec<String> {
        self.steps.iter().filter_map(Step::consent).collect()
    }
}

/// Compares a schema with a database.
///
/// The steps create tables, columns, foreign keys and indexes, and run data migrations. What would
/// have to be dropped or retyped is a [`Refusal`], what can be lived with a [`Warning`], and what the
/// schema does not know is not touched. Only a table of somebody else's that stands in the way of one
/// of ours is renamed, if the schema says how to tell them apart.
pub fn plan(schema: &Schema, live: &LiveSchema) -> Plan {
    let mut planner = Planner {
        schema,
        live,
        plan: Plan {
            backend: live.backend,
            steps: Vec::new(),
            refusals: Vec::new(),
            warnings: Vec::new(),
            unknown: Vec::new(),
        },
        aside: BTreeSet::new(),
        done: Vec::new(),
        rewrites: Vec::new(),
        later: Vec::new(),
        last: Vec::new(),
        declared: BTreeMap::new(),
    };
    planner.set_aside();
    planner.sort_migrations();
    for table in &schema.tables {
        match planner.relation(&table.name) {
            None => planner.create(table),
            Some(Relation::Table) => {
                let found = live.table(&table.name).cloned().unwrap_or_default();
                planner.compare(table, &found);
            }
            Some(Relation::Index | Relation::Other) => {
                let (by, table) = (table.by.clone(), table.name.clone());
                planner.plan.refusals.push(Refusal::NotATable { by, table });
            }
        }
        planner.done.push(&table.name);
    }
    planner.list_unknown();
    let Planner { mut plan, rewrites, later, last, .. } = planner;
    plan.steps.extend(rewrites.into_iter().chain(later).chain(last));
    plan
}

struct Planner<'a> {
    schema: &'a Schema,
    live: &'a LiveSchema,
    plan: Plan,
    /// The tables of somebody else's that are renamed first.
    aside: BTreeSet<&'a str>,
    /// The tables that exist by now, with the indexes of those that are new.
    done: Vec<&'a str>,
    /// Rows that are rewritten once all columns are there.
    rewrites: Vec<Step>,
    /// Indexes and requirements on tables with rows, and foreign keys that had to wait.
    later: Vec<Step>,
    /// Rows that are rewritten at the end, and the ledger.
    last: Vec<Step>,
    /// The exact types of new columns that point to live ones.
    declared: BTreeMap<(&'a str, &'a str), String>,
}

impl<'a> Planner<'a> {
    /// Renames what has the name of a table of ours and is not it.
    fn set_aside(&mut self) {
        for table in &self.schema.tables {
            let (Some(mark), Some((name, Relation::Table))) = (&table.mark, self.live.relation(&table.name)) else {
                continue;
            };
            let has_mark = self
                .live
                .table(name)
                .is_some_and(|live| live.columns.iter().any(|column| column.name.eq_ignore_ascii_case(mark)));
            // Where the plugin has noted anything, it has been: the table is an older one of its own.
            let has_been = self.live.ledger.keys().any(|id| id.split('/').next() == Some(&*table.by));
            if has_mark || has_been {
                continue;
            }
            let (by, to) = (table.by.clone(), format!("{name}_old"));
            if self.live.relation(&to).is_some() {
                self.plan.refusals.push(Refusal::SetAside { by, table: name.to_owned(), taken: to });
            } else {
                self.plan.steps.push(Step::SetAside { by, table: name.to_owned(), to });
            }
            self.aside.insert(&table.name);
        }
    }

    /// What a name stands for, once everything is set aside that stood in the way.
    fn relation(&self, name: &str) -> Option<Relation> {
        let found = self.live.relation(name).map(|(_, relation)| relation);
        found.filter(|_| !self.aside.contains(name))
    }

    /// A live table that stays where it is.
    fn live_table(&self, name: &str) -> Option<&'a LiveTable> {
        self.live.table(name).filter(|_| !self.aside.contains(name))
    }

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
            if let Some(step) = self.create_index(table, index) {
                self.plan.steps.push(step);
            }
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
            if !live.has_index(&index.columns, index.unique) && !self.refuse_index(table, index, live) {
                let step = self.create_index(table, index);
                self.later.extend(step);
            }
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

    /// Whether a live column stands against an index. `MySQL` indexes only the beginning of a long text,
    /// `MariaDB` keeps it unique all the same.
    fn refuse_index(&mut self, table: &Table, index: &Index, live: &LiveTable) -> bool {
        if self.plan.backend != DbBackend::MySql || (index.unique && self.live.hashes) {
            return false;
        }
        let before = self.plan.refusals.len();
        for name in &index.columns {
            let Some((column, found)) = table.column(name).zip(live.column(name)) else { continue };
            if matches!(found.ty.as_str(), "tinytext" | "text" | "mediumtext" | "longtext" | "json") {
                self.plan.refusals.push(Refusal::Unindexable {
                    by: index.by.clone(),
                    table: table.name.clone(),
                    wanted: Box::new(NewColumn::of(column)),
                    found: found.declared.clone(),
                });
            }
        }
        self.plan.refusals.len() > before
    }

    fn create_index(&mut self, table: &Table, index: &Index) -> Option<Step> {
        let Index { by, name, columns, unique } = index.clone();
        let live = self.live_table(&table.name);
        // Only an index on what is there already, and stays as it is, can be made by hand beforehand.
        let is_there = live.is_some_and(|live| columns.iter().all(|column| live.column(column).is_some()));
        let waits = self.rewrites.iter().any(|step| step.table() == table.name);
        let rows = live.and_then(|live| live.rows).filter(|rows| is_there && !waits && *rows >= LARGE);
        let table = table.name.clone();
        // On MySQL names of indexes belong to their table, elsewhere to the whole database.
        let of_table = self
            .live_table(&table)
            .is_some_and(|live| live.index_names.iter().any(|taken| taken.eq_ignore_ascii_case(&name)));
        if of_table || self.live.relation(&name).is_some() {
            self.plan.refusals.push(Refusal::IndexName { by, table, columns, name });
            return None;
        }
        Some(Step::CreateIndex { by, table, name, columns, unique, rows })
    }

    /// Lists what the schema does not know.
    fn list_unknown(&mut self) {
        for (name, relation) in &self.live.relations {
            let known = self.schema.tables.iter().find(|table| self.live.same(&table.name, name));
            let Some(table) = known else {
                if *relation == Relation::Table && !name.starts_with("sqlite_") && name != ledger::TABLE {
                    self.plan.unknown.push(name.clone());
                }
                continue;
            };
            let columns = self.live_table(name).map_or(&[][..], |live| &live.columns);
            for column in columns.iter().filter(|column| table.column(&column.name).is_none()) {
                self.plan.unknown.push(format!("{name}.{}", column.name));
            }
        }
    }
}

fn sorted(columns: &[String]) -> Vec<&String> {
    let mut columns: Vec<&String> = columns.iter().collect();
    columns.sort();
    columns
}
