//! Which table comes before which.

use super::merged::Table;

/// Puts tables that are pointed to before those that point, and keeps the order otherwise.
///
/// In a circle of tables the first to be met comes last.
pub(super) fn by_reference(tables: Vec<Table>) -> Vec<Table> {
    let mut waiting: Vec<Option<Table>> = tables.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(waiting.len());
    for position in 0..waiting.len() {
        visit(position, &mut waiting, &mut ordered);
    }
    ordered
}

fn visit(position: usize, waiting: &mut [Option<Table>], ordered: &mut Vec<Table>) {
    // Taken before its references are followed, so that a circle ends here.
    let Some(table) = waiting.get_mut(position).and_then(Option::take) else { return };
    for column in &table.columns {
        let Some(to) = &column.spec.references else { continue };
        let target = waiting.iter().position(|other| other.as_ref().is_some_and(|other| other.name == to.table));
        if let Some(target) = target {
            visit(target, waiting, ordered);
        }
    }
    ordered.push(table);
}
