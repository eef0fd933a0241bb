//! A lens: a narrow entity that adds columns to a table somebody else owns.

use auth_core::plugins;
use auth_core::schema::TableSpec;
use sea_orm::EntityTrait as _;

use super::{File, core, of};
use crate::app::{dump, master, run};
use crate::plugins::Tiny;

#[expect(clippy::disallowed_methods, reason = "the derive writes nested saves, which nobody calls")]
mod standing {
    use sea_orm::entity::prelude::*;

    /// What the plugin of this test keeps about a person.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "user", rename_all = "camelCase")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: String,
        #[sea_orm(unique, column_type = "String(StringLen::N(32))")]
        pub(super) nick_name: Option<String>,
        #[sea_orm(default_value = false)]
        pub(super) banned: bool,
        #[sea_orm(indexed)]
        pub(super) banned_until: Option<DateTimeUtc>,
        #[sea_orm(default_value = 3)]
        pub(super) level: i32,
        #[sea_orm(default_value = "free", column_type = "String(StringLen::N(16))")]
        pub(super) plan: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn lens() -> Tiny {
    Tiny::named("standing").adds(|to| {
        let _ = to.columns::<standing::Entity>();
    })
}

const ALICE: &str = r#"INSERT INTO "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt")
    VALUES ('1', 'Alice', 'alice@example.com', true, '2026-01-01 00:00:00', '2026-01-01 00:00:00')"#;

#[tokio::test]
async fn a_lens_adds_its_columns_to_the_table_of_another() {
    let file = File::empty().await;
    file.applies(&core()).await;
    run(&file.db, ALICE).await;
    let schema = of(plugins![lens()]);

    let applied = file.applies(&schema).await;

    let steps: Vec<String> = applied.steps.iter().map(ToString::to_string).collect();
    insta::assert_debug_snapshot!(steps, @r#"
    [
        "add column to \"user\": nickName text(32) null unique  [standing]",
        "add column to \"user\": banned bool default false  [standing]",
        "add column to \"user\": bannedUntil timestamp null  [standing]",
        "add column to \"user\": level int default 3  [standing]",
        "add column to \"user\": plan text(16) default 'free'  [standing]",
        "create unique index on \"user\" (nickName)  [standing]",
        "create index on \"user\" (bannedUntil)  [standing]",
    ]
    "#);
    assert_eq!(file.lacks(&schema).await, [""; 0]);
    let seen = standing::Entity::find_by_id("1").one(&file.db).await.unwrap().unwrap();
    assert_eq!((seen.banned, seen.level, seen.plan.as_str(), seen.nick_name), (false, 3, "free", None));
    let alice = auth_core::entity::user::Entity::find_by_id("1").one(&file.db).await.unwrap().unwrap();
    assert_eq!((alice.name.as_str(), alice.email_verified), ("Alice", true), "the row is as it was");
}

#[tokio::test]
async fn in_an_empty_database_a_lens_is_part_of_the_table() {
    let file = File::empty().await;
    let schema = of(plugins![lens()]);

    file.applies(&schema).await;
    run(&file.db, ALICE).await;

    assert_eq!(file.lacks(&schema).await, [""; 0]);
    let seen = standing::Entity::find_by_id("1").one(&file.db).await.unwrap().unwrap();
    assert_eq!((seen.plan.as_str(), seen.level, seen.banned), ("free", 3, false));
}

#[tokio::test]
async fn the_columns_the_app_made_are_those_the_lens_wanted() {
    let file = File::empty().await;
    file.applies(&core()).await;
    run(&file.db, r#"ALTER TABLE "user" ADD COLUMN "nickName" varchar(32)"#).await;
    run(&file.db, r#"CREATE UNIQUE INDEX my_nick ON "user" ("nickName")"#).await;

    let applied = file.applies(&of(plugins![lens()])).await;

    let about = applied.steps.iter().filter(|step| step.to_string().contains("nickName")).count();
    assert_eq!(about, 0, "neither the column nor its index: {applied:?}");
}

#[tokio::test]
async fn a_plugin_that_leaves_takes_nothing_with_it() {
    let file = File::empty().await;
    file.applies(&of(plugins![lens()])).await;
    run(&file.db, ALICE).await;
    let (before, rows) = (master(&file.db).await, dump(&file.db).await);

    assert_eq!(file.applies(&core()).await.steps, []);

    assert_eq!((master(&file.db).await, dump(&file.db).await), (before, rows));
    run(&file.db, &ALICE.replace("'1'", "'2'").replace("alice@", "bob@")).await;
}

#[test]
fn a_lens_owns_no_key() {
    let schema = of(plugins![lens()]);
    let user = schema.table("user").unwrap();

    assert_eq!(user.by, "core");
    assert_eq!(user.columns.iter().filter(|column| column.spec.name == "id").count(), 1);
    assert!(user.columns.iter().filter(|column| column.by == "standing").count() == 5);
    assert_eq!(TableSpec::of::<standing::Entity>().unwrap().primary_key, ["id"]);
}
