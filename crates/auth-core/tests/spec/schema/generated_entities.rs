//! The tables of the app as entities, to query them. Generated; keep it as it is.
//!
//! The tables belong to the plugins that are named: only they add, change and delete rows, and they
//! count on that. Read what you like, and write nothing but what is of `app`: its own tables, and in
//! others its own columns, by an update that sets no more. Some columns hold digests or sealed
//! values, which are of use to their plugin alone.
#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(
    dead_code,
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = "what is here follows from the tables, and is there whether it is used or not"
)]

/// The table `person` of `people`.
pub mod person {
    use sea_orm::entity::prelude::*;

    /// A row of `person`.
    ///
    /// Indexed together: `active`, `bornAt`, `level`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "person", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `people`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `email` of `people`: text(255).
        #[sea_orm(unique)]
        pub email: String,
        /// The column `about` of `people`: text.
        #[sea_orm(column_type = "Text")]
        pub about: Option<String>,
        /// The column `active` of `people`: bool.
        #[sea_orm(default_value = true)]
        pub active: bool,
        /// The column `sure` of `people`: bool.
        pub sure: Option<bool>,
        /// The column `age` of `people`: int.
        pub age: Option<i32>,
        /// The column `level` of `people`: int.
        #[sea_orm(default_value = -3)]
        pub level: i32,
        /// The column `bytes` of `people`: bigint.
        pub bytes: i64,
        /// The column `most` of `people`: bigint.
        #[sea_orm(default_value = 9_223_372_036_854_775_807_i64)]
        pub most: i64,
        /// The column `least` of `people`: bigint.
        #[sea_orm(default_value = -9_223_372_036_854_775_808_i64)]
        pub least: i64,
        /// The column `bornAt` of `people`: timestamp.
        #[sea_orm(indexed)]
        pub born_at: DateTimeUtc,
        /// The column `diedAt` of `people`: timestamp.
        pub died_at: Option<DateTimeUtc>,
        /// The column `extra` of `people`: json.
        pub extra: Option<Json>,
        /// The column `settings` of `people`: json.
        pub settings: Json,
        /// The column `motto` of `people`: text(64).
        #[sea_orm(column_type = "String(StringLen::N(64))", default_value = "it's \"so\" \\ so; -- # größer\n")]
        pub motto: String,
        /// The column `traceId` of `people`: id.
        #[sea_orm(column_type = "Char(Some(64))", default_value = "none")]
        pub trace_id: String,
        /// The column `motherId` of `people`: id, points to `person.id`, on delete set null.
        pub mother_id: Option<String>,
        /// The column `twinId` of `people`: id, points to `person.id`, on delete no action.
        #[sea_orm(unique)]
        pub twin_id: Option<String>,
        /// The column `nickName` of `standing`: text(32).
        #[sea_orm(unique, column_type = "String(StringLen::N(32))")]
        pub nick_name: Option<String>,
        /// The column `banned` of `standing`: bool.
        #[sea_orm(indexed, default_value = false)]
        pub banned: bool,
        /// The column `favouriteColour` of `app`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))")]
        pub favourite_colour: Option<String>,
        /// The row of `person` it points to.
        #[sea_orm(self_ref, relation_enum = "Mother", relation_reverse = "PersonsByMother", from = "mother_id", to = "id", on_delete = "SetNull")]
        pub mother: BelongsTo<Option<Entity>>,
        /// The row of `person` it points to.
        #[sea_orm(self_ref, relation_enum = "Twin", relation_reverse = "PersonsByTwin", from = "twin_id", to = "id")]
        pub twin: BelongsTo<Option<Entity>>,
        /// The rows of `person` that point here by `motherId`.
        #[sea_orm(self_ref, relation_enum = "PersonsByMother", relation_reverse = "Mother")]
        pub persons_by_mother: HasMany<Entity>,
        /// The rows of `person` that point here by `twinId`, one at most.
        #[sea_orm(self_ref, relation_enum = "PersonsByTwin", relation_reverse = "Twin")]
        pub persons_by_twin: HasMany<Entity>,
        /// The rows of `team` that point here by `contact`.
        #[sea_orm(has_many, relation_enum = "TeamsByContact", via_rel = "ContactRow")]
        pub teams_by_contact: HasMany<super::team::Entity>,
        /// The rows of `team` that point here by `ownerId`.
        #[sea_orm(has_many, relation_enum = "TeamsByOwner", via_rel = "Owner")]
        pub teams_by_owner: HasMany<super::team::Entity>,
        /// The rows of `teamMember` that point here by `personId`.
        #[sea_orm(has_many, relation_enum = "TeamMembers")]
        pub team_members: HasMany<super::team_member::Entity>,
        /// The rows of `theTableWithTheLongestNameThatEveryDatabaseTakesWithoutCuttings` that point here by `theReferenceWithTheLongestNameThatEveryDatabaseTakesUncutByIdId`.
        #[sea_orm(has_many, relation_enum = "TheTableWithTheLongestNameThatEveryDatabaseTakesWithoutCuttingses")]
        pub the_table_with_the_longest_name_that_every_database_takes_without_cuttingses: HasMany<super::the_table_with_the_longest_name_that_every_database_takes_without_cuttings::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `team` of `people`.
pub mod team {
    use sea_orm::entity::prelude::*;

