//! Compares columns, and what they point to.

use sea_orm::DbBackend;

use super::Planner;
use crate::schema::fit::{Fit, fit};
use crate::schema::live::{LiveColumn, LiveTable};
use crate::schema::merged::{Column, ForeignKey, Table};
use crate::schema::preset;
use crate::schema::refusal::Refusal;
use crate::schema::sql;
use crate::schema::step::{NewColumn, Step};
use crate::schema::warning::{Drift, Warning};

impl<'a> Planner<'a> {
    pub(super) fn add_column(&mut self, table: &'a Table, column: &'a Column, live: &LiveTable) {
        let (by, name) = (column.by.clone(), column.spec.name.clone());
        let alike = live.columns.iter().find(|found| found.name.eq_ignore_ascii_case(&name));
        if let Some(found) = alike.filter(|_| self.plan.backend != DbBackend::Postgres) {
            let (table, found) = (table.name.clone(), found.name.clone());
            self.plan.refusals.push(Refusal::Spelling { by, table, column: name, found });
            return;
        }
        let mut new = self.new_column(table, column);
        if !column.spec.nullable && column.spec.default.is_none() && !live.empty {
            if !self.is_filled(table, &name) {
                self.plan.refusals.push(Refusal::Required { by, table: table.name.clone(), column: name });
                return;
            }
            self.require(table, &new);
            new.spec.nullable = true;
        }
        let foreign_key = self.foreign_key(table, column);
        self.plan.steps.push(Step::AddColumn { table: table.name.clone(), column: new, foreign_key });
    }

    /// Plans that a column is required once a data migration has filled it.
    fn require(&mut self, table: &Table, column: &NewColumn) {
        if self.plan.backend != DbBackend::Sqlite {
            let (by, table, column) = (column.by.clone(), table.name.clone(), column.clone());
            self.later.push(Step::Require { by, table, column });
        }
    }

    pub(super) fn compare_column(&mut self, table: &Table, column: &Column, live: &LiveColumn) {
        let spec = &column.spec;
        let drift = match fit(self.plan.backend, spec.ty, live) {
            Fit::Good => None,
            Fit::Bad => {
                let (by, table, found) = (column.by.clone(), table.name.clone(), live.declared.clone());
                let wanted = Box::new(NewColumn::of(column));
                self.plan.refusals.push(Refusal::Type { by, table, wanted, found });
                return;
            }
            Fit::Narrow(length) => Some(Drift::Narrow(length)),
            Fit::Coarse => Some(Drift::Coarse),
            Fit::IgnoresCase => {
                self.ignores_case(table, column, live);
                None
            }
        };
        self.drifts(table, column, drift);
        if !table.primary_key.contains(&spec.name) {
            self.compare_requirement(table, column, live);
            self.compare_default(table, column, live);
        }
    }

    fn drifts(&mut self, table: &Table, column: &Column, drift: Option<Drift>) {
        let wanted = || Box::new(NewColumn::of(column));
        self.plan.warnings.extend(drift.map(|drift| Warning::Column {
            table: table.name.clone(),
            wanted: wanted(),
            drift,
        }));
    }

    /// Warns of a text that is compared without regard to case. On `MySQL` nothing else about it need change.
    fn ignores_case(&mut self, table: &Table, column: &Column, live: &LiveColumn) {
        let mut wanted = NewColumn::of(column);
        if self.plan.backend == DbBackend::MySql {
            wanted.declared = Some(sql::byte_by_byte(&live.declared));
        }
        let (table, wanted) = (table.name.clone(), Box::new(wanted));
        self.plan.warnings.push(Warning::Column { table, wanted, drift: Drift::IgnoresCase });
    }

    fn compare_requirement(&mut self, table: &Table, column: &Column, live: &LiveColumn) {
        let (by, name) = (column.by.clone(), table.name.clone());
        let wanted = || Box::new(NewColumn::of(column));
        if column.spec.nullable {
            if live.required {
                self.plan.refusals.push(Refusal::NotNull { by, table: name, wanted: wanted() });
            }
        } else if column.by != table.by && !live.filled {
            // The owner's inserts leave the column out, and its plugin cannot read a null.
            let owner = table.by.clone();
            self.plan.refusals.push(Refusal::NoDefault { by, owner, table: name, wanted: wanted() });
        } else if !live.required {
            if self.is_filled(table, &column.spec.name) {
                let mut new = NewColumn::of(column);
                new.declared = (self.plan.backend == DbBackend::MySql).then(|| exact(live));
                self.require(table, &new);
            } else {
                self.drifts(table, column, Some(Drift::Nullable));
            }
        }
    }

