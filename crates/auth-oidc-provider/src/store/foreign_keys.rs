//! Signing keys that Better Auth has left in `jwks`: published for a while, and never used again.

use async_trait::async_trait;
use auth_core::schema::{DataMigration, RewriteError, RewriteRows, Rewriting};
use chrono::{DateTime, Utc};
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::Jwk;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use serde_json::{Map, Value};

use crate::entity::key::{Column, Entity};
use crate::keys::SigningAlgorithm;

/// How long a key is still published: what it has signed lives for an hour at most, unless somebody
/// has set more.
const PUBLISHED_FOR: chrono::Duration = chrono::Duration::days(1);

/// Retires the keys Better Auth has made.
pub(crate) fn retired() -> DataMigration {
    let mut unnamed = Query::select();
    unnamed.column(Column::Id).from(Entity).and_where(Expr::col(Column::Alg).is_null()).limit(1);
    DataMigration::code_before_indexes("jwks", Retire)
        .fills("alg")
        .about("keys of Better Auth, retired")
        .needed_if(unnamed)
        .asks(
            "the signing keys of Better Auth are retired, published for one more day, and their private halves deleted",
        )
}

struct Retire;

#[async_trait]
impl RewriteRows for Retire {
    async fn rewrite(&self, rows: &mut Rewriting<'_>) -> Result<(), RewriteError> {
        let found: Vec<(String, String, Option<DateTime<Utc>>)> = Entity::find()
            .select_only()
            .columns([Column::Id, Column::PublicKey, Column::ExpiresAt])
            .filter(Column::Alg.is_null())
            .into_tuple()
            .all(rows.tx())
            .await?;
        let end = rows.now().await? + PUBLISHED_FOR;
        let count = found.len();
        for (id, jwk, expires_at) in found {
            let (alg, jwk) = completed(&id, &jwk);
            let expires_at = expires_at.filter(|there| *there < end).unwrap_or(end);
            Entity::update_many()
                .col_expr(Column::Alg, Expr::val(alg))
                .col_expr(Column::PublicKey, Expr::val(jwk))
                .col_expr(Column::PrivateKey, Expr::val(""))
                .col_expr(Column::State, Expr::val("retired"))
                .col_expr(Column::ExpiresAt, Expr::val(expires_at))
                .filter(Column::Id.eq(id))
                .exec(rows.tx())
                .await?;
        }
        rows.keep(u64::try_from(count).unwrap_or_default()).await?;
        Ok(())
    }
}

/// The algorithm of a key and its JWK with the name tokens call it by. A key of an algorithm that is
/// not ours is kept as it is, and not published.
fn completed(id: &str, jwk: &str) -> (String, String) {
    let unknown = || ("unknown".to_owned(), jwk.to_owned());
    let Ok(mut members) = serde_json::from_str::<Map<String, Value>>(jwk) else { return unknown() };
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let alg = match (text("alg"), text("kty"), text("crv")) {
        (Some(alg), ..) => alg,
        (None, Some("OKP"), Some("Ed25519")) => "EdDSA",
        (None, Some("EC"), Some("P-256")) => "ES256",
        (None, Some("RSA"), _) => "RS256",
        _ => return unknown(),
    };
    let Some(alg) = SigningAlgorithm::parse(alg).map(SigningAlgorithm::as_str) else { return unknown() };
    for (name, value) in [("kid", id), ("alg", alg), ("use", "sig")] {
        members.insert(name.to_owned(), Value::from(value));
    }
    // What is published must hold nothing private, whatever was stored here.
    for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        members.remove(private);
    }
    // One that cannot be read would keep the app from starting.
    let jwk = Value::Object(members);
    let is_read = serde_json::from_value(jwk.clone()).is_ok_and(|jwk: Jwk| DecodingKey::from_jwk(&jwk).is_ok());
    if is_read { (alg.to_owned(), jwk.to_string()) } else { unknown() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_better_auth_gets_its_name_and_algorithm() {
        let (alg, jwk) = completed("k1", r#"{"crv":"Ed25519","x":"AAAA","kty":"OKP","d":"private"}"#);

        assert_eq!(alg, "EdDSA");
        let jwk: Value = serde_json::from_str(&jwk).unwrap();
        assert_eq!((&jwk["kid"], &jwk["alg"], &jwk["use"]), (&"k1".into(), &"EdDSA".into(), &"sig".into()));
        assert_eq!(jwk.get("d"), None);
    }

    #[test]
    fn a_key_of_another_algorithm_or_none_is_kept_and_not_published() {
        let unreadable = r#"{"kty":"EC","crv":"P-256","x":"AAAA","y":1}"#;
        for jwk in [r#"{"kty":"EC","crv":"P-521","alg":"ES512"}"#, r#"{"kty":"oct"}"#, unreadable, "[]", "no json"] {
            assert_eq!(completed("k1", jwk), ("unknown".to_owned(), jwk.to_owned()));
        }
    }
}
