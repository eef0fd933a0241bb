//! A resource: something tokens can be good for. RFC 8707.

use sea_orm::entity::prelude::*;

/// Something tokens can be good for, and what tokens for it are like.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauthResource", rename_all = "camelCase")]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// What clients call it: an http or https URL in canonical form.
    #[sea_orm(unique)]
    pub identifier: String,
    /// The scope a client needs to do anything there, separated by blanks.
    #[sea_orm(column_type = "Text")]
    pub base_scope: String,
    /// The only scopes of a token for it, besides the base scope and those about the person; none means all.
    #[sea_orm(column_type = "Text")]
    pub allowed_scopes: Option<String>,
    /// How its access tokens are written: `opaque` or `jwt`.
    #[sea_orm(column_type = "String(StringLen::N(16))", default_value = "opaque")]
    pub access_token_format: String,
    /// Seconds its access tokens live; none means the provider's for the format.
    pub access_token_ttl: Option<i32>,
    /// Claims that stand in each of its access tokens that is a JWT: an object.
    pub custom_claims: Option<Json>,
    /// Whether its access tokens have to be bound to a key (RFC 9449).
    #[sea_orm(default_value = false)]
    pub dpop_bound_access_tokens_required: bool,
    /// Whether it is declared in code.
    #[sea_orm(default_value = false)]
    pub declared: bool,
    /// For a disabled one no token is issued.
    #[sea_orm(default_value = false)]
    pub disabled: bool,
    /// When it was written.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
