//! A client: an app that asks for access on behalf of people.

use sea_orm::entity::prelude::*;

use super::Words;

/// A registered client.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauthApplication", rename_all = "camelCase")]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The public name of the client in the protocol.
    #[sea_orm(unique)]
    pub client_id: String,
    /// The digest of the client secret; none for a public client.
    #[sea_orm(column_type = "Text")]
    pub client_secret: Option<String>,
    /// When that secret ends, if it does.
    pub client_secret_expires_at: Option<DateTimeUtc>,
    /// The digest of the secret before, while that still counts.
    #[sea_orm(column_type = "Text")]
    pub previous_secret: Option<String>,
    /// Until when it counts; none for as long as the client is declared with it.
    pub previous_secret_until: Option<DateTimeUtc>,
    /// The digest of the token by which it manages its own registration; none if it cannot (RFC 7592).
    #[sea_orm(column_type = "Text")]
    pub registration_access_token: Option<String>,
    /// What the client calls itself. Nobody has checked it.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Where answers may be sent.
    pub redirect_uris: Words,
    /// Where a person may be sent after signing out.
    pub post_logout_redirect_uris: Words,
    /// How the client authenticates: `none`, `client_secret_basic`, `client_secret_post` or
    /// `private_key_jwt`.
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub token_endpoint_auth_method: String,
    /// The public keys it proves itself with, if it does: a JWK set.
    pub jwks: Option<Json>,
    /// Where they are instead: an https URL.
    #[sea_orm(column_type = "Text")]
    pub jwks_uri: Option<String>,
    /// The grants it registered for.
    pub grant_types: Words,
    /// The scope it named at registration: a hint, not a ceiling.
    #[sea_orm(column_type = "Text")]
    pub scope: String,
    /// What it may do for itself, separated by blanks; only an operator gives it (RFC 6749 §4.4).
    #[sea_orm(column_type = "Text")]
    pub own_scope: Option<String>,
    /// The resources it serves, separated by blanks: about access tokens for these it may ask; only an operator
    /// gives it (RFC 7662 §2.1).
    #[sea_orm(column_type = "Text")]
    pub introspects: Option<String>,
    /// `web` or `native`.
    #[sea_orm(column_type = "String(StringLen::N(16))")]
    pub application_type: String,
    /// The algorithm its ID tokens are signed with.
    #[sea_orm(column_type = "String(StringLen::N(16))")]
    pub id_token_signed_response_alg: String,
    /// The host of the sector in which people have names of their own; none where they have those of
    /// everywhere (OpenID Connect Core §8).
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub sector: Option<String>,
    /// Until when its metadata document counts without another look at it; none of a client that has none
    /// (draft-ietf-oauth-client-id-metadata-document-00).
    #[sea_orm(indexed)]
    pub document_expires_at: Option<DateTimeUtc>,
    /// The rest of its metadata, kept to be echoed and shown.
    pub metadata: Option<Json>,
    /// Whether its authorization requests have to be pushed first (RFC 9126 §6).
    #[sea_orm(default_value = false)]
    pub require_pushed_authorization_requests: bool,
    /// Whether all its access tokens have to be bound to a key (RFC 9449 §5.2).
    #[sea_orm(default_value = false)]
    pub dpop_bound_access_tokens: bool,
    /// Whether an operator vouches for it, so that nobody is asked for consent.
    #[sea_orm(default_value = false)]
    pub skip_consent: bool,
    /// Whether it is declared in code.
    #[sea_orm(default_value = false)]
    pub declared: bool,
    /// A disabled client can do nothing, and its tokens are worth nothing.
    #[sea_orm(default_value = false)]
    pub disabled: bool,
    /// Who registered it, if somebody was signed in.
    #[sea_orm(indexed)]
    pub user_id: Option<String>,
    /// When it registered.
    #[sea_orm(indexed)]
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
    /// Who registered it.
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "SetNull")]
    pub user: BelongsTo<Option<auth_core::entity::user::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether an operator has given it what it could not have registered.
    pub(crate) fn is_vouched_for(&self) -> bool {
        self.skip_consent || self.own_scope.is_some() || self.introspects.is_some()
    }

    /// The resources about whose tokens it may ask, in canonical form.
    pub(crate) fn introspects(&self) -> impl Iterator<Item = &str> {
        self.introspects.as_deref().unwrap_or_default().split_whitespace()
    }
}
