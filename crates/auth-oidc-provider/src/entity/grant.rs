//! A grant: what a person gave a client, and the family of every code and token that follows.

use sea_orm::entity::prelude::*;

use super::Words;

/// What a person gave a client. Everything issued under it dies with it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauthGrant", rename_all = "camelCase")]
pub struct Model {
    /// The row's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Who gave it; none where the client acts for itself.
    #[sea_orm(indexed)]
    pub user_id: Option<String>,
    /// Who got it.
    #[sea_orm(indexed)]
    pub client_id: String,
    /// The name by which the client knows the person; none where that is their id. It stays what it was
    /// when the grant was given (OpenID Connect Core §12.2).
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub subject: Option<String>,
    /// The session it was given in, if it was; a code needs it to be alive, tokens do not.
    #[sea_orm(column_type = "Char(Some(64))")]
    pub session_id: Option<String>,
    /// What the client may do.
    #[sea_orm(column_type = "Text")]
    pub scope: String,
    /// What it may do it to (RFC 8707).
    pub resources: Words,
    /// When the person last proved who they are, where that is known.
    pub auth_time: Option<DateTimeUtc>,
    /// The methods by which they did, separated by blanks (RFC 8176 §2).
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub amr: Option<String>,
    /// The context of that sign-in, as it is told (OpenID Connect Core §2).
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub acr: Option<String>,
    /// Which claims the client asked for one by one, if it did (OpenID Connect Core §5.5).
    pub claims: Option<Json>,
    /// When it was given.
    pub created_at: DateTimeUtc,
    /// When it ends, however often it is refreshed.
    #[sea_orm(indexed)]
    pub expires_at: DateTimeUtc,
    /// When it was taken back, if it was.
    pub revoked_at: Option<DateTimeUtc>,
    /// Who gave it.
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: BelongsTo<Option<auth_core::entity::user::Entity>>,
    /// Who got it.
    #[sea_orm(belongs_to, from = "client_id", to = "client_id", on_delete = "Cascade")]
    pub client: BelongsTo<super::client::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