    /// A row of `team`.
    ///
    /// Unique together: `name`, `country`.
    /// Unique together: `country`, `motto`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "team", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `people`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `ownerId` of `people`: id, points to `person.id`, on delete restrict.
        pub owner_id: String,
        /// The column `contact` of `people`: text(255), points to `person.email`, on delete set null.
        #[sea_orm(indexed)]
        pub contact: Option<String>,
        /// The column `name` of `people`: text(40).
        #[sea_orm(unique_key = "name_and_country", column_type = "String(StringLen::N(40))")]
        pub name: String,
        /// The column `country` of `people`: text(2).
        #[sea_orm(unique_key = "name_and_country", column_type = "String(StringLen::N(2))")]
        pub country: String,
        /// The column `motto` of `people`: text(40).
        #[sea_orm(column_type = "String(StringLen::N(40))")]
        pub motto: Option<String>,
        /// The row of `person` it points to.
        #[sea_orm(belongs_to, relation_enum = "ContactRow", from = "contact", to = "email", on_delete = "SetNull")]
        pub contact_row: BelongsTo<Option<super::person::Entity>>,
        /// The row of `person` it points to.
        #[sea_orm(belongs_to, relation_enum = "Owner", from = "owner_id", to = "id", on_delete = "Restrict")]
        pub owner: BelongsTo<super::person::Entity>,
        /// The rows of `teamMember` that point here by `teamId`.
        #[sea_orm(has_many, relation_enum = "TeamMembers")]
        pub team_members: HasMany<super::team_member::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `teamMember` of `people`.
pub mod team_member {
    use sea_orm::entity::prelude::*;

    /// A row of `teamMember`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "teamMember", rename_all = "camelCase")]
    pub struct Model {
        /// The column `teamId` of `people`: id, points to `team.id`, on delete cascade.
        #[sea_orm(primary_key, auto_increment = false)]
        pub team_id: String,
        /// The column `personId` of `people`: id, points to `person.id`, on delete cascade.
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: String,
        /// The column `since` of `people`: timestamp.
        pub since: DateTimeUtc,
        /// The column `id` of `people`: id.
        #[sea_orm(unique, column_type = "Char(Some(64))")]
        pub id: String,
        /// The row of `person` it points to.
        #[sea_orm(belongs_to, from = "person_id", to = "id", on_delete = "Cascade")]
        pub person: BelongsTo<super::person::Entity>,
        /// The row of `team` it points to.
        #[sea_orm(belongs_to, from = "team_id", to = "id", on_delete = "Cascade")]
        pub team: BelongsTo<super::team::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `self` of `words`.
pub mod self_2 {
    use sea_orm::entity::prelude::*;

    /// A row of `self`.
    ///
    /// Unique together: `async`, `move`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "self", rename_all = "camelCase")]
    pub struct Model {
        /// The column `type` of `words`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub type_: String,
        /// The column `match` of `words`: text(20).
        #[sea_orm(unique, column_type = "String(StringLen::N(20))")]
        pub match_: String,
        /// The column `fn` of `words`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))")]
        pub r#fn: Option<String>,
        /// The column `self` of `words`: text(20).
        #[sea_orm(unique, column_type = "String(StringLen::N(20))", column_name = "self")]
        pub self_2: String,
        /// The column `super` of `words`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))")]
        pub super_: String,
        /// The column `async` of `words`: text(20).
        #[sea_orm(unique_key = "async_and_move", column_type = "String(StringLen::N(20))")]
        pub async_: String,
        /// The column `move` of `words`: text(20).
        #[sea_orm(unique_key = "async_and_move", column_type = "String(StringLen::N(20))")]
        pub move_: String,
        /// The column `Entity` of `words`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))", column_name = "Entity")]
        pub entity: String,
        /// The column `model_ex` of `words`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))", column_name = "model_ex")]
        pub model_ex: String,
        /// The column `redirectURLs` of `words`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))", column_name = "redirectURLs")]
        pub redirect_ur_ls: String,
        /// The column `snake_case` of `words`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))", column_name = "snake_case")]
        pub snake_case_2: String,
        /// The column `snakeCase` of `words`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))")]
        pub snake_case: String,
        /// The column `a1` of `words`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))")]
        pub a1: String,
        /// The column `a_1` of `words`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))", column_name = "a_1")]
        pub a_1_2: String,
        /// The column `_2fa` of `words`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))", column_name = "_2fa")]
        pub n2fa: String,
        /// The column `__` of `words`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))", column_name = "__")]
        pub n: String,
        /// The column `order` of `words`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))")]
        pub order: String,
        /// The column `select` of `words`: text(20).
        #[sea_orm(indexed, column_type = "String(StringLen::N(20))")]
        pub select: Option<String>,
        /// The rows of `type` that point here by `loopId`, one at most.
        #[sea_orm(has_many, relation_enum = "TypesByLoop", via_rel = "LoopRow")]
        pub types_by_loop: HasMany<super::type_::Entity>,
        /// The rows of `type` that point here by `match`.
        #[sea_orm(has_many, relation_enum = "TypesByMatch", via_rel = "MatchRow")]
        pub types_by_match: HasMany<super::type_::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `type` of `words`.
pub mod type_ {
    use sea_orm::entity::prelude::*;

