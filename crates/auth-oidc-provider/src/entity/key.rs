//! A signing key.

use sea_orm::entity::prelude::*;

/// A signing key; one is active for each algorithm.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jwks", rename_all = "camelCase")]
pub struct Model {
    /// The id. Tokens call the key by the `kid` of its JWK.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The public key, as a JWK whose `kid` is its RFC 7638 thumbprint.
    #[sea_orm(column_type = "Text")]
    pub public_key: String,
    /// The private key: PKCS#8, sealed; empty once it signs no more.
    #[sea_orm(column_type = "Text")]
    pub private_key: String,
    /// The algorithm it signs with: `ES256`.
    #[sea_orm(column_type = "String(StringLen::N(16))")]
    pub alg: String,
    /// `next`, `active` or `retired`.
    #[sea_orm(column_type = "String(StringLen::N(16))", default_value = "retired")]
    pub state: String,
    /// The algorithm while this is its active key, the algorithm and `+next` while it is to follow, else
    /// none: so that there is one of each at most.
    #[sea_orm(unique, column_type = "String(StringLen::N(16))")]
    pub slot: Option<String>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it began to sign; none for one that has not, or began before this was noted.
    pub activated_at: Option<DateTimeUtc>,
    /// When it stops being published; none while it is active or to follow.
    pub expires_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
