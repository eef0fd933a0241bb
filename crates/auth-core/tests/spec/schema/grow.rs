//! However a schema comes about, in whatever order and in however many steps, the end is the same.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use auth_core::schema::{
    ColumnSpec, Contribution, ContributionKind, DefaultValue, LogicalType, OnDelete, Schema, TableSpec, apply,
    introspect, merge,
};
use auth_testkit::{TestDatabase, is_full_size, proved};
use proptest::prelude::*;
use sea_orm::DatabaseConnection;

use super::core_contributions;
use crate::app::one_of;

const NAMES: [&str; 4] = ["alpha", "beta", "gamma", "delta"];

/// What one plugin wants: a table of its own, which may point to `user`, to itself or to the table
/// of a plugin before it, and columns on `user`.
#[derive(Clone, Debug)]
struct Wish {
    columns: Vec<(LogicalType, Kind)>,
    points_to: Option<prop::sample::Index>,
    index: Option<(prop::sample::Index, bool)>,
    on_user: Vec<(LogicalType, bool)>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Required,
    Nullable,
    NullableUnique,
    Defaulted,
}

fn types() -> impl Strategy<Value = LogicalType> {
    prop_oneof![
        (1_u32..=255).prop_map(LogicalType::Str),
        Just(LogicalType::Id),
        Just(LogicalType::Bool),
        Just(LogicalType::Int),
        Just(LogicalType::BigInt),
        Just(LogicalType::Timestamp),
        Just(LogicalType::Text),
        Just(LogicalType::Json),
    ]
}

fn wish() -> impl Strategy<Value = Wish> {
    let kind =
        prop_oneof![Just(Kind::Required), Just(Kind::Nullable), Just(Kind::NullableUnique), Just(Kind::Defaulted)];
    (
        prop::collection::vec((types(), kind), 1..4),
        prop::option::of(any::<prop::sample::Index>()),
        prop::option::of((any::<prop::sample::Index>(), any::<bool>())),
        prop::collection::vec((types(), any::<bool>()), 0..3),
    )
        .prop_map(|(columns, points_to, index, on_user)| Wish { columns, points_to, index, on_user })
}

impl Wish {
    /// What an earlier release of the plugin wanted: fewer columns, and no reference or index at first.
    fn earlier(&self, columns: usize) -> Self {
        let whole = columns >= self.columns.len();
        Self {
            columns: self.columns.iter().take(columns.max(1)).copied().collect(),
            points_to: self.points_to.filter(|_| columns > 1),
            index: self.index.filter(|_| whole),
            on_user: self.on_user.iter().take(columns).copied().collect(),
        }
    }
}

fn can_be_indexed(ty: LogicalType) -> bool {
    !matches!(ty, LogicalType::Text | LogicalType::Json)
}

fn default_of(ty: LogicalType) -> Option<DefaultValue> {
    match ty {
        LogicalType::Bool => Some(DefaultValue::Bool(true)),
        LogicalType::Int | LogicalType::BigInt => Some(DefaultValue::Int(-7)),
        LogicalType::Str(_) | LogicalType::Id => Some(DefaultValue::Text("'".to_owned())),
        LogicalType::Text | LogicalType::Timestamp | LogicalType::Json => None,
    }
}

fn contributions(at: usize, wish: &Wish) -> [Contribution; 2] {
    let name = NAMES[at];
    let mut table = TableSpec::new(name).key("id");
    for (position, (ty, kind)) in wish.columns.iter().enumerate() {
        let column = ColumnSpec::new(format!("c{position}"), *ty);
        table = table.column(match (kind, default_of(*ty)) {
            (Kind::Defaulted, Some(default)) => column.default_value(default),
            (Kind::NullableUnique, _) if can_be_indexed(*ty) => column.nullable().unique(),
            (Kind::Nullable | Kind::NullableUnique | Kind::Defaulted, _) => column.nullable(),
            (Kind::Required, _) => column,
        });
    }
    if let Some(target) = &wish.points_to {
        let targets = ["user", name].into_iter().chain(NAMES[..at].iter().copied()).collect::<Vec<_>>();
        let column = ColumnSpec::new("pointsTo", LogicalType::Str(255)).nullable();
        table = table.column(column.references(*target.get(&targets), "id", OnDelete::SetNull)).index(["pointsTo"]);
    }
    if let Some((column, unique)) = &wish.index {
        let position = column.index(wish.columns.len());
        if can_be_indexed(wish.columns[position].0) {
            let columns = [&format!("c{position}"), "id"];
            table = if *unique { table.unique(columns) } else { table.index(columns) };
        }
    }
    let mut lens = TableSpec::new("user");
    for (position, (ty, unique)) in wish.on_user.iter().enumerate() {
        let column = ColumnSpec::new(format!("{name}{position}"), *ty);
        lens = lens.column(match default_of(*ty) {
            Some(default) if !unique => column.default_value(default),
            _ if *unique && can_be_indexed(*ty) => column.nullable().unique(),
            _ => column.nullable(),
        });
    }
    let by = Cow::Borrowed(name);
    [
        Contribution { by: by.clone(), kind: ContributionKind::Owns, spec: table },
        Contribution { by, kind: ContributionKind::Extends, spec: lens },
    ]
}

