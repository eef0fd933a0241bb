//! An authorization code: works once.

use sea_orm::entity::prelude::*;

/// An authorization code. Its row outlives it, so that a second use is recognised.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauthAuthorizationCode", rename_all = "camelCase")]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The digest of the code.
    #[sea_orm(unique)]
    pub code: String,
    /// What it was issued under.
    #[sea_orm(indexed)]
    pub grant_id: String,
    /// Where it was sent.
    #[sea_orm(column_type = "Text")]
    pub redirect_uri: String,
    /// Whether the authorization request named that URI, so that the token request must too.
    pub redirect_uri_sent: bool,
    /// The PKCE challenge (S256).
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub code_challenge: String,
    /// The value the ID token repeats.
    #[sea_orm(column_type = "Text")]
    pub nonce: Option<String>,
    /// The thumbprint of the key the request bound it to, if it did (RFC 9449 §10).
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub dpop_jkt: Option<String>,
    /// When it was issued.
    pub created_at: DateTimeUtc,
    /// When it stops working.
    pub expires_at: DateTimeUtc,
    /// When it was used, if it was.
    pub consumed_at: Option<DateTimeUtc>,
    /// What it was issued under.
    #[sea_orm(belongs_to, from = "grant_id", to = "id", on_delete = "Cascade")]
    pub grant: BelongsTo<super::grant::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
