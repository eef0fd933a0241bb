//! What plugins disagree about: every kind is named, with both plugins.

use auth_core::schema::{
    ColumnSpec, Contribution, ContributionKind, DefaultValue, LogicalType, OnDelete, TableSpec, merge,
};
use auth_core::{Auth, plugins};

use crate::app::ORIGIN;
use crate::plugins::Tiny;

fn owns(by: &'static str, spec: TableSpec) -> Contribution {
    Contribution { by: by.into(), kind: ContributionKind::Owns, spec }
}

fn extends(by: &'static str, spec: TableSpec) -> Contribution {
    Contribution { by: by.into(), kind: ContributionKind::Extends, spec }
}

fn conflicts(contributions: Vec<Contribution>) -> Vec<String> {
    merge(contributions).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

fn table(name: &str) -> TableSpec {
    TableSpec::new(name).key("id")
}

fn column(name: &str, ty: LogicalType) -> ColumnSpec {
    ColumnSpec::new(name, ty)
}

fn text(name: &str) -> ColumnSpec {
    column(name, LogicalType::Str(20))
}

#[test]
fn one_table_has_one_owner() {
    assert_eq!(conflicts(vec![owns("a", table("t")), owns("b", table("t"))]), ["b and a both own t"]);
}

#[test]
fn names_that_differ_in_case_only_are_one() {
    assert_eq!(
        conflicts(vec![owns("a", table("note")), owns("b", table("Note"))]),
        ["b writes Note, a writes note; databases that ignore case take them for one"]
    );
    assert_eq!(
        conflicts(vec![
            owns("a", table("t").column(text("userId"))),
            extends("b", TableSpec::new("t").column(text("userID").nullable())),
        ]),
        ["b writes t.userID, a writes t.userId; databases that ignore case take them for one"]
    );
}

#[test]
fn names_are_plain() {
    let found = conflicts(vec![owns("a", table("my-table").column(text("größe")).column(text(&"x".repeat(64))))]);

    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().all(|told| told.starts_with("a: ") && told.contains("is no name for a table or column")));
}

#[test]
fn a_table_has_a_key_of_its_own_columns() {
    let told = ["a: t needs a key of columns it has and that are never null"];

    assert_eq!(conflicts(vec![owns("a", TableSpec::new("t").column(text("x")))]), told);
    let mut unknown = TableSpec::new("t").column(text("x"));
    unknown.primary_key = vec!["y".to_owned()];
    assert_eq!(conflicts(vec![owns("a", unknown)]), told);
    let mut nullable = TableSpec::new("t").column(text("x").nullable());
    nullable.primary_key = vec!["x".to_owned()];
    assert_eq!(conflicts(vec![owns("a", nullable)]), told);
}

#[test]
fn columns_are_added_to_tables_that_exist() {
    let adds = TableSpec::new("t").column(text("x").nullable());

    assert_eq!(conflicts(vec![extends("b", adds)]), ["b adds columns to t, which nobody owns"]);
}

#[test]
fn one_column_has_one_description() {
    let base = || owns("a", table("t").column(text("x").nullable()));
    let wants = |column| conflicts(vec![base(), extends("b", TableSpec::new("t").column(column))]);

    assert_eq!(wants(text("x").nullable()), [""; 0], "the same is fine");
    assert_eq!(
        wants(text("x").nullable().unique()),
        ["b and a disagree about t.x: x text(20) null unique or x text(20) null"]
    );
    assert_eq!(
        wants(column("x", LogicalType::Bool).default_value(DefaultValue::Bool(true))),
        ["b and a disagree about t.x: x bool default true or x text(20) null"]
    );
    let second = TableSpec::new("t").column(column("y", LogicalType::Int).nullable());
    let third = TableSpec::new("t").column(column("y", LogicalType::BigInt).nullable());
    assert_eq!(
        conflicts(vec![base(), extends("b", second), extends("c", third)]),
        ["c and b disagree about t.y: y bigint null or y int null"],
        "two that extend"
    );
}

#[test]
fn one_table_has_one_key() {
    let other = TableSpec::new("t").key("key");
    let found = conflicts(vec![owns("a", table("t")), extends("b", other)]);

    assert_eq!(found[0], "b and a disagree about the key of t");
}

#[test]
fn what_is_added_to_anothers_table_is_optional_and_points_nowhere() {
    let base = || owns("a", table("t"));

    assert_eq!(
        conflicts(vec![base(), extends("b", TableSpec::new("t").column(text("x")))]),
        ["b: t.x must be nullable or have a default, because a owns t"]
    );
    let points = text("x").nullable().references("t", "id", OnDelete::Cascade);
    assert_eq!(
        conflicts(vec![base(), extends("b", TableSpec::new("t").column(points))]),
        ["b: t.x may not point to t, because a owns t"]
    );
}

#[test]
fn a_reference_points_to_a_unique_column_of_its_kind() {
    let target = || owns("a", table("t").column(text("free")).column(column("number", LogicalType::Int).unique()));
    let points = |column: ColumnSpec| conflicts(vec![target(), owns("b", table("s").column(column))]);

    assert_eq!(points(text("x").references("t", "id", OnDelete::Cascade)), [""; 0]);
    assert_eq!(
        points(text("x").references("gone", "id", OnDelete::Cascade)),
        ["b: s.x points to gone, which nobody owns"]
    );
    for missing in ["free", "gone"] {
        assert_eq!(
            points(text("x").references("t", missing, OnDelete::Cascade)),
            [format!("b: s.x points to t.{missing}, which a does not declare as a unique column")]
        );
    }
    assert_eq!(
        points(text("x").references("t", "number", OnDelete::Cascade)),
        ["b: s.x is text(20) and points to t.number of a, which is int"]
    );
    assert_eq!(
        points(text("x").references("t", "id", OnDelete::SetNull)),
        ["b: s.x is set to null on delete, so it must be nullable"]
    );
}

