//! One browser or app in which a person is signed in.

use sea_orm::entity::prelude::*;

/// One browser or app in which a person is signed in.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session", rename_all = "camelCase")]
pub struct Model {
    /// The id. Says nothing about the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// When the session ends unless it is refreshed.
    #[sea_orm(indexed)]
    pub expires_at: DateTimeUtc,
    /// The digest of the token, with its scheme in front.
    ///
    /// Better Auth stores the token itself here; a copy of this column must not be a credential.
    #[sea_orm(unique)]
    pub token: String,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row last changed, which is when the session was last refreshed.
    pub updated_at: DateTimeUtc,
    /// The address the person signed in from.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub ip_address: Option<String>,
    /// The `User-Agent` the person signed in with.
    #[sea_orm(column_type = "Text")]
    pub user_agent: Option<String>,
    /// Whose session it is.
    #[sea_orm(indexed)]
    pub user_id: String,
    /// Whether use extends the session. Default true; ours, Better Auth keeps it in a cookie only.
    #[sea_orm(default_value = true)]
    pub remember_me: bool,
    /// When the person last proved who they are: `auth_time`, OpenID Connect Core §2. Ours.
    ///
    /// A row written by Better Auth has none; `created_at` is then the best answer.
    pub authenticated_at: Option<DateTimeUtc>,
    /// The methods by which they did, separated by blanks: `pwd` (RFC 8176 §2). Ours.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub amr: Option<String>,
    /// The person; deleting them ends the session.
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
