//! The tables of the app as entities, to query them. Generated; keep it as it is.
//!
//! The tables belong to the plugins that are named: only they add, change and delete rows, and they
//! count on that. Read what you like, and write nothing but what is of `app`: its own tables, and in
//! others its own columns, by an update that sets no more. Some columns hold digests or sealed
//! values, which are of use to their plugin alone.
#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(
    dead_code,
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = "what is here follows from the tables, and is there whether it is used or not"
)]

/// The table `user` of `core`.
pub mod user {
    use sea_orm::entity::prelude::*;

    /// A row of `user`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "user", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `core`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `name` of `core`: text(255).
        pub name: String,
        /// The column `email` of `core`: text(255).
        #[sea_orm(unique)]
        pub email: String,
        /// The column `emailVerified` of `core`: bool.
        #[sea_orm(default_value = false)]
        pub email_verified: bool,
        /// The column `image` of `core`: text.
        #[sea_orm(column_type = "Text")]
        pub image: Option<String>,
        /// The column `createdAt` of `core`: timestamp.
        pub created_at: DateTimeUtc,
        /// The column `updatedAt` of `core`: timestamp.
        pub updated_at: DateTimeUtc,
        /// The column `noteSignature` of `app`: text(100).
        #[sea_orm(column_type = "String(StringLen::N(100))")]
        pub note_signature: Option<String>,
        /// The rows of `account` that point here by `userId`.
        #[sea_orm(has_many)]
        pub accounts: HasMany<super::account::Entity>,
        /// The rows of `note` that point here by `userId`.
        #[sea_orm(has_many)]
        pub notes: HasMany<super::note::Entity>,
        /// The rows of `oauthApplication` that point here by `userId`.
        #[sea_orm(has_many)]
        pub oauth_applications: HasMany<super::oauth_application::Entity>,
        /// The rows of `oauthConsent` that point here by `userId`.
        #[sea_orm(has_many)]
        pub oauth_consents: HasMany<super::oauth_consent::Entity>,
        /// The rows of `oauthGrant` that point here by `userId`.
        #[sea_orm(has_many)]
        pub oauth_grants: HasMany<super::oauth_grant::Entity>,
        /// The rows of `oauthInteraction` that point here by `userId`.
        #[sea_orm(has_many)]
        pub oauth_interactions: HasMany<super::oauth_interaction::Entity>,
        /// The rows of `oauthPairwiseSubject` that point here by `userId`.
        #[sea_orm(has_many)]
        pub oauth_pairwise_subjects: HasMany<super::oauth_pairwise_subject::Entity>,
        /// The rows of `session` that point here by `userId`.
        #[sea_orm(has_many)]
        pub sessions: HasMany<super::session::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `session` of `core`.
pub mod session {
    use sea_orm::entity::prelude::*;

    /// A row of `session`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "session", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `core`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `expiresAt` of `core`: timestamp.
        #[sea_orm(indexed)]
        pub expires_at: DateTimeUtc,
        /// The column `token` of `core`: text(255).
        #[sea_orm(unique)]
        pub token: String,
        /// The column `createdAt` of `core`: timestamp.
        pub created_at: DateTimeUtc,
        /// The column `updatedAt` of `core`: timestamp.
        pub updated_at: DateTimeUtc,
        /// The column `ipAddress` of `core`: text(64).
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub ip_address: Option<String>,
        /// The column `userAgent` of `core`: text.
        #[sea_orm(column_type = "Text")]
        pub user_agent: Option<String>,
        /// The column `userId` of `core`: id, points to `user.id`, on delete cascade.
        #[sea_orm(indexed)]
        pub user_id: String,
        /// The column `rememberMe` of `core`: bool.
        #[sea_orm(default_value = true)]
        pub remember_me: bool,
        /// The column `authenticatedAt` of `core`: timestamp.
        pub authenticated_at: Option<DateTimeUtc>,
        /// The column `amr` of `core`: text(255).
        pub amr: Option<String>,
        /// The row of `user` it points to.
        #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
        pub user: BelongsTo<super::user::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `account` of `core`.
pub mod account {
    use sea_orm::entity::prelude::*;

