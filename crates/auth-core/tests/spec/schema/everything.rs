//! A schema with all there can be in one: every type, every kind of reference, names that are in the way.

use auth_core::schema::{
    ColumnSpec, Contribution, ContributionKind, DefaultValue, LogicalType, OnDelete, Schema, TableSpec, merge,
};

/// What four plugins and the app want, in an order of theirs.
pub(crate) fn contributions() -> Vec<Contribution> {
    vec![
        owns("people", person()),
        owns("people", team()),
        owns("people", member()),
        owns("words", words()),
        owns("words", the_type()),
        owns("circle", egg()),
        owns("circle", hen()),
        owns("circle", nest()),
        owns("long", long()),
        extends("standing", standing()),
        extends("app", TableSpec::new("person").column(text("favouriteColour", 20).nullable())),
    ]
}

pub(crate) fn schema() -> Schema {
    merge(contributions()).unwrap()
}

fn owns(by: &'static str, spec: TableSpec) -> Contribution {
    Contribution { by: by.into(), kind: ContributionKind::Owns, spec }
}

fn extends(by: &'static str, spec: TableSpec) -> Contribution {
    Contribution { by: by.into(), kind: ContributionKind::Extends, spec }
}

fn of(name: &str, ty: LogicalType) -> ColumnSpec {
    ColumnSpec::new(name, ty)
}

fn text(name: &str, length: u32) -> ColumnSpec {
    of(name, LogicalType::Str(length))
}

fn id(name: &str) -> ColumnSpec {
    of(name, LogicalType::Id)
}

/// All types, nullable and not, all defaults, and a table that points to itself in two ways.
fn person() -> TableSpec {
    TableSpec::new("person")
        .key("id")
        .column(text("email", 255).unique())
        .column(of("about", LogicalType::Text).nullable())
        .column(of("active", LogicalType::Bool).default_value(DefaultValue::Bool(true)))
        .column(of("sure", LogicalType::Bool).nullable())
        .column(of("age", LogicalType::Int).nullable())
        .column(of("level", LogicalType::Int).default_value(DefaultValue::Int(-3)))
        .column(of("bytes", LogicalType::BigInt))
        .column(of("most", LogicalType::BigInt).default_value(DefaultValue::Int(i64::MAX)))
        .column(of("least", LogicalType::BigInt).default_value(DefaultValue::Int(i64::MIN)))
        .column(of("bornAt", LogicalType::Timestamp))
        .column(of("diedAt", LogicalType::Timestamp).nullable())
        .column(of("extra", LogicalType::Json).nullable())
        .column(of("settings", LogicalType::Json))
        .column(text("motto", 64).default_value(DefaultValue::Text("it's \"so\" \\ so; -- # größer\n".to_owned())))
        .column(id("traceId").default_value(DefaultValue::Text("none".to_owned())))
        .column(id("motherId").nullable().references("person", "id", OnDelete::SetNull))
        .column(id("twinId").nullable().unique().references("person", "id", OnDelete::NoAction))
        .index(["bornAt"])
        .index(["active", "bornAt", "level"])
}

/// Two ways to one table, one of them by a unique column that is no key.
fn team() -> TableSpec {
    TableSpec::new("team")
        .key("id")
        .column(id("ownerId").references("person", "id", OnDelete::Restrict))
        .column(text("contact", 255).nullable().references("person", "email", OnDelete::SetNull))
        .column(text("name", 40))
        .column(text("country", 2))
        .column(text("motto", 40).nullable())
        .unique(["name", "country"])
        // No second one is told to the derive of a column that has one.
        .unique(["country", "motto"])
        .index(["contact"])
}

/// A key of two columns, both of which point elsewhere; a reference to one row at most.
fn member() -> TableSpec {
    let mut spec = TableSpec::new("teamMember")
        .column(id("teamId").references("team", "id", OnDelete::Cascade))
        .column(id("personId").references("person", "id", OnDelete::Cascade))
        .column(of("since", LogicalType::Timestamp))
        // A unique column that is called as keys are.
        .column(id("id").unique());
    spec.primary_key = vec!["teamId".to_owned(), "personId".to_owned()];
    spec
}

/// Names of Rust, names of the derive, and names that are alike in camel case.
fn words() -> TableSpec {
    TableSpec::new("self")
        .key("type")
        .column(text("match", 20).unique())
        .column(text("fn", 20).nullable())
        .column(text("self", 20).unique())
        .column(text("super", 20))
        .column(text("async", 20))
        .column(text("move", 20))
        .unique(["async", "move"])
        .column(text("Entity", 20))
        .column(text("model_ex", 20))
        .column(text("redirectURLs", 20))
        .column(text("snake_case", 20))
        .column(text("snakeCase", 20))
        .column(text("a1", 20))
        .column(text("a_1", 20))
        .column(text("_2fa", 20))
        .column(text("__", 20))
        .column(text("order", 20))
        .column(text("select", 20).nullable())
        .index(["select"])
}

/// A table that is a key word, of which at most one row points to a row with such a key.
fn the_type() -> TableSpec {
    TableSpec::new("type")
        .key("id")
        .column(text("loopId", 64).nullable().unique().references("self", "type", OnDelete::SetNull))
        .column(text("loop", 20))
        .column(text("match", 20).references("self", "match", OnDelete::Cascade))
}

/// Two tables in a circle.
fn egg() -> TableSpec {
    TableSpec::new("egg").key("id").column(id("henId").nullable().references("hen", "id", OnDelete::SetNull))
}

/// A key that points elsewhere: one row of each.
fn nest() -> TableSpec {
    let mut spec = TableSpec::new("nest").column(id("henId").references("hen", "id", OnDelete::Cascade));
    spec.primary_key = vec!["henId".to_owned()];
    spec
}

fn hen() -> TableSpec {
    TableSpec::new("hen").key("id").column(id("eggId").nullable().references("egg", "id", OnDelete::SetNull))
}

/// Names of 63 letters, and of an index that has to be cut.
fn long() -> TableSpec {
    TableSpec::new("theTableWithTheLongestNameThatEveryDatabaseTakesWithoutCuttings")
        .key("id")
        .column(text("theColumnWithTheLongestNameThatEveryDatabaseTakesWithoutCutting", 100).unique())
        .column(id("theReferenceWithTheLongestNameThatEveryDatabaseTakesUncutByIdId").nullable().references(
            "person",
            "id",
            OnDelete::SetNull,
        ))
}

/// What another plugin adds to people.
fn standing() -> TableSpec {
    TableSpec::new("person")
        .column(text("nickName", 32).nullable().unique())
        .column(of("banned", LogicalType::Bool).default_value(DefaultValue::Bool(false)))
        .index(["banned"])
}
