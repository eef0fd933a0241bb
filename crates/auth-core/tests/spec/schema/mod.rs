//! The schema engine: what plugins want, what a database has, and what is done about it.

mod adopt;
mod apply;
mod conflict;
mod entity;
mod grow;
mod lens;
mod refusal;
mod sql;

use auth_core::entity::{account, session, user, verification};
use auth_core::schema::{Applied, Contribution, ContributionKind, Schema, TableSpec, apply, pending};
use auth_core::{Auth, Contributions, Plugin};
use auth_testkit::TestDatabase;
use sea_orm::DatabaseConnection;

use crate::app::{ORIGIN, run};
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