#[test]
fn a_default_is_one_the_column_can_have() {
    let fails = |column: ColumnSpec, default: &str| {
        let path = format!("a: t.{} cannot have the default {default}; ", column.name);
        let found = conflicts(vec![owns("a", table("t").column(column))]);
        assert!(matches!(found.as_slice(), [only] if only.starts_with(&path)), "{found:?}");
    };

    fails(column("x", LogicalType::Text).default_value(DefaultValue::Text("x".to_owned())), "'x'");
    fails(column("x", LogicalType::Json).default_value(DefaultValue::Text("{}".to_owned())), "'{}'");
    fails(column("x", LogicalType::Timestamp).default_value(DefaultValue::Int(0)), "0");
    fails(column("x", LogicalType::Bool).default_value(DefaultValue::Int(1)), "1");
    fails(column("x", LogicalType::Int).default_value(DefaultValue::Int(1 << 31)), "2147483648");
    fails(column("x", LogicalType::Str(1)).default_value(DefaultValue::Text("xy".to_owned())), "'xy'");
    let points = column("x", LogicalType::Id).references("t", "id", OnDelete::Cascade);
    fails(points.default_value(DefaultValue::Text("1".to_owned())), "'1'");
}

#[test]
fn a_text_with_a_length_has_a_sensible_one() {
    for length in [0, 256, u32::MAX] {
        assert_eq!(
            conflicts(vec![owns("a", table("t").column(column("x", LogicalType::Str(length))))]),
            [format!("a: t.x holds {length} characters; use 1 to 255, or text of any length")]
        );
    }
}

#[test]
fn an_index_is_over_columns_that_can_be_indexed() {
    let long = || table("t").column(column("long", LogicalType::Text)).column(column("doc", LogicalType::Json));
    let told = |spec| conflicts(vec![owns("a", spec)]);

    assert_eq!(told(long().index(["gone"])), ["a: an index on t (gone) needs columns the table has, each once"]);
    assert_eq!(told(long().index(["id", "id"])), ["a: an index on t (id, id) needs columns the table has, each once"]);
    assert_eq!(told(long().index([])), ["a: an index on t () needs columns the table has, each once"]);
    assert_eq!(told(long().unique(["long"])), ["a: t.long is text and cannot be indexed; give it a length"]);
    assert_eq!(told(long().index(["doc"])), ["a: t.doc is json and cannot be indexed; give it a length"]);
    let wide = (0..4).fold(table("t"), |spec, at| spec.column(column(&format!("c{at}"), LogicalType::Str(255))));
    assert_eq!(
        told(wide.index(["c0", "c1", "c2", "c3"])),
        ["a: an index on t (c0, c1, c2, c3) takes 4080 bytes; 3072 is the most"]
    );
}

#[test]
fn two_made_up_names_that_meet_name_both() {
    let first = table("a_b").column(text("c")).index(["c"]);
    let second = table("a").column(text("b_c")).index(["b_c"]);

    assert_eq!(
        conflicts(vec![owns("one", first), owns("two", second)]),
        ["two and one both want the name ix_a_b_c, on a and on a_b; rename a column or table"]
    );
    let taken = table("ix_t_c");
    let index = table("t").column(text("c")).index(["c"]);
    assert_eq!(
        conflicts(vec![owns("one", taken), owns("two", index)]),
        ["two and one both want the name ix_t_c, on t and on ix_t_c; rename a column or table"]
    );
}

#[test]
fn every_conflict_is_told_at_once_whatever_the_order() {
    let contributions = || {
        vec![
            extends("c", TableSpec::new("t").column(text("x"))),
            owns("a", table("t")),
            owns("b", table("t")),
            extends("d", TableSpec::new("gone").column(text("x").nullable())),
        ]
    };
    let mut turned = contributions();
    turned.reverse();

    let (mut first, mut second) = (conflicts(contributions()), conflicts(turned));

    assert_eq!(first.len(), 3, "{first:?}");
    first.sort();
    second.sort();
    assert!(first.contains(&"b and a both own t".to_owned()) && second.contains(&"a and b both own t".to_owned()));
}

#[test]
fn conflicts_reach_whoever_puts_the_app_together() {
    let owner = |id| Tiny::named(id).adds(|to| to.table_spec(table("note")));

    let error = Auth::builder(ORIGIN).plugins(plugins![owner("first"), owner("second")]).schema().unwrap_err();

    assert_eq!(error.to_string(), "the configuration has 1 problem(s):\n  - schema: second and first both own note");
}

#[test]
fn tables_that_point_in_a_circle_can_be_made() {
    let points =
        |name: &str, to: &str| table(name).column(text("other").nullable().references(to, "id", OnDelete::SetNull));

    assert_eq!(conflicts(vec![owns("a", points("one", "two")), owns("b", points("two", "one"))]), [""; 0]);
    assert_eq!(conflicts(vec![owns("a", points("self", "self"))]), [""; 0]);
}
