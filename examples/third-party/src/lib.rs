//! Badges that people get: a plugin outside of the workspace. Build and migrate it there: `cargo xtask guide`

use auth_core::schema::DataMigration;
use auth_core::{AuthContext, Contributions, Mount, Plugin, PluginId};

/// Gives people badges.
#[derive(Clone, Copy, Debug)]
pub struct Badges;

impl Plugin for Badges {
    fn id(&self) -> PluginId {
        "badges"
    }

    fn contribute(&self, to: &mut Contributions) {
        to.table::<badge::Entity>();
        to.columns::<counted::Entity>();
        to.data_migration("badges/0002-counts", counts());
    }

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of(self.id())
    }
}

/// The first release did not count badges.
fn counts() -> DataMigration {
    use sea_orm::sea_query::{Expr, ExprTrait as _, Query};

    let theirs = Expr::col((badge::Entity, badge::Column::UserId)).equals((counted::Entity, counted::Column::Id));
    let mut count = Query::select();
    count.expr(Expr::col(badge::Column::Id).count()).from(badge::Entity).and_where(theirs);
    let mut update = Query::update();
    update.table(counted::Entity).value(counted::Column::BadgeCount, Expr::SubQuery(None, Box::new(count.into())));
    DataMigration::after("user", update).about("badges that were given so far")
}

/// The table `badge`.
pub mod badge {
    use sea_orm::entity::prelude::*;

    /// One badge.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "badge", rename_all = "camelCase")]
    pub struct Model {
        /// The id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// Who has it.
        pub user_id: String,
        /// Who has it.
        #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
        pub user: BelongsTo<auth_core::entity::user::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The column `user.badgeCount`.
pub mod counted {
    use sea_orm::entity::prelude::*;

    /// How many badges a person has.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "user", rename_all = "camelCase")]
    pub struct Model {
        /// The id of the person.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// How many they have.
        #[sea_orm(default_value = 0)]
        pub badge_count: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
