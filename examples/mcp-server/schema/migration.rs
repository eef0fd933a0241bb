//! Creates the tables of the auth plugins in an empty database. Generated; keep it as it is.
#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(
    elided_lifetimes_in_paths,
    unreachable_pub,
    reason = "written as the trait writes it, wherever the module stands"
)]

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Creates the tables of the auth plugins in an empty database.
#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE,
            DbBackend::Postgres => POSTGRES,
            DbBackend::MySql => MYSQL,
            other => {
                let refusal = format!("made for SQLite, PostgreSQL, MySQL, not for {other:?}");
                return Err(DbErr::Migration(refusal));
            }
        };
        for statement in statements {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

const SQLITE: &[&str] = &[
    r#"CREATE TABLE "user" ( "id" text NOT NULL PRIMARY KEY, "name" text NOT NULL, "email" text NOT NULL, "emailVerified" boolean NOT NULL DEFAULT FALSE, "image" text, "createdAt" text NOT NULL, "updatedAt" text NOT NULL )"#,
    r#"CREATE UNIQUE INDEX "uq_user_email" ON "user" ("email")"#,
    r#"CREATE TABLE "session" ( "id" text NOT NULL PRIMARY KEY, "expiresAt" text NOT NULL, "token" text NOT NULL, "createdAt" text NOT NULL, "updatedAt" text NOT NULL, "ipAddress" text, "userAgent" text, "userId" text NOT NULL, "rememberMe" boolean NOT NULL DEFAULT TRUE, "authenticatedAt" text, FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE )"#,
    r#"CREATE UNIQUE INDEX "uq_session_token" ON "session" ("token")"#,
    r#"CREATE INDEX "ix_session_expiresAt" ON "session" ("expiresAt")"#,
    r#"CREATE INDEX "ix_session_userId" ON "session" ("userId")"#,
    r#"CREATE TABLE "account" ( "id" text NOT NULL PRIMARY KEY, "accountId" text NOT NULL, "providerId" text NOT NULL, "userId" text NOT NULL, "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" text, "refreshTokenExpiresAt" text, "scope" text, "password" text, "createdAt" text NOT NULL, "updatedAt" text NOT NULL, FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE )"#,
    r#"CREATE INDEX "ix_account_userId" ON "account" ("userId")"#,
    r#"CREATE UNIQUE INDEX "uq_account_accountId_providerId" ON "account" ("accountId", "providerId")"#,
    r#"CREATE TABLE "verification" ( "id" text NOT NULL PRIMARY KEY, "identifier" text NOT NULL, "value" text NOT NULL, "expiresAt" text NOT NULL, "createdAt" text NOT NULL, "updatedAt" text NOT NULL )"#,
    r#"CREATE INDEX "ix_verification_identifier" ON "verification" ("identifier")"#,
    r#"CREATE INDEX "ix_verification_expiresAt" ON "verification" ("expiresAt")"#,
    r#"CREATE TABLE "oauthApplication" ( "id" text NOT NULL PRIMARY KEY, "clientId" text NOT NULL, "clientSecret" text, "name" text NOT NULL, "redirectUris" text NOT NULL, "postLogoutRedirectUris" text NOT NULL, "tokenEndpointAuthMethod" text NOT NULL, "grantTypes" text NOT NULL, "scope" text NOT NULL, "applicationType" text NOT NULL, "idTokenSignedResponseAlg" text NOT NULL, "metadata" text, "disabled" boolean NOT NULL DEFAULT FALSE, "userId" text, "createdAt" text NOT NULL, "updatedAt" text NOT NULL, FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE SET NULL )"#,
    r#"CREATE UNIQUE INDEX "uq_oauthApplication_clientId" ON "oauthApplication" ("clientId")"#,
    r#"CREATE INDEX "ix_oauthApplication_userId" ON "oauthApplication" ("userId")"#,
    r#"CREATE INDEX "ix_oauthApplication_createdAt" ON "oauthApplication" ("createdAt")"#,
    r#"CREATE TABLE "oauthGrant" ( "id" text NOT NULL PRIMARY KEY, "userId" text NOT NULL, "clientId" text NOT NULL, "sessionId" text NOT NULL, "scope" text NOT NULL, "resources" text NOT NULL, "authTime" text NOT NULL, "createdAt" text NOT NULL, "expiresAt" text NOT NULL, "revokedAt" text, FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE, FOREIGN KEY ("clientId") REFERENCES "oauthApplication" ("clientId") ON DELETE CASCADE )"#,
    r#"CREATE INDEX "ix_oauthGrant_userId" ON "oauthGrant" ("userId")"#,
    r#"CREATE INDEX "ix_oauthGrant_clientId" ON "oauthGrant" ("clientId")"#,
    r#"CREATE INDEX "ix_oauthGrant_expiresAt" ON "oauthGrant" ("expiresAt")"#,
    r#"CREATE TABLE "oauthInteraction" ( "id" text NOT NULL PRIMARY KEY, "handle" text NOT NULL, "browser" text NOT NULL, "clientId" text NOT NULL, "request" text NOT NULL, "userId" text, "createdAt" text NOT NULL, "expiresAt" text NOT NULL, "completedAt" text, FOREIGN KEY ("clientId") REFERENCES "oauthApplication" ("clientId") ON DELETE CASCADE, FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE )"#,
    r#"CREATE UNIQUE INDEX "uq_oauthInteraction_handle" ON "oauthInteraction" ("handle")"#,
    r#"CREATE INDEX "ix_oauthInteraction_browser" ON "oauthInteraction" ("browser")"#,
    r#"CREATE INDEX "ix_oauthInteraction_clientId" ON "oauthInteraction" ("clientId")"#,
    r#"CREATE INDEX "ix_oauthInteraction_userId" ON "oauthInteraction" ("userId")"#,
    r#"CREATE INDEX "ix_oauthInteraction_expiresAt" ON "oauthInteraction" ("expiresAt")"#,
    r#"CREATE TABLE "oauthAuthorizationCode" ( "id" text NOT NULL PRIMARY KEY, "code" text NOT NULL, "grantId" text NOT NULL, "redirectUri" text NOT NULL, "redirectUriSent" boolean NOT NULL, "codeChallenge" text NOT NULL, "nonce" text, "createdAt" text NOT NULL, "expiresAt" text NOT NULL, "consumedAt" text, FOREIGN KEY ("grantId") REFERENCES "oauthGrant" ("id") ON DELETE CASCADE )"#,
    r#"CREATE UNIQUE INDEX "uq_oauthAuthorizationCode_code" ON "oauthAuthorizationCode" ("code")"#,
    r#"CREATE INDEX "ix_oauthAuthorizationCode_grantId" ON "oauthAuthorizationCode" ("grantId")"#,
    r#"CREATE INDEX "ix_oauthAuthorizationCode_consumedAt_expiresAt" ON "oauthAuthorizationCode" ("consumedAt", "expiresAt")"#,
    r#"CREATE TABLE "oauthRefreshToken" ( "id" text NOT NULL PRIMARY KEY, "token" text NOT NULL, "grantId" text NOT NULL, "parentId" text, "createdAt" text NOT NULL, "expiresAt" text NOT NULL, "rotatedAt" text, "successorId" text, "replay" text, "replayRequest" text, "replayUntil" text, FOREIGN KEY ("grantId") REFERENCES "oauthGrant" ("id") ON DELETE CASCADE )"#,
    r#"CREATE UNIQUE INDEX "uq_oauthRefreshToken_token" ON "oauthRefreshToken" ("token")"#,
    r#"CREATE INDEX "ix_oauthRefreshToken_grantId" ON "oauthRefreshToken" ("grantId")"#,
    r#"CREATE INDEX "ix_oauthRefreshToken_expiresAt" ON "oauthRefreshToken" ("expiresAt")"#,
    r#"CREATE INDEX "ix_oauthRefreshToken_successorId" ON "oauthRefreshToken" ("successorId")"#,
    r#"CREATE INDEX "ix_oauthRefreshToken_replayUntil" ON "oauthRefreshToken" ("replayUntil")"#,
    r#"CREATE TABLE "oauthAccessToken" ( "id" text NOT NULL PRIMARY KEY, "token" text NOT NULL, "grantId" text NOT NULL, "scope" text NOT NULL, "resources" text NOT NULL, "createdAt" text NOT NULL, "expiresAt" text NOT NULL, "revokedAt" text, FOREIGN KEY ("grantId") REFERENCES "oauthGrant" ("id") ON DELETE CASCADE )"#,
    r#"CREATE UNIQUE INDEX "uq_oauthAccessToken_token" ON "oauthAccessToken" ("token")"#,
    r#"CREATE INDEX "ix_oauthAccessToken_grantId" ON "oauthAccessToken" ("grantId")"#,
    r#"CREATE INDEX "ix_oauthAccessToken_expiresAt" ON "oauthAccessToken" ("expiresAt")"#,
    r#"CREATE TABLE "oauthConsent" ( "id" text NOT NULL PRIMARY KEY, "userId" text NOT NULL, "clientId" text NOT NULL, "reference" text NOT NULL DEFAULT '', "scope" text NOT NULL, "createdAt" text NOT NULL, "updatedAt" text NOT NULL, FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE, FOREIGN KEY ("clientId") REFERENCES "oauthApplication" ("clientId") ON DELETE CASCADE )"#,
    r#"CREATE UNIQUE INDEX "uq_oauthConsent_userId_clientId_reference" ON "oauthConsent" ("userId", "clientId", "reference")"#,
    r#"CREATE TABLE "jwks" ( "id" text NOT NULL PRIMARY KEY, "publicKey" text NOT NULL, "privateKey" text NOT NULL, "alg" text NOT NULL, "state" text NOT NULL DEFAULT 'retired', "slot" text, "createdAt" text NOT NULL, "expiresAt" text )"#,
    r#"CREATE UNIQUE INDEX "uq_jwks_slot" ON "jwks" ("slot")"#,
    r#"CREATE TABLE "note" ( "id" text NOT NULL PRIMARY KEY, "userId" text NOT NULL, "text" text NOT NULL, "createdAt" text NOT NULL, FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE )"#,
    r#"CREATE INDEX "ix_note_userId" ON "note" ("userId")"#,
];

const POSTGRES: &[&str] = &[
    r#"CREATE TABLE "user" ( "id" text NOT NULL PRIMARY KEY, "name" text NOT NULL, "email" text NOT NULL, "emailVerified" bool NOT NULL DEFAULT FALSE, "image" text, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL )"#,
    r#"CREATE UNIQUE INDEX "uq_user_email" ON "user" ("email")"#,
    r#"CREATE TABLE "session" ( "id" text NOT NULL PRIMARY KEY, "expiresAt" timestamp with time zone NOT NULL, "token" text NOT NULL, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL, "ipAddress" text, "userAgent" text, "userId" text NOT NULL, "rememberMe" bool NOT NULL DEFAULT TRUE, "authenticatedAt" timestamp with time zone, CONSTRAINT "fk_session_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE )"#,
    r#"CREATE UNIQUE INDEX "uq_session_token" ON "session" ("token")"#,
    r#"CREATE INDEX "ix_session_expiresAt" ON "session" ("expiresAt")"#,
    r#"CREATE INDEX "ix_session_userId" ON "session" ("userId")"#,
    r#"CREATE TABLE "account" ( "id" text NOT NULL PRIMARY KEY, "accountId" text NOT NULL, "providerId" text NOT NULL, "userId" text NOT NULL, "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" timestamp with time zone, "refreshTokenExpiresAt" timestamp with time zone, "scope" text, "password" text, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL, CONSTRAINT "fk_account_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE )"#,
    r#"CREATE INDEX "ix_account_userId" ON "account" ("userId")"#,
    r#"CREATE UNIQUE INDEX "uq_account_accountId_providerId" ON "account" ("accountId", "providerId")"#,
    r#"CREATE TABLE "verification" ( "id" text NOT NULL PRIMARY KEY, "identifier" text NOT NULL, "value" text NOT NULL, "expiresAt" timestamp with time zone NOT NULL, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL )"#,
    r#"CREATE INDEX "ix_verification_identifier" ON "verification" ("identifier")"#,
    r#"CREATE INDEX "ix_verification_expiresAt" ON "verification" ("expiresAt")"#,
    r#"CREATE TABLE "oauthApplication" ( "id" text NOT NULL PRIMARY KEY, "clientId" text NOT NULL, "clientSecret" text, "name" text NOT NULL, "redirectUris" jsonb NOT NULL, "postLogoutRedirectUris" jsonb NOT NULL, "tokenEndpointAuthMethod" text NOT NULL, "grantTypes" jsonb NOT NULL, "scope" text NOT NULL, "applicationType" text NOT NULL, "idTokenSignedResponseAlg" text NOT NULL, "metadata" jsonb, "disabled" bool NOT NULL DEFAULT FALSE, "userId" text, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL, CONSTRAINT "fk_oauthApplication_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE SET NULL )"#,
    r#"CREATE UNIQUE INDEX "uq_oauthApplication_clientId" ON "oauthApplication" ("clientId")"#,
    r#"CREATE INDEX "ix_oauthApplication_userId" ON "oauthApplication" ("userId")"#,
    r#"CREATE INDEX "ix_oauthApplication_createdAt" ON "oauthApplication" ("createdAt")"#,
    r#"CREATE TABLE "oauthGrant" ( "id" text NOT NULL PRIMARY KEY, "userId" text NOT NULL, "clientId" text NOT NULL, "sessionId" text NOT NULL, "scope" text NOT NULL, "resources" jsonb NOT NULL, "authTime" timestamp with time zone NOT NULL, "createdAt" timestamp with time zone NOT NULL, "expiresAt" timestamp with time zone NOT NULL, "revokedAt" timestamp with time zone, CONSTRAINT "fk_oauthGrant_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE, CONSTRAINT "fk_oauthGrant_clientId" FOREIGN KEY ("clientId") REFERENCES "oauthApplication" ("clientId") ON DELETE CASCADE )"#,
    r#"CREATE INDEX "ix_oauthGrant_userId" ON "oauthGrant" ("userId")"#,
    r#"CREATE INDEX "ix_oauthGrant_clientId" ON "oauthGrant" ("clientId")"#,
    r#"CREATE INDEX "ix_oauthGrant_expiresAt" ON "oauthGrant" ("expiresAt")"#,
    r#"CREATE TABLE "oauthInteraction" ( "id" text NOT NULL PRIMARY KEY, "handle" text NOT NULL, "browser" text NOT NULL, "clientId" text NOT NULL, "request" text NOT NULL, "userId" text, "createdAt" timestamp with time zone NOT NULL, "expiresAt" timestamp with time zone NOT NULL, "completedAt" timestamp with time zone, CONSTRAINT "fk_oauthInteraction_clientId" FOREIGN KEY ("clientId") REFERENCES "oauthApplication" ("clientId") ON DELETE CASCADE, CONSTRAINT "fk_oauthInteraction_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE )"#,
    r#"CREATE UNIQUE INDEX "uq_oauthInteraction_handle" ON "oauthInteraction" ("handle")"#,
    r#"CREATE INDEX "ix_oauthInteraction_browser" ON "oauthInteraction" ("browser")"#,
    r#"CREATE INDEX "ix_oauthInteraction_clientId" ON "oauthInteraction" ("clientId")"#,
    r#"CREATE INDEX "ix_oauthInteraction_userId" ON "oauthInteraction" ("userId")"#,
    r#"CREATE INDEX "ix_oauthInteraction_expiresAt" ON "oauthInteraction" ("expiresAt")"#,
    r#"CREATE TABLE "oauthAuthorizationCode" ( "id" text NOT NULL PRIMARY KEY, "code" text NOT NULL, "grantId" text NOT NULL, "redirectUri" text NOT NULL, "redirectUriSent" bool NOT NULL, "codeChallenge" text NOT NULL, "nonce" text, "createdAt" timestamp with time zone NOT NULL, "expiresAt" timestamp with time zone NOT NULL, "consumedAt" timestamp with time zone, CONSTRAINT "fk_oauthAuthorizationCode_grantId" FOREIGN KEY ("grantId") REFERENCES "oauthGrant" ("id") ON DELETE CASCADE )"#,
    r#"CREATE UNIQUE INDEX "uq_oauthAuthorizationCode_code" ON "oauthAuthorizationCode" ("code")"#,
    r#"CREATE INDEX "ix_oauthAuthorizationCode_grantId" ON "oauthAuthorizationCode" ("grantId")"#,
    r#"CREATE INDEX "ix_oauthAuthorizationCode_consumedAt_expiresAt" ON "oauthAuthorizationCode" ("consumedAt", "expiresAt")"#,
    r#"CREATE TABLE "oauthRefreshToken" ( "id" text NOT NULL PRIMARY KEY, "token" text NOT NULL, "grantId" text NOT NULL, "parentId" text, "createdAt" timestamp with time zone NOT NULL, "expiresAt" timestamp with time zone NOT NULL, "rotatedAt" timestamp with time zone, "successorId" text, "replay" text, "replayRequest" text, "replayUntil" timestamp with time zone, CONSTRAINT "fk_oauthRefreshToken_grantId" FOREIGN KEY ("grantId") REFERENCES "oauthGrant" ("id") ON DELETE CASCADE )"#,
    r#"CREATE UNIQUE INDEX "uq_oauthRefreshToken_token" ON "oauthRefreshToken" ("token")"#,
    r#"CREATE INDEX "ix_oauthRefreshToken_grantId" ON "oauthRefreshToken" ("grantId")"#,
    r#"CREATE INDEX "ix_oauthRefreshToken_expiresAt" ON "oauthRefreshToken" ("expiresAt")"#,
    r#"CREATE INDEX "ix_oauthRefreshToken_successorId" ON "oauthRefreshToken" ("successorId")"#,
    r#"CREATE INDEX "ix_oauthRefreshToken_replayUntil" ON "oauthRefreshToken" ("replayUntil")"#,
    r#"CREATE TABLE "oauthAccessToken" ( "id" text NOT NULL PRIMARY KEY, "token" text NOT NULL, "grantId" text NOT NULL, "scope" text NOT NULL, "resources" jsonb NOT NULL, "createdAt" timestamp with time zone NOT NULL, "expiresAt" timestamp with time zone NOT NULL, "revokedAt" timestamp with time zone, CONSTRAINT "fk_oauthAccessToken_grantId" FOREIGN KEY ("grantId") REFERENCES "oauthGrant" ("id") ON DELETE CASCADE )"#,
    r#"CREATE UNIQUE INDEX "uq_oauthAccessToken_token" ON "oauthAccessToken" ("token")"#,
    r#"CREATE INDEX "ix_oauthAccessToken_grantId" ON "oauthAccessToken" ("grantId")"#,
    r#"CREATE INDEX "ix_oauthAccessToken_expiresAt" ON "oauthAccessToken" ("expiresAt")"#,
    r#"CREATE TABLE "oauthConsent" ( "id" text NOT NULL PRIMARY KEY, "userId" text NOT NULL, "clientId" text NOT NULL, "reference" text NOT NULL DEFAULT '', "scope" text NOT NULL, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL, CONSTRAINT "fk_oauthConsent_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE, CONSTRAINT "fk_oauthConsent_clientId" FOREIGN KEY ("clientId") REFERENCES "oauthApplication" ("clientId") ON DELETE CASCADE )"#,
    r#"CREATE UNIQUE INDEX "uq_oauthConsent_userId_clientId_reference" ON "oauthConsent" ("userId", "clientId", "reference")"#,
    r#"CREATE TABLE "jwks" ( "id" text NOT NULL PRIMARY KEY, "publicKey" text NOT NULL, "privateKey" text NOT NULL, "alg" text NOT NULL, "state" text NOT NULL DEFAULT 'retired', "slot" text, "createdAt" timestamp with time zone NOT NULL, "expiresAt" timestamp with time zone )"#,
    r#"CREATE UNIQUE INDEX "uq_jwks_slot" ON "jwks" ("slot")"#,
    r#"CREATE TABLE "note" ( "id" text NOT NULL PRIMARY KEY, "userId" text NOT NULL, "text" text NOT NULL, "createdAt" timestamp with time zone NOT NULL, CONSTRAINT "fk_note_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE )"#,
    r#"CREATE INDEX "ix_note_userId" ON "note" ("userId")"#,
];

const MYSQL: &[&str] = &[
    "CREATE TABLE `user` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `name` varchar(255) NOT NULL, `email` varchar(255) NOT NULL, `emailVerified` bool NOT NULL DEFAULT FALSE, `image` text, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE UNIQUE INDEX `uq_user_email` ON `user` (`email`)",
    "CREATE TABLE `session` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `expiresAt` datetime(6) NOT NULL, `token` varchar(255) NOT NULL, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL, `ipAddress` varchar(64), `userAgent` text, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `rememberMe` bool NOT NULL DEFAULT TRUE, `authenticatedAt` datetime(6), CONSTRAINT `fk_session_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE UNIQUE INDEX `uq_session_token` ON `session` (`token`)",
    "CREATE INDEX `ix_session_expiresAt` ON `session` (`expiresAt`)",
    "CREATE INDEX `ix_session_userId` ON `session` (`userId`)",
    "CREATE TABLE `account` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `accountId` varchar(255) NOT NULL, `providerId` varchar(255) NOT NULL, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `accessToken` text, `refreshToken` text, `idToken` text, `accessTokenExpiresAt` datetime(6), `refreshTokenExpiresAt` datetime(6), `scope` text, `password` text, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL, CONSTRAINT `fk_account_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE INDEX `ix_account_userId` ON `account` (`userId`)",
    "CREATE UNIQUE INDEX `uq_account_accountId_providerId` ON `account` (`accountId`, `providerId`)",
    "CREATE TABLE `verification` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `identifier` varchar(255) NOT NULL, `value` text NOT NULL, `expiresAt` datetime(6) NOT NULL, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE INDEX `ix_verification_identifier` ON `verification` (`identifier`)",
    "CREATE INDEX `ix_verification_expiresAt` ON `verification` (`expiresAt`)",
    "CREATE TABLE `oauthApplication` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `clientId` varchar(255) NOT NULL, `clientSecret` text, `name` text NOT NULL, `redirectUris` longtext NOT NULL, `postLogoutRedirectUris` longtext NOT NULL, `tokenEndpointAuthMethod` varchar(32) NOT NULL, `grantTypes` longtext NOT NULL, `scope` text NOT NULL, `applicationType` varchar(16) NOT NULL, `idTokenSignedResponseAlg` varchar(16) NOT NULL, `metadata` longtext, `disabled` bool NOT NULL DEFAULT FALSE, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL, CONSTRAINT `fk_oauthApplication_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE SET NULL ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE UNIQUE INDEX `uq_oauthApplication_clientId` ON `oauthApplication` (`clientId`)",
    "CREATE INDEX `ix_oauthApplication_userId` ON `oauthApplication` (`userId`)",
    "CREATE INDEX `ix_oauthApplication_createdAt` ON `oauthApplication` (`createdAt`)",
    "CREATE TABLE `oauthGrant` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `clientId` varchar(255) NOT NULL, `sessionId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `scope` text NOT NULL, `resources` longtext NOT NULL, `authTime` datetime(6) NOT NULL, `createdAt` datetime(6) NOT NULL, `expiresAt` datetime(6) NOT NULL, `revokedAt` datetime(6), CONSTRAINT `fk_oauthGrant_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE, CONSTRAINT `fk_oauthGrant_clientId` FOREIGN KEY (`clientId`) REFERENCES `oauthApplication` (`clientId`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE INDEX `ix_oauthGrant_userId` ON `oauthGrant` (`userId`)",
    "CREATE INDEX `ix_oauthGrant_clientId` ON `oauthGrant` (`clientId`)",
    "CREATE INDEX `ix_oauthGrant_expiresAt` ON `oauthGrant` (`expiresAt`)",
    "CREATE TABLE `oauthInteraction` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `handle` varchar(255) NOT NULL, `browser` varchar(255) NOT NULL, `clientId` varchar(255) NOT NULL, `request` text NOT NULL, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin, `createdAt` datetime(6) NOT NULL, `expiresAt` datetime(6) NOT NULL, `completedAt` datetime(6), CONSTRAINT `fk_oauthInteraction_clientId` FOREIGN KEY (`clientId`) REFERENCES `oauthApplication` (`clientId`) ON DELETE CASCADE, CONSTRAINT `fk_oauthInteraction_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE UNIQUE INDEX `uq_oauthInteraction_handle` ON `oauthInteraction` (`handle`)",
    "CREATE INDEX `ix_oauthInteraction_browser` ON `oauthInteraction` (`browser`)",
    "CREATE INDEX `ix_oauthInteraction_clientId` ON `oauthInteraction` (`clientId`)",
    "CREATE INDEX `ix_oauthInteraction_userId` ON `oauthInteraction` (`userId`)",
    "CREATE INDEX `ix_oauthInteraction_expiresAt` ON `oauthInteraction` (`expiresAt`)",
    "CREATE TABLE `oauthAuthorizationCode` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `code` varchar(255) NOT NULL, `grantId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `redirectUri` text NOT NULL, `redirectUriSent` bool NOT NULL, `codeChallenge` varchar(64) NOT NULL, `nonce` text, `createdAt` datetime(6) NOT NULL, `expiresAt` datetime(6) NOT NULL, `consumedAt` datetime(6), CONSTRAINT `fk_oauthAuthorizationCode_grantId` FOREIGN KEY (`grantId`) REFERENCES `oauthGrant` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE UNIQUE INDEX `uq_oauthAuthorizationCode_code` ON `oauthAuthorizationCode` (`code`)",
    "CREATE INDEX `ix_oauthAuthorizationCode_grantId` ON `oauthAuthorizationCode` (`grantId`)",
    "CREATE INDEX `ix_oauthAuthorizationCode_consumedAt_expiresAt` ON `oauthAuthorizationCode` (`consumedAt`, `expiresAt`)",
    "CREATE TABLE `oauthRefreshToken` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `token` varchar(255) NOT NULL, `grantId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `parentId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin, `createdAt` datetime(6) NOT NULL, `expiresAt` datetime(6) NOT NULL, `rotatedAt` datetime(6), `successorId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin, `replay` text, `replayRequest` text, `replayUntil` datetime(6), CONSTRAINT `fk_oauthRefreshToken_grantId` FOREIGN KEY (`grantId`) REFERENCES `oauthGrant` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE UNIQUE INDEX `uq_oauthRefreshToken_token` ON `oauthRefreshToken` (`token`)",
    "CREATE INDEX `ix_oauthRefreshToken_grantId` ON `oauthRefreshToken` (`grantId`)",
    "CREATE INDEX `ix_oauthRefreshToken_expiresAt` ON `oauthRefreshToken` (`expiresAt`)",
    "CREATE INDEX `ix_oauthRefreshToken_successorId` ON `oauthRefreshToken` (`successorId`)",
    "CREATE INDEX `ix_oauthRefreshToken_replayUntil` ON `oauthRefreshToken` (`replayUntil`)",
    "CREATE TABLE `oauthAccessToken` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `token` varchar(255) NOT NULL, `grantId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `scope` text NOT NULL, `resources` longtext NOT NULL, `createdAt` datetime(6) NOT NULL, `expiresAt` datetime(6) NOT NULL, `revokedAt` datetime(6), CONSTRAINT `fk_oauthAccessToken_grantId` FOREIGN KEY (`grantId`) REFERENCES `oauthGrant` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE UNIQUE INDEX `uq_oauthAccessToken_token` ON `oauthAccessToken` (`token`)",
    "CREATE INDEX `ix_oauthAccessToken_grantId` ON `oauthAccessToken` (`grantId`)",
    "CREATE INDEX `ix_oauthAccessToken_expiresAt` ON `oauthAccessToken` (`expiresAt`)",
    "CREATE TABLE `oauthConsent` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `clientId` varchar(255) NOT NULL, `reference` varchar(64) NOT NULL DEFAULT '', `scope` text NOT NULL, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL, CONSTRAINT `fk_oauthConsent_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE, CONSTRAINT `fk_oauthConsent_clientId` FOREIGN KEY (`clientId`) REFERENCES `oauthApplication` (`clientId`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE UNIQUE INDEX `uq_oauthConsent_userId_clientId_reference` ON `oauthConsent` (`userId`, `clientId`, `reference`)",
    "CREATE TABLE `jwks` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `publicKey` text NOT NULL, `privateKey` text NOT NULL, `alg` varchar(16) NOT NULL, `state` varchar(16) NOT NULL DEFAULT 'retired', `slot` varchar(16), `createdAt` datetime(6) NOT NULL, `expiresAt` datetime(6) ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE UNIQUE INDEX `uq_jwks_slot` ON `jwks` (`slot`)",
    "CREATE TABLE `note` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `text` text NOT NULL, `createdAt` datetime(6) NOT NULL, CONSTRAINT `fk_note_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE INDEX `ix_note_userId` ON `note` (`userId`)",
];