/// The schema of some of the plugins, in this order.
fn schema(wishes: &[Wish], order: &[usize]) -> Schema {
    let wanted = order.iter().flat_map(|at| contributions(*at, &wishes[*at]));
    merge(core_contributions().into_iter().chain(wanted).collect()).unwrap()
}

/// What a database has of the whole schema, whatever the order of columns and the names of indexes.
///
/// A fresh database leaves out an index that another one covers; a database that grew has it.
async fn end(db: &DatabaseConnection, whole: &Schema) -> BTreeMap<String, BTreeSet<String>> {
    let live = introspect(db, whole).await.unwrap();
    live.tables
        .into_iter()
        .map(|(name, table)| {
            let columns = table.columns.iter().map(|column| format!("{column:?}"));
            let references = table.references.iter().map(|reference| format!("{reference:?}"));
            let covered = |index: &auth_core::schema::LiveIndex| {
                let wider =
                    |other: &auth_core::schema::LiveIndex| other != index && other.columns.starts_with(&index.columns);
                !index.unique && table.indexes.iter().any(wider)
            };
            let indexes = table.indexes.iter().filter(|index| !covered(index)).map(|index| format!("{index:?}"));
            (name, columns.chain(references).chain(indexes).collect())
        })
        .collect()
}

/// As many cases as take seconds: making tables is a hundred times slower on a server.
fn cases() -> u32 {
    one_of(48, 8, 8) * if is_full_size() { 20 } else { 1 }
}

#[test]
fn proof_order_and_steps_do_not_matter() {
    let config = ProptestConfig { cases: cases(), ..ProptestConfig::default() };
    proptest!(config, |(
        wishes in prop::collection::vec(wish(), 1..=4),
        order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(),
        splits in prop::collection::vec((0_usize..=4, 1_usize..=3), 0..=4),
    )| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let all: Vec<usize> = (0..wishes.len()).collect();
        let shuffled: Vec<usize> = order.into_iter().filter(|at| *at < wishes.len()).collect();
        // A plugin points only to those before it, so any first part stands on its own. Neither plugins
        // nor columns go away again.
        let (mut plugins, mut columns): (Vec<usize>, Vec<usize>) = splits.into_iter().unzip();
        plugins.sort_unstable();
        columns.sort_unstable();
        let parts: Vec<Schema> = plugins.into_iter().zip(columns).map(|(plugins, columns)| {
            let first: Vec<usize> = shuffled.iter().copied().filter(|at| *at < plugins).collect();
            let earlier: Vec<Wish> = wishes.iter().map(|wish| wish.earlier(columns)).collect();
            schema(&earlier, &first)
        }).collect();
        let (whole, turned) = (schema(&wishes, &all), schema(&wishes, &shuffled));

        let (at_once, grown, missing) = runtime.block_on(async {
            let (one, other) = (TestDatabase::empty().await, TestDatabase::empty().await);
            let (fresh, growing) = (one.connect().await, other.connect().await);
            apply(&fresh, &whole).await.unwrap();
            for part in &parts {
                apply(&growing, part).await.unwrap();
                assert!(apply(&growing, part).await.unwrap().steps.is_empty(), "nothing is left to do");
            }
            apply(&growing, &turned).await.unwrap();
            let mut missing = Vec::new();
            for db in [&fresh, &growing] {
                for schema in [&whole, &turned] {
                    missing.push(apply(db, schema).await.unwrap());
                }
            }
            (end(&fresh, &whole).await, end(&growing, &whole).await, missing)
        });

        prop_assert_eq!(at_once, grown);
        for again in missing {
            prop_assert!(again.steps.is_empty() && again.warnings.is_empty(), "{:?}", again);
        }
    });
    proved(format_args!(
        "{} random sets of plugins, in random order and releases, end in the schema of one run",
        cases()
    ));
}
