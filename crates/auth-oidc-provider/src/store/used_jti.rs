//! Queries on `oauthUsedJti`.

use auth_core::digest;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, SqlErr};

use crate::entity::used_jti::{Entity, Model};

/// Notes that an identifier was used; says whether it was not before. The key of the table decides, so
/// that of many who come at once with the same one a single one wins, on whatever instance.
pub(crate) async fn spend(
    db: &impl ConnectionTrait,
    kind: &str,
    of: &str,
    jti: &str,
    expires_at: DateTime<Utc>,
) -> Result<bool, DbErr> {
    // Lengths keep the three apart.
    let id = digest(&format!("{kind}|{}|{of}|{jti}", of.len()));
    let inserted = Entity::insert(Model { id, expires_at }.into_active_model()).exec_without_returning(db).await;
    match inserted {
        Ok(_) => Ok(true),
        Err(error) => match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Ok(false),
            Some(_) | None => Err(error),
        },
    }
}
