//! The schema engine: what plugins want, what a database has, and what is done about it.

mod adopt;
mod apply;
mod aside;
mod conflict;
mod drift;
mod entities;
mod entity;
mod everything;
mod files;
mod fills;
mod generated_entities;
mod grow;
mod ledger;
mod lens;
mod patience;
mod refusal;
mod sql;

use auth_core::entity::{account, session, user, verification};
use auth_core::schema::{Applied, Contribution, ContributionKind, Schema, TableSpec, apply, pending};
use auth_core::{Auth, Contributions, Plugin};
use auth_testkit::TestDatabase;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};

use crate::app::{ORIGIN, run, spoken};
use crate::plugins::Tiny;

/// A database, empty at first.
struct File {
    db: DatabaseConnection,
    // Dropped last: nobody else may have it before.
    held: TestDatabase,
}

impl File {
    async fn empty() -> Self {
        let held = TestDatabase::empty().await;
        Self { db: held.connect().await, held }
    }

    /// A database somebody else has made. Statements are in the words of [`spoken`](crate::app::spoken).
    async fn with(statements: &[&str]) -> Self {
        let file = Self::empty().await;
        for statement in statements {
            run(&file.db, statement).await;
        }
        file
    }

    /// Another connection, as another process has.
    async fn again(&self) -> DatabaseConnection {
        self.held.connect().await
    }

    /// The first column of the answer, which has to be text.
    async fn ask(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(self.db.get_database_backend(), spoken(sql));
        let rows = self.db.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
    }

    async fn applies(&self, schema: &Schema) -> Applied {
        apply(&self.db, schema).await.unwrap()
    }

    /// What is missing, one line each; panics if something stands against adding it.
    async fn lacks(&self, schema: &Schema) -> Vec<String> {
        let plan = pending(&self.db, schema).await.unwrap();
        assert_eq!(plan.refusals, []);
        plan.steps.iter().map(ToString::to_string).collect()
    }
}

/// The core tables alone.
fn core() -> Schema {
    of(Vec::new())
}

fn of(plugins: Vec<Box<dyn Plugin>>) -> Schema {
    Auth::builder(ORIGIN).plugins(plugins).schema().unwrap()
}

/// The core tables with what one plugin adds.
fn with(contribute: impl Fn(&mut Contributions) + Send + Sync + 'static) -> Schema {
    of(vec![Box::new(Tiny::named("notes").adds(contribute))])
}

/// What core itself wants, for tests that merge by hand.
fn core_contributions() -> Vec<Contribution> {
    let specs = [
        TableSpec::of::<user::Entity>(),
        TableSpec::of::<session::Entity>(),
        TableSpec::of::<account::Entity>(),
        TableSpec::of::<verification::Entity>(),
    ];
    let owned = |spec: Result<TableSpec, _>| Contribution {
        by: "core".into(),
        kind: ContributionKind::Owns,
        spec: spec.unwrap(),
    };
    specs.map(owned).into()
}
