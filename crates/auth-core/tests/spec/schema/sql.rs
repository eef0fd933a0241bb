//! The SQL of the core tables, as each database gets it.

use auth_core::schema::render_sql;
use sea_orm::{ConnectionTrait as _, DbBackend};

use super::{File, core};
use crate::app::master;

#[test]
fn sqlite() {
    insta::assert_snapshot!(render_sql(&core(), DbBackend::Sqlite), @r#"
    -- core: user
    CREATE TABLE "user" ( "id" text NOT NULL PRIMARY KEY, "name" text NOT NULL, "email" text NOT NULL, "emailVerified" boolean NOT NULL DEFAULT FALSE, "image" text, "createdAt" text NOT NULL, "updatedAt" text NOT NULL );
    CREATE UNIQUE INDEX "uq_user_email" ON "user" ("email");

    -- core: session
    CREATE TABLE "session" ( "id" text NOT NULL PRIMARY KEY, "expiresAt" text NOT NULL, "token" text NOT NULL, "createdAt" text NOT NULL, "updatedAt" text NOT NULL, "ipAddress" text, "userAgent" text, "userId" text NOT NULL, "rememberMe" boolean NOT NULL DEFAULT TRUE, "authenticatedAt" text, "amr" text, FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE );
    CREATE UNIQUE INDEX "uq_session_token" ON "session" ("token");
    CREATE INDEX "ix_session_expiresAt" ON "session" ("expiresAt");
    CREATE INDEX "ix_session_userId" ON "session" ("userId");

    -- core: account
    CREATE TABLE "account" ( "id" text NOT NULL PRIMARY KEY, "accountId" text NOT NULL, "providerId" text NOT NULL, "userId" text NOT NULL, "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" text, "refreshTokenExpiresAt" text, "scope" text, "password" text, "createdAt" text NOT NULL, "updatedAt" text NOT NULL, FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE );
    CREATE INDEX "ix_account_userId" ON "account" ("userId");
    CREATE UNIQUE INDEX "uq_account_accountId_providerId" ON "account" ("accountId", "providerId");

    -- core: verification
    CREATE TABLE "verification" ( "id" text NOT NULL PRIMARY KEY, "identifier" text NOT NULL, "value" text NOT NULL, "expiresAt" text NOT NULL, "createdAt" text NOT NULL, "updatedAt" text NOT NULL );
    CREATE INDEX "ix_verification_identifier" ON "verification" ("identifier");
    CREATE INDEX "ix_verification_expiresAt" ON "verification" ("expiresAt");

    -- core: authMigration
    CREATE TABLE "authMigration" ( "id" text NOT NULL PRIMARY KEY, "appliedAt" text NOT NULL, "checksum" text NOT NULL );
    INSERT INTO "authMigration" ("id", "appliedAt", "checksum") VALUES ('core/0001-session-digests', strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'), '474859c18eca493f');
    INSERT INTO "authMigration" ("id", "appliedAt", "checksum") VALUES ('core/0002-verification-digests', strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'), '60602419621bd96f');
    "#);
}

#[test]
fn postgres() {
    insta::assert_snapshot!(render_sql(&core(), DbBackend::Postgres), @r#"
    -- core: user
    CREATE TABLE "user" ( "id" text NOT NULL PRIMARY KEY, "name" text NOT NULL, "email" text NOT NULL, "emailVerified" bool NOT NULL DEFAULT FALSE, "image" text, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL );
    CREATE UNIQUE INDEX "uq_user_email" ON "user" ("email");

    -- core: session
    CREATE TABLE "session" ( "id" text NOT NULL PRIMARY KEY, "expiresAt" timestamp with time zone NOT NULL, "token" text NOT NULL, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL, "ipAddress" text, "userAgent" text, "userId" text NOT NULL, "rememberMe" bool NOT NULL DEFAULT TRUE, "authenticatedAt" timestamp with time zone, "amr" text, CONSTRAINT "fk_session_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE );
    CREATE UNIQUE INDEX "uq_session_token" ON "session" ("token");
    CREATE INDEX "ix_session_expiresAt" ON "session" ("expiresAt");
    CREATE INDEX "ix_session_userId" ON "session" ("userId");

    -- core: account
    CREATE TABLE "account" ( "id" text NOT NULL PRIMARY KEY, "accountId" text NOT NULL, "providerId" text NOT NULL, "userId" text NOT NULL, "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" timestamp with time zone, "refreshTokenExpiresAt" timestamp with time zone, "scope" text, "password" text, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL, CONSTRAINT "fk_account_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE );
    CREATE INDEX "ix_account_userId" ON "account" ("userId");
    CREATE UNIQUE INDEX "uq_account_accountId_providerId" ON "account" ("accountId", "providerId");

    -- core: verification
    CREATE TABLE "verification" ( "id" text NOT NULL PRIMARY KEY, "identifier" text NOT NULL, "value" text NOT NULL, "expiresAt" timestamp with time zone NOT NULL, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL );
    CREATE INDEX "ix_verification_identifier" ON "verification" ("identifier");
    CREATE INDEX "ix_verification_expiresAt" ON "verification" ("expiresAt");

    -- core: authMigration
    CREATE TABLE "authMigration" ( "id" text NOT NULL PRIMARY KEY, "appliedAt" timestamp with time zone NOT NULL, "checksum" text NOT NULL );
    INSERT INTO "authMigration" ("id", "appliedAt", "checksum") VALUES ('core/0001-session-digests', date_trunc('milliseconds', CURRENT_TIMESTAMP), '474859c18eca493f');
    INSERT INTO "authMigration" ("id", "appliedAt", "checksum") VALUES ('core/0002-verification-digests', date_trunc('milliseconds', CURRENT_TIMESTAMP), '60602419621bd96f');
    "#);
}

#[test]
fn mysql() {
    insta::assert_snapshot!(render_sql(&core(), DbBackend::MySql), @r#"
    -- core: user
    CREATE TABLE `user` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `name` varchar(255) NOT NULL, `email` varchar(255) NOT NULL, `emailVerified` bool NOT NULL DEFAULT FALSE, `image` text, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
    CREATE UNIQUE INDEX `uq_user_email` ON `user` (`email`);

    -- core: session
    CREATE TABLE `session` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `expiresAt` datetime(6) NOT NULL, `token` varchar(255) NOT NULL, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL, `ipAddress` varchar(64), `userAgent` text, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `rememberMe` bool NOT NULL DEFAULT TRUE, `authenticatedAt` datetime(6), `amr` varchar(255), CONSTRAINT `fk_session_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
    CREATE UNIQUE INDEX `uq_session_token` ON `session` (`token`);
    CREATE INDEX `ix_session_expiresAt` ON `session` (`expiresAt`);
    CREATE INDEX `ix_session_userId` ON `session` (`userId`);

    -- core: account
    CREATE TABLE `account` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `accountId` varchar(255) NOT NULL, `providerId` varchar(255) NOT NULL, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `accessToken` text, `refreshToken` text, `idToken` text, `accessTokenExpiresAt` datetime(6), `refreshTokenExpiresAt` datetime(6), `scope` text, `password` text, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL, CONSTRAINT `fk_account_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
    CREATE INDEX `ix_account_userId` ON `account` (`userId`);
    CREATE UNIQUE INDEX `uq_account_accountId_providerId` ON `account` (`accountId`, `providerId`);

    -- core: verification
    CREATE TABLE `verification` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `identifier` varchar(255) NOT NULL, `value` text NOT NULL, `expiresAt` datetime(6) NOT NULL, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
    CREATE INDEX `ix_verification_identifier` ON `verification` (`identifier`);
    CREATE INDEX `ix_verification_expiresAt` ON `verification` (`expiresAt`);

    -- core: authMigration
    CREATE TABLE `authMigration` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `appliedAt` datetime(6) NOT NULL, `checksum` varchar(64) NOT NULL ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
    INSERT INTO `authMigration` (`id`, `appliedAt`, `checksum`) VALUES ('core/0001-session-digests', UTC_TIMESTAMP(3), '474859c18eca493f');
    INSERT INTO `authMigration` (`id`, `appliedAt`, `checksum`) VALUES ('core/0002-verification-digests', UTC_TIMESTAMP(3), '60602419621bd96f');
    "#);
}

#[tokio::test]
async fn what_is_written_down_is_what_is_applied() {
    let (written, applied) = (File::empty().await, File::empty().await);
    let sql = render_sql(&core(), written.db.get_database_backend());
    written.db.execute_unprepared(&sql).await.unwrap();

    applied.applies(&core()).await;

    assert_eq!(master(&written.db).await, master(&applied.db).await);
    assert_eq!(written.lacks(&core()).await, [""; 0]);
}
