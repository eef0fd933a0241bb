//! The schema as data, and what it takes to bring a database up to it.
//!
//! Plugins contribute [`TableSpec`]s, [`merge`] joins them into one [`Schema`] or names every
//! conflict, [`introspect`] reads a database, [`plan`] compares the two, [`apply`] runs the plan
//! under a lock. Plans only ever add: nothing is dropped or retyped, and nothing of ours is renamed.

mod apply;
mod conflict;
mod data;
mod entity;
mod examine;
mod fit;
mod index;
mod ledger;
mod live;
mod lock;
mod merge;
mod merged;
mod migrations;
mod name;
mod order;
mod plan;
mod preset;
mod refusal;
mod render;
mod spec;
mod sql;
mod step;
mod terms;
mod warning;

pub use apply::{Applied, ApplyError, apply, apply_on, pending, pending_on};
pub use conflict::Conflict;
pub use data::{DataMigration, Phase, RewriteError, RewriteRows, Rewriting};
pub use entity::SpecError;
pub use live::{LiveColumn, LiveIndex, LiveReference, LiveSchema, LiveTable, Relation, introspect};
pub use merge::{Contribution, ContributionKind, merge};
pub use merged::{Column, ForeignKey, Index, Migration, Schema, Table};
pub use plan::{Plan, plan};
pub use refusal::Refusal;
pub use render::{render_entities, render_sea_orm_migration, render_sea_orm_steps, render_sql, render_steps};
pub use spec::{ColumnSpec, DefaultValue, IndexSpec, LogicalType, OnDelete, Reference, TableSpec};
pub use step::{NewColumn, NewTable, Rewrite, Step};
pub use terms::{Consent, Terms, Watch};
pub use warning::{Drift, Warning};
