//! Queries on `oauthUsedJti`.

use auth_core::digest;
use auth_resource_server::Proven;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, SqlErr};

use crate::entity::used_jti::{Entity, Model};

/// Notes that a proof of possession was used; says whether it was not before. RFC 9449 §11.1.
pub(crate) async fn spend_proof(db: &impl ConnectionTrait, proven: &Proven) -> Result<bool, DbErr> {
    let until = DateTime::from_timestamp(proven.single_use.until, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
    spend(db, "dpop", &proven.jkt, &proven.single_use.jti, until).await
}

/// Whether an identifier was used and is remembered.
pub(crate) async fn is_spent(db: &impl ConnectionTrait, kind: &str, of: &str, jti: &str) -> Result<bool, DbErr> {
    Ok(Entity::find_by_id(key(kind, of, jti)).one(db).await?.is_some())
}

/// Lengths keep the three apart.
fn key(kind: &str, of: &str, jti: &str) -> String {
    digest(&format!("{kind}|{}|{of}|{jti}", of.len()))
}

/// Notes that an identifier was used; says whether it was not before. The key of the table decides, so
/// that of many who come at once with the same one a single one wins, on whatever instance.
pub(crate) async fn spend(
    db: &impl ConnectionTrait,
    kind: &str,
    of: &str,
    jti: &str,
    expires_at: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let id = key(kind, of, jti);
    let inserted = Entity::insert(Model { id, expires_at }.into_active_model()).exec_without_returning(db).await;
    match inserted {
        Ok(_) => Ok(true),
        Err(error) => match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Ok(false),
            Some(_) | None => Err(error),
        },
    }
}