    /// A row of `account`.
    ///
    /// Unique together: `accountId`, `providerId`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "account", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `core`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `accountId` of `core`: text(255).
        #[sea_orm(unique_key = "account_id_and_provider_id")]
        pub account_id: String,
        /// The column `providerId` of `core`: text(255).
        #[sea_orm(unique_key = "account_id_and_provider_id")]
        pub provider_id: String,
        /// The column `userId` of `core`: id, points to `user.id`, on delete cascade.
        #[sea_orm(indexed)]
        pub user_id: String,
        /// The column `accessToken` of `core`: text.
        #[sea_orm(column_type = "Text")]
        pub access_token: Option<String>,
        /// The column `refreshToken` of `core`: text.
        #[sea_orm(column_type = "Text")]
        pub refresh_token: Option<String>,
        /// The column `idToken` of `core`: text.
        #[sea_orm(column_type = "Text")]
        pub id_token: Option<String>,
        /// The column `accessTokenExpiresAt` of `core`: timestamp.
        pub access_token_expires_at: Option<DateTimeUtc>,
        /// The column `refreshTokenExpiresAt` of `core`: timestamp.
        pub refresh_token_expires_at: Option<DateTimeUtc>,
        /// The column `scope` of `core`: text.
        #[sea_orm(column_type = "Text")]
        pub scope: Option<String>,
        /// The column `password` of `core`: text.
        #[sea_orm(column_type = "Text")]
        pub password: Option<String>,
        /// The column `createdAt` of `core`: timestamp.
        pub created_at: DateTimeUtc,
        /// The column `updatedAt` of `core`: timestamp.
        pub updated_at: DateTimeUtc,
        /// The row of `user` it points to.
        #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
        pub user: BelongsTo<super::user::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `verification` of `core`.
pub mod verification {
    use sea_orm::entity::prelude::*;

    /// A row of `verification`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "verification", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `core`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `identifier` of `core`: text(255).
        #[sea_orm(indexed)]
        pub identifier: String,
        /// The column `value` of `core`: text.
        #[sea_orm(column_type = "Text")]
        pub value: String,
        /// The column `expiresAt` of `core`: timestamp.
        #[sea_orm(indexed)]
        pub expires_at: DateTimeUtc,
        /// The column `createdAt` of `core`: timestamp.
        pub created_at: DateTimeUtc,
        /// The column `updatedAt` of `core`: timestamp.
        pub updated_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `authMigration` of `core`.
pub mod auth_migration {
    use sea_orm::entity::prelude::*;

    /// A row of `authMigration`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "authMigration", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `core`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `appliedAt` of `core`: timestamp.
        pub applied_at: DateTimeUtc,
        /// The column `checksum` of `core`: text(64).
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub checksum: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `oauthApplication` of `oidc-provider`.
pub mod oauth_application {
    use sea_orm::entity::prelude::*;

