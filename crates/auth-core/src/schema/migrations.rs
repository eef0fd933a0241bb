//! The data migrations of an app: checked, and taken into its schema.

use std::collections::BTreeSet;

use super::conflict::Conflict;
use super::data::Phase;
use super::merged::{Migration, Schema};

/// The longest id the ledger keeps.
const LONGEST_ID: usize = 64;

impl Schema {
    /// Takes in data migrations, in the order in which they are to run.
    ///
    /// # Errors
    ///
    /// Every conflict there is: an id that is not of its plugin or is there twice, a table or column
    /// that does not exist.
    pub fn with_migrations(mut self, migrations: Vec<Migration>) -> Result<Self, Vec<Conflict>> {
        let mut ids = BTreeSet::new();
        let mut conflicts = Vec::new();
        for Migration { by, id, data } in &migrations {
            let (id, by) = (id.clone(), by.clone());
            if !is_id(&id, &by) {
                conflicts.push(Conflict::MigrationId { id: id.clone(), by: by.clone() });
            }
            if !ids.insert(id.clone()) {
                conflicts.push(Conflict::MigrationTwice { id: id.clone(), by: by.clone() });
            }
            if data.phase == Phase::After && !data.fills.is_empty() {
                conflicts.push(Conflict::MigrationFills { id: id.clone(), by: by.clone() });
            }
            let Some(table) = self.table(&data.table) else {
                conflicts.push(Conflict::MigrationOf { id, path: data.table.clone(), by });
                continue;
            };
            for column in data.fills.iter().filter(|column| table.column(column).is_none()) {
                let path = format!("{}.{column}", data.table);
                conflicts.push(Conflict::MigrationOf { id: id.clone(), path, by: by.clone() });
            }
        }
        self.migrations = migrations;
        if conflicts.is_empty() { Ok(self) } else { Err(conflicts) }
    }
}

fn is_id(id: &str, by: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let name = id.strip_prefix(by).and_then(|rest| rest.strip_prefix('/'));
    id.len() <= LONGEST_ID && name.is_some_and(|name| !name.is_empty() && name.bytes().all(plain))
}
