//! A database of the first release becomes one of the second.
#![cfg(test)]

use auth_cli::{Console, Exit};
use auth_core::schema::{ColumnSpec, LogicalType, OnDelete, TableSpec};
use auth_core::{Auth, AuthContext, Contributions, Mount, Plugin, PluginId, plugins};
use auth_email_password::EmailPassword;
use auth_testkit::{TestApp, TestDatabase};
use badges::{Badges, badge, counted};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, Set};

/// The plugin as it was.
struct First;

impl Plugin for First {
    fn id(&self) -> PluginId {
        "badges"
    }

    fn contribute(&self, to: &mut Contributions) {
        let user = ColumnSpec::new("userId", LogicalType::Id).references("user", "id", OnDelete::Cascade);
        to.table_spec(TableSpec::new("badge").key("id").column(user));
    }

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of("badges")
    }
}

#[derive(clap::Args)]
struct Settings {}

fn migrate(url: &str, flag: &str) -> (Exit, String) {
    let mut err = Vec::new();
    let mut console = Console::new(std::io::sink(), &mut err);
    let build = |_: &Settings| Auth::builder("http://localhost:3000").plugins(plugins![EmailPassword::new(), Badges]);
    let serve = async |_: Auth, _: Settings| Ok::<_, std::io::Error>(());
    let exit = auth_cli::run(["app", "migrate", flag, "--database-url", url], &mut console, build, serve);
    drop(console);
    (exit, String::from_utf8(err).unwrap())
}

#[tokio::test]
async fn the_badges_of_the_first_release_are_counted() {
    let database = TestDatabase::empty().await;
    let db = database.connect().await;
    let given = db.clone();
    let app = TestApp::builder().plugins(plugins![EmailPassword::new(), First]);
    let app = app.configure(|builder| builder.database(given)).build().await;
    app.alice().await;
    let alice = auth_core::entity::user::Entity::find().one(&db).await.unwrap().unwrap().id;
    for id in ["b1", "b2"] {
        let badge = badge::ActiveModel { id: Set(id.to_owned()), user_id: Set(alice.clone()) };
        badge.insert(&db).await.unwrap();
    }
    app.bob().await;

    let url = database.url().to_owned();
    let told = tokio::task::spawn_blocking(move || ["--check", "--yes", "--check"].map(|flag| migrate(&url, flag)));
    let told = told.await.unwrap();

    assert_eq!(told.each_ref().map(|(exit, _)| *exit), [Exit::Pending, Exit::Done, Exit::Done], "{told:?}");
    let people = counted::Entity::find().all(&db).await.unwrap();
    let count = |person: &counted::Model| if person.id == alice { 2 } else { 0 };
    assert_eq!(people.len(), 2);
    assert!(people.iter().all(|person| person.badge_count == count(person)), "{people:?}");
}
