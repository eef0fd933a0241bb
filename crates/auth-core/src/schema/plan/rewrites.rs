//! Which data migrations have to run, and when.

use super::Planner;
use crate::schema::data::Phase;
use crate::schema::merged::{Migration, Table};
use crate::schema::step::{Rewrite, Step};
use crate::schema::warning::Warning;

impl Planner<'_> {
    /// Puts each data migration where it belongs, and those with nothing to do into the ledger.
    pub(super) fn sort_migrations(&mut self) {
        let mut idle = Vec::new();
        // What a plugin rewrites may be what its next migration works on: then nobody knows yet that it is
        // idle. One that asks is judged by what is there, so that nobody is asked for nothing.
        let mut running = Vec::new();
        for Migration { by, id, data } in &self.schema.migrations {
            let checksum = data.checksum();
            if let Some(noted) = self.live.ledger.get(id) {
                if *noted != checksum {
                    self.plan.warnings.push(Warning::Checksum { id: id.clone() });
                }
                continue;
            }
            let has_rows = self.live_table(&data.table).is_some_and(|live| !live.empty);
            let may_find_more = running.contains(&by) && data.consent.is_none();
            if !may_find_more && (!has_rows || self.live.idle.contains(id)) {
                idle.push((id.clone(), checksum));
                continue;
            }
            running.push(by);
            let step = Step::Rewrite(Rewrite {
                by: by.clone(),
                id: id.clone(),
                table: data.table.clone(),
                about: data.about.clone(),
                consent: data.consent.clone(),
                checksum,
                statement: data.sql(self.live.backend),
            });
            match data.phase {
                Phase::BeforeIndexes => self.rewrites.push(step),
                Phase::After => self.last.push(step),
            }
        }
        if !idle.is_empty() {
            self.last.push(Step::Note { migrations: idle });
        }
    }

    /// Whether a data migration gives the column of every row its value, or has done so.
    pub(super) fn is_filled(&self, table: &Table, column: &str) -> bool {
        self.schema.migrations.iter().any(|Migration { id, data, .. }| {
            let fills = data.table == table.name && data.fills.iter().any(|filled| filled == column);
            let runs = !self.live.ledger.contains_key(id);
            let is_there = self.live_table(&table.name).is_some_and(|live| live.column(column).is_some());
            fills && data.phase == Phase::BeforeIndexes && (runs || is_there)
        })
    }
}
