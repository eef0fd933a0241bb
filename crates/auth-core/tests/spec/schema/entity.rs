//! A spec from an entity, and what cannot be kept alike on every database.

use auth_core::Auth;
use auth_core::schema::{LogicalType, OnDelete, SpecError, TableSpec};

use crate::app::ORIGIN;
use crate::plugins::Tiny;

#[expect(clippy::disallowed_methods, reason = "the derive writes nested saves, which nobody calls")]
mod good {
    use sea_orm::entity::prelude::*;

    /// One of everything.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "everything", rename_all = "camelCase")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: String,
        pub(super) short_text: String,
        #[sea_orm(column_type = "String(StringLen::N(20))", default_value = "it's")]
        pub(super) small: String,
        #[sea_orm(column_type = "Text")]
        pub(super) long: Option<String>,
        #[sea_orm(column_type = "Char(Some(64))")]
        pub(super) other_id: String,
        #[sea_orm(default_value = true)]
        pub(super) yes: bool,
        #[sea_orm(default_value = -1)]
        pub(super) number: i32,
        #[sea_orm(indexed)]
        pub(super) large: i64,
        #[sea_orm(unique)]
        pub(super) moment: DateTimeUtc,
        pub(super) document: Json,
        pub(super) user_id: Option<String>,
        #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "SetNull")]
        pub(super) user: BelongsTo<Option<auth_core::entity::user::Entity>>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[expect(clippy::disallowed_methods, reason = "the derive writes nested saves, which nobody calls")]
mod bad {
    use sea_orm::entity::prelude::*;

    /// One of everything that is refused.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "bad", rename_all = "camelCase")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: String,
        pub(super) ratio: f64,
        pub(super) local_time: DateTime,
        #[sea_orm(default_expr = "Expr::current_timestamp()")]
        pub(super) made_at: DateTimeUtc,
        pub(super) bytes: Vec<u8>,
        pub(super) owner_id: String,
        #[sea_orm(belongs_to, from = "owner_id", to = "id", on_update = "Cascade")]
        pub(super) owner: BelongsTo<auth_core::entity::user::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn an_entity_says_everything_a_table_needs() {
    let spec = TableSpec::of::<good::Entity>().unwrap();

    let columns: Vec<String> = spec.columns.iter().map(ToString::to_string).collect();
    insta::assert_debug_snapshot!(columns, @r#"
    [
        "id id",
        "shortText text(255)",
        "small text(20) default 'it's'",
        "long text null",
        "otherId id",
        "yes bool default true",
        "number int default -1",
        "large bigint",
        "moment timestamp unique",
        "document json",
        "userId text(255) null -> user.id on delete set null",
    ]
    "#);
    assert_eq!((spec.name.as_str(), spec.primary_key.as_slice()), ("everything", &["id".to_owned()][..]));
    assert_eq!(spec.columns[0].ty, LogicalType::Id);
    let reference = spec.columns.last().unwrap().references.clone().unwrap();
    assert_eq!(reference.on_delete, OnDelete::SetNull);
    assert!(spec.indexes.iter().any(|index| index.columns == ["large"] && !index.unique), "{:?}", spec.indexes);
}

#[test]
fn what_no_database_keeps_alike_is_refused_all_at_once() {
    let errors = TableSpec::of::<bad::Entity>().unwrap_err();

    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    insta::assert_debug_snapshot!(told, @r#"
    [
        "bad.ratio has the type Double; use text, bool, i32, i64, a UTC timestamp or JSON",
        "bad.localTime has the type DateTime; use text, bool, i32, i64, a UTC timestamp or JSON",
        "bad.madeAt has a default that is no literal text, number or boolean",
        "bad.bytes has the type VarBinary(None); use text, bool, i32, i64, a UTC timestamp or JSON",
        "bad.ownerId may cascade, set null, restrict or do nothing on delete, and nothing on update",
    ]
    "#);
    assert!(matches!(&errors[0], SpecError::Type { column, .. } if column == "ratio"));
    assert!(matches!(&errors[2], SpecError::Default { column, .. } if column == "madeAt"));
}

#[test]
fn an_entity_that_is_refused_is_a_complaint_of_its_plugin() {
    let plugin = Tiny::named("notes").adds(|to| {
        let _ = to.table::<bad::Entity>().unique([bad::Column::Ratio]);
    });

    let error = Auth::builder(ORIGIN).plugin(plugin).schema().unwrap_err().to_string();

    assert_eq!(error.matches("\n  - notes: bad").count(), 5, "{error}");
}

#[test]
fn indexes_no_attribute_can_say_follow_the_entity() {
    let plugin = Tiny::named("notes").adds(|to| {
        let _ = to
            .table::<good::Entity>()
            .index([good::Column::Small, good::Column::Large])
            .unique([good::Column::OtherId, good::Column::Yes]);
    });

    let schema = Auth::builder(ORIGIN).plugin(plugin).schema().unwrap();

    let names: Vec<&str> =
        schema.table("everything").unwrap().indexes.iter().map(|index| index.name.as_str()).collect();
    insta::assert_debug_snapshot!(names, @r#"
    [
        "uq_everything_moment",
        "ix_everything_large",
        "ix_everything_small_large",
        "uq_everything_otherId_yes",
    ]
    "#);
}