    /// A row of `type`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "type", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `words`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `loopId` of `words`: id, points to `self.type`, on delete set null.
        #[sea_orm(unique)]
        pub loop_id: Option<String>,
        /// The column `loop` of `words`: text(20).
        #[sea_orm(column_type = "String(StringLen::N(20))")]
        pub r#loop: String,
        /// The column `match` of `words`: text(20), points to `self.match`, on delete cascade.
        #[sea_orm(column_type = "String(StringLen::N(20))")]
        pub match_: String,
        /// The row of `self` it points to.
        #[sea_orm(belongs_to, relation_enum = "LoopRow", from = "loop_id", to = "type_", on_delete = "SetNull")]
        pub loop_row: BelongsTo<Option<super::self_2::Entity>>,
        /// The row of `self` it points to.
        #[sea_orm(belongs_to, relation_enum = "MatchRow", from = "match_", to = "match_", on_delete = "Cascade")]
        pub match_row: BelongsTo<super::self_2::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `hen` of `circle`.
pub mod hen {
    use sea_orm::entity::prelude::*;

    /// A row of `hen`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "hen", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `circle`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `eggId` of `circle`: id, points to `egg.id`, on delete set null.
        pub egg_id: Option<String>,
        /// The row of `egg` it points to.
        #[sea_orm(belongs_to, relation_enum = "Egg", from = "egg_id", to = "id", on_delete = "SetNull")]
        pub egg: BelongsTo<Option<super::egg::Entity>>,
        /// The rows of `egg` that point here by `henId`.
        #[sea_orm(has_many, relation_enum = "Eggs", via_rel = "Hen")]
        pub eggs: HasMany<super::egg::Entity>,
        /// The row of `nest` that points here by `henId`.
        #[sea_orm(has_one, relation_enum = "Nest")]
        pub nest: HasOne<super::nest::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `egg` of `circle`.
pub mod egg {
    use sea_orm::entity::prelude::*;

    /// A row of `egg`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "egg", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `circle`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `henId` of `circle`: id, points to `hen.id`, on delete set null.
        pub hen_id: Option<String>,
        /// The row of `hen` it points to.
        #[sea_orm(belongs_to, relation_enum = "Hen", from = "hen_id", to = "id", on_delete = "SetNull")]
        pub hen: BelongsTo<Option<super::hen::Entity>>,
        /// The rows of `hen` that point here by `eggId`.
        #[sea_orm(has_many, relation_enum = "Hens", via_rel = "Egg")]
        pub hens: HasMany<super::hen::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `nest` of `circle`.
pub mod nest {
    use sea_orm::entity::prelude::*;

    /// A row of `nest`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "nest", rename_all = "camelCase")]
    pub struct Model {
        /// The column `henId` of `circle`: id, points to `hen.id`, on delete cascade.
        #[sea_orm(primary_key, auto_increment = false)]
        pub hen_id: String,
        /// The row of `hen` it points to.
        #[sea_orm(belongs_to, from = "hen_id", to = "id", on_delete = "Cascade")]
        pub hen: BelongsTo<super::hen::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `theTableWithTheLongestNameThatEveryDatabaseTakesWithoutCuttings` of `long`.
pub mod the_table_with_the_longest_name_that_every_database_takes_without_cuttings {
    use sea_orm::entity::prelude::*;

    /// A row of `theTableWithTheLongestNameThatEveryDatabaseTakesWithoutCuttings`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "theTableWithTheLongestNameThatEveryDatabaseTakesWithoutCuttings", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `long`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `theColumnWithTheLongestNameThatEveryDatabaseTakesWithoutCutting` of `long`: text(100).
        #[sea_orm(unique, column_type = "String(StringLen::N(100))")]
        pub the_column_with_the_longest_name_that_every_database_takes_without_cutting: String,
        /// The column `theReferenceWithTheLongestNameThatEveryDatabaseTakesUncutByIdId` of `long`: id, points to `person.id`, on delete set null.
        pub the_reference_with_the_longest_name_that_every_database_takes_uncut_by_id_id: Option<String>,
        /// The row of `person` it points to.
        #[sea_orm(belongs_to, from = "the_reference_with_the_longest_name_that_every_database_takes_uncut_by_id_id", to = "id", on_delete = "SetNull")]
        pub the_reference_with_the_longest_name_that_every_database_takes_uncut_by_id: BelongsTo<Option<super::person::Entity>>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