    /// A row of `oauthApplication`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauthApplication", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `oidc-provider`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `clientId` of `oidc-provider`: text(255).
        #[sea_orm(unique)]
        pub client_id: String,
        /// The column `clientSecret` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub client_secret: Option<String>,
        /// The column `clientSecretExpiresAt` of `oidc-provider`: timestamp.
        pub client_secret_expires_at: Option<DateTimeUtc>,
        /// The column `previousSecret` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub previous_secret: Option<String>,
        /// The column `previousSecretUntil` of `oidc-provider`: timestamp.
        pub previous_secret_until: Option<DateTimeUtc>,
        /// The column `registrationAccessToken` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub registration_access_token: Option<String>,
        /// The column `name` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub name: String,
        /// The column `redirectUris` of `oidc-provider`: json.
        pub redirect_uris: Json,
        /// The column `postLogoutRedirectUris` of `oidc-provider`: json.
        pub post_logout_redirect_uris: Json,
        /// The column `tokenEndpointAuthMethod` of `oidc-provider`: text(32).
        #[sea_orm(column_type = "String(StringLen::N(32))")]
        pub token_endpoint_auth_method: String,
        /// The column `jwks` of `oidc-provider`: json.
        pub jwks: Option<Json>,
        /// The column `jwksUri` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub jwks_uri: Option<String>,
        /// The column `grantTypes` of `oidc-provider`: json.
        pub grant_types: Json,
        /// The column `scope` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub scope: String,
        /// The column `ownScope` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub own_scope: Option<String>,
        /// The column `introspects` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub introspects: Option<String>,
        /// The column `applicationType` of `oidc-provider`: text(16).
        #[sea_orm(column_type = "String(StringLen::N(16))")]
        pub application_type: String,
        /// The column `idTokenSignedResponseAlg` of `oidc-provider`: text(16).
        #[sea_orm(column_type = "String(StringLen::N(16))")]
        pub id_token_signed_response_alg: String,
        /// The column `sector` of `oidc-provider`: text(255).
        pub sector: Option<String>,
        /// The column `documentExpiresAt` of `oidc-provider`: timestamp.
        #[sea_orm(indexed)]
        pub document_expires_at: Option<DateTimeUtc>,
        /// The column `metadata` of `oidc-provider`: json.
        pub metadata: Option<Json>,
        /// The column `requirePushedAuthorizationRequests` of `oidc-provider`: bool.
        #[sea_orm(default_value = false)]
        pub require_pushed_authorization_requests: bool,
        /// The column `dpopBoundAccessTokens` of `oidc-provider`: bool.
        #[sea_orm(default_value = false)]
        pub dpop_bound_access_tokens: bool,
        /// The column `skipConsent` of `oidc-provider`: bool.
        #[sea_orm(default_value = false)]
        pub skip_consent: bool,
        /// The column `declared` of `oidc-provider`: bool.
        #[sea_orm(default_value = false)]
        pub declared: bool,
        /// The column `disabled` of `oidc-provider`: bool.
        #[sea_orm(default_value = false)]
        pub disabled: bool,
        /// The column `userId` of `oidc-provider`: id, points to `user.id`, on delete set null.
        #[sea_orm(indexed)]
        pub user_id: Option<String>,
        /// The column `createdAt` of `oidc-provider`: timestamp.
        #[sea_orm(indexed)]
        pub created_at: DateTimeUtc,
        /// The column `updatedAt` of `oidc-provider`: timestamp.
        pub updated_at: DateTimeUtc,
        /// The row of `user` it points to.
        #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "SetNull")]
        pub user: BelongsTo<Option<super::user::Entity>>,
        /// The rows of `oauthConsent` that point here by `clientId`.
        #[sea_orm(has_many)]
        pub oauth_consents: HasMany<super::oauth_consent::Entity>,
        /// The rows of `oauthGrant` that point here by `clientId`.
        #[sea_orm(has_many)]
        pub oauth_grants: HasMany<super::oauth_grant::Entity>,
        /// The rows of `oauthInteraction` that point here by `clientId`.
        #[sea_orm(has_many)]
        pub oauth_interactions: HasMany<super::oauth_interaction::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `oauthGrant` of `oidc-provider`.
pub mod oauth_grant {
    use sea_orm::entity::prelude::*;

    /// A row of `oauthGrant`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauthGrant", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `oidc-provider`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `userId` of `oidc-provider`: id, points to `user.id`, on delete cascade.
        #[sea_orm(indexed)]
        pub user_id: Option<String>,
        /// The column `clientId` of `oidc-provider`: text(255), points to `oauthApplication.clientId`, on delete cascade.
        #[sea_orm(indexed)]
        pub client_id: String,
        /// The column `subject` of `oidc-provider`: text(255).
        pub subject: Option<String>,
        /// The column `sessionId` of `oidc-provider`: id.
        #[sea_orm(column_type = "Char(Some(64))")]
        pub session_id: Option<String>,
        /// The column `scope` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub scope: String,
        /// The column `resources` of `oidc-provider`: json.
        pub resources: Json,
        /// The column `authTime` of `oidc-provider`: timestamp.
        pub auth_time: Option<DateTimeUtc>,
        /// The column `amr` of `oidc-provider`: text(255).
        pub amr: Option<String>,
        /// The column `acr` of `oidc-provider`: text(255).
        pub acr: Option<String>,
        /// The column `claims` of `oidc-provider`: json.
        pub claims: Option<Json>,
        /// The column `createdAt` of `oidc-provider`: timestamp.
        pub created_at: DateTimeUtc,
        /// The column `expiresAt` of `oidc-provider`: timestamp.
        #[sea_orm(indexed)]
        pub expires_at: DateTimeUtc,
        /// The column `revokedAt` of `oidc-provider`: timestamp.
        pub revoked_at: Option<DateTimeUtc>,
        /// The row of `oauthApplication` it points to.
        #[sea_orm(belongs_to, from = "client_id", to = "client_id", on_delete = "Cascade")]
        pub client: BelongsTo<super::oauth_application::Entity>,
        /// The row of `user` it points to.
        #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
        pub user: BelongsTo<Option<super::user::Entity>>,
        /// The rows of `oauthAccessToken` that point here by `grantId`.
        #[sea_orm(has_many)]
        pub oauth_access_tokens: HasMany<super::oauth_access_token::Entity>,
        /// The rows of `oauthAuthorizationCode` that point here by `grantId`.
        #[sea_orm(has_many)]
        pub oauth_authorization_codes: HasMany<super::oauth_authorization_code::Entity>,
        /// The rows of `oauthRefreshToken` that point here by `grantId`.
        #[sea_orm(has_many)]
        pub oauth_refresh_tokens: HasMany<super::oauth_refresh_token::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `oauthInteraction` of `oidc-provider`.
pub mod oauth_interaction {
    use sea_orm::entity::prelude::*;