    fn compare_default(&mut self, table: &Table, column: &Column, live: &LiveColumn) {
        let Some(wanted) = &column.spec.default else { return };
        if column.by != table.by && !live.filled {
            return; // refused already, or null is as good
        }
        if !live.filled {
            self.drifts(table, column, Some(Drift::NoDefault));
        } else if let Some(found) = live.default.as_deref().and_then(|found| preset::other_than(wanted, found)) {
            self.drifts(table, column, Some(Drift::Default(found)));
        }
    }

    pub(super) fn compare_reference(&mut self, table: &'a Table, column: &'a Column, live: &LiveTable) {
        let Some(foreign_key) = ForeignKey::of(&table.name, &column.spec) else { return };
        let (by, to) = (column.by.clone(), foreign_key.to.clone());
        let (name, from) = (table.name.clone(), column.spec.name.clone());
        let found = live.references.iter().find(|reference| reference.column == from);
        let Some(found) = found else {
            if self.can_point(live, &foreign_key) {
                self.later.push(Step::AddForeignKey { by, foreign_key });
            } else {
                self.plan.warnings.push(Warning::NoForeignKey { table: name, column: from, target: to.table });
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

    /// Whether a live column can be made to point to another.
    ///
    /// `SQLite` cannot do that at all, `MySQL` only between texts that are compared alike.
    fn can_point(&self, live: &LiveTable, ForeignKey { column, to, .. }: &ForeignKey) -> bool {
        let collation =
            |table: &LiveTable, column: &str| table.column(column).and_then(|found| found.collation.clone());
        match self.plan.backend {
            DbBackend::Sqlite => false,
            DbBackend::MySql => {
                let Some(target) = self.live_table(&to.table) else { return true };
                collation(live, column) == collation(target, &to.column)
            }
            _ => true,
        }
    }

    pub(super) fn new_column(&mut self, table: &'a Table, column: &'a Column) -> NewColumn {
        let mut new = NewColumn::of(column);
        if self.plan.backend == DbBackend::MySql
            && let Some(to) = &column.spec.references
        {
            let live = self.live_table(&to.table).and_then(|target| target.column(&to.column)).map(exact);
            new.declared = live.or_else(|| self.declared.get(&(to.table.as_str(), to.column.as_str())).cloned());
            if let Some(declared) = &new.declared {
                self.declared.insert((table.name.as_str(), column.spec.name.as_str()), declared.clone());
            }
        }
        new
    }

    /// The foreign key of a new column, if it can be made at once; otherwise it is kept for later.
    pub(super) fn foreign_key(&mut self, table: &Table, column: &Column) -> Option<ForeignKey> {
        let foreign_key = ForeignKey::of(&table.name, &column.spec)?;
        if self.plan.backend == DbBackend::Sqlite || self.can_be_pointed_to(table, &foreign_key) {
            return Some(foreign_key);
        }
        let by = column.by.clone();
        self.later.push(Step::AddForeignKey { by, foreign_key });
        None
    }

    /// Whether what a column points to is there by now, and unique.
    fn can_be_pointed_to(&self, table: &Table, ForeignKey { to, .. }: &ForeignKey) -> bool {
        if to.table == table.name {
            return table.primary_key == [to.column.as_str()] && self.live_table(&table.name).is_none();
        }
        let is_unique = |live: &LiveTable| live.has_index(std::slice::from_ref(&to.column), true);
        self.done.contains(&to.table.as_str()) && self.live_table(&to.table).is_none_or(is_unique)
    }
}

/// The whole type of a live column of `MySQL`.
fn exact(column: &LiveColumn) -> String {
    match column.collation.as_deref().and_then(|collation| collation.split_once('_').map(|(set, _)| (set, collation))) {
        Some((set, collation)) => format!("{} CHARACTER SET {set} COLLATE {collation}", column.declared),
        None => column.declared.clone(),
    }
}
