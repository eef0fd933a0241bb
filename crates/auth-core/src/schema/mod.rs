//! The schema as data, and what it takes to bring a database up to it.
//!
//! Plugins contribute [`TableSpec`]s, [`merge`] joins them into one [`Schema`] or names every
//! conflict, [`introspect`] reads a database, [`plan`] compares the two, [`apply`] runs the plan
//! under a lock. Plans only ever add: nothing is dropped, renamed or retyped.

mod apply;
mod conflict;
mod entity;
mod fit;
mod index;
mod live;
mod lock;
mod merge;
mod merged;
mod name;
mod order;
mod plan;
mod refusal;
mod render;
mod spec;
mod sql;
mod step;

pub use apply::{Applied, ApplyError, apply, pending};
pub use conflict::Conflict;
pub use entity::SpecError;
pub use live::{LiveColumn, LiveIndex, LiveReference, LiveSchema, LiveTable, Relation, introspect};
pub use merge::{Contribution, ContributionKind, merge};
pub use merged::{Column, ForeignKey, Index, Schema, Table};
pub use plan::{Plan, plan};
pub use refusal::{Refusal, Warning};
pub use render::{render_entities, render_sea_orm_migration, render_sea_orm_steps, render_sql, render_steps};
pub use spec::{ColumnSpec, DefaultValue, IndexSpec, LogicalType, OnDelete, Reference, TableSpec};
pub use step::{NewColumn, NewTable, Step};