    /// A row of `oauthInteraction`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauthInteraction", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `oidc-provider`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `handle` of `oidc-provider`: text(255).
        #[sea_orm(unique)]
        pub handle: String,
        /// The column `browser` of `oidc-provider`: text(255).
        #[sea_orm(indexed)]
        pub browser: String,
        /// The column `clientId` of `oidc-provider`: text(255), points to `oauthApplication.clientId`, on delete cascade.
        #[sea_orm(indexed)]
        pub client_id: String,
        /// The column `request` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub request: String,
        /// The column `userId` of `oidc-provider`: id, points to `user.id`, on delete cascade.
        #[sea_orm(indexed)]
        pub user_id: Option<String>,
        /// The column `createdAt` of `oidc-provider`: timestamp.
        pub created_at: DateTimeUtc,
        /// The column `expiresAt` of `oidc-provider`: timestamp.
        #[sea_orm(indexed)]
        pub expires_at: DateTimeUtc,
        /// The column `completedAt` of `oidc-provider`: timestamp.
        pub completed_at: Option<DateTimeUtc>,
        /// The row of `oauthApplication` it points to.
        #[sea_orm(belongs_to, from = "client_id", to = "client_id", on_delete = "Cascade")]
        pub client: BelongsTo<super::oauth_application::Entity>,
        /// The row of `user` it points to.
        #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
        pub user: BelongsTo<Option<super::user::Entity>>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `oauthAuthorizationCode` of `oidc-provider`.
pub mod oauth_authorization_code {
    use sea_orm::entity::prelude::*;

    /// A row of `oauthAuthorizationCode`.
    ///
    /// Indexed together: `consumedAt`, `expiresAt`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauthAuthorizationCode", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `oidc-provider`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `code` of `oidc-provider`: text(255).
        #[sea_orm(unique)]
        pub code: String,
        /// The column `grantId` of `oidc-provider`: id, points to `oauthGrant.id`, on delete cascade.
        #[sea_orm(indexed)]
        pub grant_id: String,
        /// The column `redirectUri` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub redirect_uri: String,
        /// The column `redirectUriSent` of `oidc-provider`: bool.
        pub redirect_uri_sent: bool,
        /// The column `codeChallenge` of `oidc-provider`: text(64).
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub code_challenge: String,
        /// The column `nonce` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub nonce: Option<String>,
        /// The column `dpopJkt` of `oidc-provider`: text(64).
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub dpop_jkt: Option<String>,
        /// The column `createdAt` of `oidc-provider`: timestamp.
        pub created_at: DateTimeUtc,
        /// The column `expiresAt` of `oidc-provider`: timestamp.
        pub expires_at: DateTimeUtc,
        /// The column `consumedAt` of `oidc-provider`: timestamp.
        pub consumed_at: Option<DateTimeUtc>,
        /// The row of `oauthGrant` it points to.
        #[sea_orm(belongs_to, from = "grant_id", to = "id", on_delete = "Cascade")]
        pub grant: BelongsTo<super::oauth_grant::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `oauthRefreshToken` of `oidc-provider`.
pub mod oauth_refresh_token {
    use sea_orm::entity::prelude::*;

