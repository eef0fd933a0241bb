//! Whether the database has what the schema wants.

use sea_orm::DatabaseConnection;

use super::BuildError;
use crate::schema::{self, Schema};

/// What happens at start when the database lacks something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SchemaMode {
    /// Refuse to start, with one list of everything missing.
    #[default]
    Check,
    /// Add what is missing, under a lock.
    Apply,
    /// Do not look.
    Off,
}

/// Brings the database up to the schema, or says what it lacks.
pub(super) async fn ready(db: &DatabaseConnection, schema: &Schema, mode: SchemaMode) -> Result<(), BuildError> {
    match mode {
        SchemaMode::Off => Ok(()),
        SchemaMode::Apply => {
            let applied = schema::apply(db, schema).await.map_err(|cause| BuildError::Schema(Box::new(cause)))?;
            tracing::info!(steps = applied.steps.len(), "schema.applied");
            Ok(())
        }
        SchemaMode::Check => {
            let plan = schema::pending(db, schema).await.map_err(|cause| BuildError::Schema(Box::new(cause)))?;
            let refusals = plan.refusals.iter().map(ToString::to_string);
            let missing: Vec<String> = refusals.chain(plan.steps.iter().map(ToString::to_string)).collect();
            if missing.is_empty() { Ok(()) } else { Err(BuildError::NotReady(missing)) }
        }
    }
}
