//! A plan as a table a person reads: what, where, for whom.

use auth_core::schema::{ForeignKey, Rewrite, Step};

use crate::console::{Console, Paint};
use crate::failure::Failure;

const HEAD: [&str; 4] = ["step", "where", "plugin", "note"];

/// Writes one line for each step, under a head.
pub(crate) fn write(steps: &[Step], console: &mut Console<'_>) -> Result<(), Failure> {
    let rows: Vec<[String; 4]> = steps.iter().map(row).collect();
    let mut widths = HEAD.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = line(&HEAD.map(str::to_owned), widths, |cell, _| console.paint(Paint::Head, cell));
    for row in &rows {
        text.push_str(&line(row, widths, |cell, column| match column {
            0 => console.paint(Paint::Added, cell),
            2 => console.paint(Paint::Quiet, cell),
            _ => cell.to_owned(),
        }));
    }
    console.text(&text)
}

fn line(cells: &[String; 4], widths: [usize; 4], paint: impl Fn(&str, usize) -> String) -> String {
    let mut text = String::new();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let blank = if column == 3 { 0 } else { width - cell.chars().count().min(width) + 2 };
        text.push_str(&paint(cell, column));
        text.push_str(&" ".repeat(blank));
    }
    format!("{}\n", text.trim_end())
}

/// What a step does, where, for whom, and what else there is to know.
fn row(step: &Step) -> [String; 4] {
    let (what, at, note) = match step {
        Step::CreateTable(table) => {
            let columns = table.columns.iter().map(|column| {
                let name = &column.spec.name;
                if column.by == table.by { name.clone() } else { format!("{name} [{}]", column.by) }
            });
            ("create table", table.name.clone(), columns.collect::<Vec<_>>().join(", "))
        }
        Step::AddColumn { table, column, .. } => {
            let (_, note) = column
                .spec
                .to_string()
                .split_once(' ')
                .map_or_else(|| (String::new(), String::new()), |(name, rest)| (name.to_owned(), rest.to_owned()));
            ("add column", format!("{table}.{}", column.spec.name), note)
        }
        Step::AddForeignKey { foreign_key: ForeignKey { table, column, to, .. }, .. } => {
            let note = format!("to {}.{}, on delete {}", to.table, to.column, to.on_delete);
            ("add foreign key", format!("{table}.{column}"), note)
        }
        Step::CreateIndex { table, columns, unique, rows, .. } => {
            let unique = unique.then(|| "unique".to_owned());
            let rows = rows.map(|rows| format!("about {rows} rows"));
            let note = unique.into_iter().chain(rows).collect::<Vec<_>>().join(", ");
            ("create index", format!("{table} ({})", columns.join(", ")), note)
        }
        Step::SetAside { table, to, .. } => ("rename table", table.clone(), format!("somebody else's; to {to}")),
        Step::Require { table, column, .. } => {
            ("require column", format!("{table}.{}", column.spec.name), "once it is filled".to_owned())
        }
        Step::Rewrite(Rewrite { id, table, about, .. }) => {
            let about = if about.is_empty() { String::new() } else { format!(": {about}") };
            ("rewrite rows", table.clone(), format!("{id}{about}"))
        }
        Step::Note { migrations } => {
            let ids: Vec<&str> = migrations.iter().map(|(id, _)| id.as_str()).collect();
            ("note as done", step.table().to_owned(), format!("nothing to rewrite: {}", ids.join(", ")))
        }
    };
    [what.to_owned(), at, step.by().to_owned(), note]
}
