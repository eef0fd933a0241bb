//! What points to what, from both ends, under names that Rust and the derive of `SeaORM` take.

use std::collections::BTreeMap;

use super::ident::{Names, plain, plural, raw, snake, upper_camel};
use crate::schema::merged::{Column, Schema, Table};
use crate::schema::spec::{OnDelete, Reference};

/// A table as a module with one entity.
pub(super) struct Module<'a> {
    pub(super) table: &'a Table,
    /// The name of the module.
    pub(super) name: String,
    /// Its columns, as they stand in the table.
    pub(super) fields: Vec<Field<'a>>,
    /// What its rows point to, then what points to them.
    pub(super) links: Vec<Link>,
}

/// A column as a field.
pub(super) struct Field<'a> {
    pub(super) column: &'a Column,
    /// The name of the field, without regard to key words.
    pub(super) snake: String,
    /// The name as it is written.
    pub(super) name: String,
}

/// One end of a reference, as a field.
pub(super) struct Link {
    pub(super) name: String,
    /// What the relation is called, where that has to be said.
    pub(super) relation: Option<String>,
    /// The table at the other end.
    pub(super) table: String,
    /// The module of that table; `None` where it is the same table.
    pub(super) module: Option<String>,
    pub(super) end: End,
}

/// Which end of a reference it is.
pub(super) enum End {
    /// A column of this table points there. A table that points to itself tells the other end.
    Forward { from: String, to: String, optional: bool, on_delete: OnDelete, reverse: Option<String> },
    /// A column of that table points here.
    Reverse { column: String, rows: Rows, via: Option<String> },
}

/// How many rows may point to the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    One,
    /// One, though the derive has to be told of many: it knows no `has_one` by a named relation.
    OneAsMany,
    Many,
}

/// Puts names to everything. They do not depend on the order of the tables.
pub(super) fn modules(schema: &Schema) -> Vec<Module<'_>> {
    let names = Named::all(schema);
    schema.tables().iter().map(|table| names.module(table)).collect()
}

/// A column that points somewhere.
struct Arrow<'a> {
    table: &'a Table,
    column: &'a Column,
    to: &'a Reference,
}

/// Two names: of a table and of a column in it.
type Place<'a> = (&'a str, &'a str);

/// All names of one schema.
struct Named<'a> {
    arrows: Vec<Arrow<'a>>,
    modules: BTreeMap<&'a str, String>,
    fields: BTreeMap<Place<'a>, String>,
    /// The fields of relations, by the column that points: at its own end and at the other.
    forward: BTreeMap<Place<'a>, String>,
    reverse: BTreeMap<Place<'a>, String>,
}

impl<'a> Named<'a> {
    fn all(schema: &'a Schema) -> Self {
        let mut tables: Vec<&Table> = schema.tables().iter().collect();
        tables.sort_by(|one, other| one.name.cmp(&other.name));
        let mut names = Names::new();
        let modules = tables.iter().map(|table| (table.name.as_str(), plain(&names.give(&[&snake(&table.name)]))));
        let mut all = Self {
            modules: modules.collect(),
            arrows: tables.iter().flat_map(|table| arrows(table)).collect(),
            fields: BTreeMap::new(),
            forward: BTreeMap::new(),
            reverse: BTreeMap::new(),
        };
        for table in tables {
            all.name(table);
        }
        all
    }

    /// Names the fields of one table: columns first, so that what is added later leaves them alone.
    fn name(&mut self, table: &'a Table) {
        let mut names = Names::new();
        for column in sorted(table) {
            let name = names.give(&[&snake(&column.spec.name)]);
            self.fields.insert((&table.name, &column.spec.name), name);
        }
        for arrow in self.arrows.iter().filter(|arrow| arrow.table.name == table.name) {
            let stem = arrow.stem();
            self.forward.insert(arrow.place(), plain(&names.give(&[&stem, &format!("{stem}_row")])));
        }
        for arrow in self.arrows.iter().filter(|arrow| arrow.to.table == table.name) {
            let one = snake(&arrow.table.name);
            let all = if self.rows(arrow) == Rows::One { one } else { plural(&one) };
            let of_several = arrow.is_circle() || self.count(&arrow.table.name, &table.name) > 1;
            let wanted = if of_several { format!("{all}_by_{}", arrow.stem()) } else { all };
            self.reverse.insert(arrow.place(), plain(&names.give(&[&wanted, &format!("{wanted}_rows")])));
        }
    }