    /// A row of `oauthRefreshToken`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauthRefreshToken", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `oidc-provider`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `token` of `oidc-provider`: text(255).
        #[sea_orm(unique)]
        pub token: String,
        /// The column `grantId` of `oidc-provider`: id, points to `oauthGrant.id`, on delete cascade.
        #[sea_orm(indexed)]
        pub grant_id: String,
        /// The column `parentId` of `oidc-provider`: id.
        #[sea_orm(column_type = "Char(Some(64))")]
        pub parent_id: Option<String>,
        /// The column `dpopJkt` of `oidc-provider`: text(64).
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub dpop_jkt: Option<String>,
        /// The column `createdAt` of `oidc-provider`: timestamp.
        pub created_at: DateTimeUtc,
        /// The column `expiresAt` of `oidc-provider`: timestamp.
        #[sea_orm(indexed)]
        pub expires_at: DateTimeUtc,
        /// The column `rotatedAt` of `oidc-provider`: timestamp.
        pub rotated_at: Option<DateTimeUtc>,
        /// The column `successorId` of `oidc-provider`: id.
        #[sea_orm(indexed, column_type = "Char(Some(64))")]
        pub successor_id: Option<String>,
        /// The column `replay` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub replay: Option<String>,
        /// The column `replayRequest` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub replay_request: Option<String>,
        /// The column `replayUntil` of `oidc-provider`: timestamp.
        #[sea_orm(indexed)]
        pub replay_until: Option<DateTimeUtc>,
        /// The row of `oauthGrant` it points to.
        #[sea_orm(belongs_to, from = "grant_id", to = "id", on_delete = "Cascade")]
        pub grant: BelongsTo<super::oauth_grant::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `oauthAccessToken` of `oidc-provider`.
pub mod oauth_access_token {
    use sea_orm::entity::prelude::*;

    /// A row of `oauthAccessToken`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauthAccessToken", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `oidc-provider`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `token` of `oidc-provider`: text(255).
        #[sea_orm(unique)]
        pub token: String,
        /// The column `grantId` of `oidc-provider`: id, points to `oauthGrant.id`, on delete cascade.
        #[sea_orm(indexed)]
        pub grant_id: String,
        /// The column `scope` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub scope: String,
        /// The column `resources` of `oidc-provider`: json.
        pub resources: Json,
        /// The column `dpopJkt` of `oidc-provider`: text(64).
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub dpop_jkt: Option<String>,
        /// The column `createdAt` of `oidc-provider`: timestamp.
        pub created_at: DateTimeUtc,
        /// The column `expiresAt` of `oidc-provider`: timestamp.
        #[sea_orm(indexed)]
        pub expires_at: DateTimeUtc,
        /// The column `revokedAt` of `oidc-provider`: timestamp.
        pub revoked_at: Option<DateTimeUtc>,
        /// The row of `oauthGrant` it points to.
        #[sea_orm(belongs_to, from = "grant_id", to = "id", on_delete = "Cascade")]
        pub grant: BelongsTo<super::oauth_grant::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `oauthConsent` of `oidc-provider`.
pub mod oauth_consent {
    use sea_orm::entity::prelude::*;

    /// A row of `oauthConsent`.
    ///
    /// Unique together: `userId`, `clientId`, `reference`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauthConsent", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `oidc-provider`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `userId` of `oidc-provider`: id, points to `user.id`, on delete cascade.
        #[sea_orm(unique_key = "user_id_and_client_id_and_reference")]
        pub user_id: String,
        /// The column `clientId` of `oidc-provider`: text(255), points to `oauthApplication.clientId`, on delete cascade.
        #[sea_orm(indexed, unique_key = "user_id_and_client_id_and_reference")]
        pub client_id: String,
        /// The column `reference` of `oidc-provider`: text(64).
        #[sea_orm(unique_key = "user_id_and_client_id_and_reference", column_type = "String(StringLen::N(64))", default_value = "")]
        pub reference: String,
        /// The column `scope` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub scope: String,
        /// The column `createdAt` of `oidc-provider`: timestamp.
        pub created_at: DateTimeUtc,
        /// The column `updatedAt` of `oidc-provider`: timestamp.
        pub updated_at: DateTimeUtc,
        /// The row of `oauthApplication` it points to.
        #[sea_orm(belongs_to, from = "client_id", to = "client_id", on_delete = "Cascade")]
        pub client: BelongsTo<super::oauth_application::Entity>,
        /// The row of `user` it points to.
        #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
        pub user: BelongsTo<super::user::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `jwks` of `oidc-provider`.
pub mod jwks {
    use sea_orm::entity::prelude::*;

    /// A row of `jwks`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "jwks", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `oidc-provider`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `publicKey` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub public_key: String,
        /// The column `privateKey` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub private_key: String,
        /// The column `alg` of `oidc-provider`: text(16).
        #[sea_orm(column_type = "String(StringLen::N(16))")]
        pub alg: String,
        /// The column `state` of `oidc-provider`: text(16).
        #[sea_orm(column_type = "String(StringLen::N(16))", default_value = "retired")]
        pub state: String,
        /// The column `slot` of `oidc-provider`: text(16).
        #[sea_orm(unique, column_type = "String(StringLen::N(16))")]
        pub slot: Option<String>,
        /// The column `createdAt` of `oidc-provider`: timestamp.
        pub created_at: DateTimeUtc,
        /// The column `activatedAt` of `oidc-provider`: timestamp.
        pub activated_at: Option<DateTimeUtc>,
        /// The column `expiresAt` of `oidc-provider`: timestamp.
        pub expires_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `oauthUsedJti` of `oidc-provider`.
pub mod oauth_used_jti {
    use sea_orm::entity::prelude::*;