    fn module(&self, table: &'a Table) -> Module<'a> {
        let field = |column: &'a Column| {
            let snake = name_in(&self.fields, (&table.name, &column.spec.name));
            let name = if is_spoken_of(table, column) { plain(&snake) } else { raw(&snake) };
            Field { column, snake, name }
        };
        let forward = self.arrows.iter().filter(|arrow| arrow.table.name == table.name);
        let reverse = self.arrows.iter().filter(|arrow| arrow.to.table == table.name);
        Module {
            table,
            name: self.modules.get(table.name.as_str()).cloned().unwrap_or_default(),
            fields: table.columns.iter().map(field).collect(),
            links: forward.map(|arrow| self.forward(arrow)).chain(reverse.map(|arrow| self.reverse(arrow))).collect(),
        }
    }

    fn forward(&self, arrow: &Arrow<'_>) -> Link {
        let name = name_in(&self.forward, arrow.place());
        let other = upper_camel(&name_in(&self.reverse, arrow.place()));
        let end = End::Forward {
            from: plain(&name_in(&self.fields, arrow.place())),
            to: plain(&name_in(&self.fields, (&arrow.to.table, &arrow.to.column))),
            optional: arrow.column.spec.nullable,
            on_delete: arrow.to.on_delete,
            reverse: arrow.is_circle().then_some(other),
        };
        self.link(name, &arrow.table.name, &arrow.to.table, end)
    }

    fn reverse(&self, arrow: &Arrow<'_>) -> Link {
        let name = name_in(&self.reverse, arrow.place());
        let via = upper_camel(&name_in(&self.forward, arrow.place()));
        let end = End::Reverse {
            column: arrow.column.spec.name.clone(),
            rows: self.rows(arrow),
            via: self.is_ambiguous(arrow).then_some(via),
        };
        self.link(name, &arrow.to.table, &arrow.table.name, end)
    }

    fn link(&self, name: String, here: &str, there: &str, end: End) -> Link {
        let touches = |arrow: &&Arrow<'_>| arrow.table.name == here || arrow.to.table == here;
        // All or none: a name that is told could be one that is not.
        let told = self.arrows.iter().filter(touches).any(|arrow| self.is_ambiguous(arrow));
        Link {
            relation: told.then(|| upper_camel(&name)),
            name,
            table: there.to_owned(),
            module: (here != there).then(|| self.modules.get(there).cloned().unwrap_or_default()),
            end,
        }
    }

    /// Whether two tables alone do not say which reference is meant.
    fn is_ambiguous(&self, arrow: &Arrow<'_>) -> bool {
        let (one, other) = (&arrow.table.name, &arrow.to.table);
        arrow.is_circle() || self.count(one, other) + self.count(other, one) > 1
    }

    fn rows(&self, arrow: &Arrow<'_>) -> Rows {
        match arrow.table.is_unique(&arrow.column.spec.name) {
            false => Rows::Many,
            true if self.is_ambiguous(arrow) => Rows::OneAsMany,
            true => Rows::One,
        }
    }

    fn count(&self, from: &str, to: &str) -> usize {
        self.arrows.iter().filter(|arrow| arrow.table.name == from && arrow.to.table == to).count()
    }
}

impl<'a> Arrow<'a> {
    fn place(&self) -> Place<'a> {
        (&self.table.name, &self.column.spec.name)
    }

    /// The name of what is pointed to, as the column tells it: `user` of `userId`.
    fn stem(&self) -> String {
        let name = snake(&self.column.spec.name);
        name.strip_suffix("_id").map_or_else(|| name.clone(), str::to_owned)
    }

    fn is_circle(&self) -> bool {
        self.table.name == self.to.table
    }
}

fn arrows(table: &Table) -> Vec<Arrow<'_>> {
    let columns = sorted(table).into_iter();
    columns.filter_map(|column| Some(Arrow { table, column, to: column.spec.references.as_ref()? })).collect()
}

fn sorted(table: &Table) -> Vec<&Column> {
    let mut columns: Vec<&Column> = table.columns.iter().collect();
    columns.sort_by(|one, other| one.spec.name.cmp(&other.spec.name));
    columns
}

/// Whether the derive makes other names of the name of a field, which it does not of raw ones.
fn is_spoken_of(table: &Table, column: &Column) -> bool {
    let name = &column.spec.name;
    column.spec.references.is_some()
        || table.primary_key.contains(name)
        || table.indexes.iter().any(|index| index.unique && index.columns.contains(name))
}

fn name_in(names: &BTreeMap<Place<'_>, String>, place: Place<'_>) -> String {
    names.get(&place).cloned().unwrap_or_default()
}