    /// A row of `oauthUsedJti`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauthUsedJti", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `oidc-provider`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `expiresAt` of `oidc-provider`: timestamp.
        #[sea_orm(indexed)]
        pub expires_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `oauthInitialAccessToken` of `oidc-provider`.
pub mod oauth_initial_access_token {
    use sea_orm::entity::prelude::*;

    /// A row of `oauthInitialAccessToken`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauthInitialAccessToken", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `oidc-provider`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `token` of `oidc-provider`: text(255).
        #[sea_orm(unique)]
        pub token: String,
        /// The column `usesLeft` of `oidc-provider`: int.
        pub uses_left: i32,
        /// The column `createdAt` of `oidc-provider`: timestamp.
        pub created_at: DateTimeUtc,
        /// The column `expiresAt` of `oidc-provider`: timestamp.
        #[sea_orm(indexed)]
        pub expires_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `oauthResource` of `oidc-provider`.
pub mod oauth_resource {
    use sea_orm::entity::prelude::*;

    /// A row of `oauthResource`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauthResource", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `oidc-provider`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `identifier` of `oidc-provider`: text(255).
        #[sea_orm(unique)]
        pub identifier: String,
        /// The column `baseScope` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub base_scope: String,
        /// The column `allowedScopes` of `oidc-provider`: text.
        #[sea_orm(column_type = "Text")]
        pub allowed_scopes: Option<String>,
        /// The column `accessTokenFormat` of `oidc-provider`: text(16).
        #[sea_orm(column_type = "String(StringLen::N(16))", default_value = "opaque")]
        pub access_token_format: String,
        /// The column `accessTokenTtl` of `oidc-provider`: int.
        pub access_token_ttl: Option<i32>,
        /// The column `customClaims` of `oidc-provider`: json.
        pub custom_claims: Option<Json>,
        /// The column `dpopBoundAccessTokensRequired` of `oidc-provider`: bool.
        #[sea_orm(default_value = false)]
        pub dpop_bound_access_tokens_required: bool,
        /// The column `declared` of `oidc-provider`: bool.
        #[sea_orm(default_value = false)]
        pub declared: bool,
        /// The column `disabled` of `oidc-provider`: bool.
        #[sea_orm(default_value = false)]
        pub disabled: bool,
        /// The column `createdAt` of `oidc-provider`: timestamp.
        pub created_at: DateTimeUtc,
        /// The column `updatedAt` of `oidc-provider`: timestamp.
        pub updated_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `oauthPairwiseSubject` of `oidc-provider`.
pub mod oauth_pairwise_subject {
    use sea_orm::entity::prelude::*;

    /// A row of `oauthPairwiseSubject`.
    ///
    /// Unique together: `sector`, `userId`.
    /// Unique together: `sector`, `subject`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauthPairwiseSubject", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `oidc-provider`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `sector` of `oidc-provider`: text(255).
        #[sea_orm(unique_key = "sector_and_user_id")]
        pub sector: String,
        /// The column `userId` of `oidc-provider`: id, points to `user.id`, on delete cascade.
        #[sea_orm(unique_key = "sector_and_user_id")]
        pub user_id: String,
        /// The column `subject` of `oidc-provider`: text(255).
        pub subject: String,
        /// The column `createdAt` of `oidc-provider`: timestamp.
        pub created_at: DateTimeUtc,
        /// The row of `user` it points to.
        #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
        pub user: BelongsTo<super::user::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `note` of `app`.
pub mod note {
    use sea_orm::entity::prelude::*;

    /// A row of `note`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "note", rename_all = "camelCase")]
    pub struct Model {
        /// The column `id` of `app`: id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The column `userId` of `app`: id, points to `user.id`, on delete cascade.
        #[sea_orm(indexed)]
        pub user_id: String,
        /// The column `text` of `app`: text.
        #[sea_orm(column_type = "Text")]
        pub text: String,
        /// The column `createdAt` of `app`: timestamp.
        pub created_at: DateTimeUtc,
        /// The row of `user` it points to.
        #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
        pub user: BelongsTo<super::user::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
