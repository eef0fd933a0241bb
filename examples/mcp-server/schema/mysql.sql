-- core: user
CREATE TABLE `user` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `name` varchar(255) NOT NULL, `email` varchar(255) NOT NULL, `emailVerified` bool NOT NULL DEFAULT FALSE, `image` text, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL, `noteSignature` varchar(100) ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
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

-- oidc-provider: oauthApplication
CREATE TABLE `oauthApplication` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `clientId` varchar(255) NOT NULL, `clientSecret` text, `clientSecretExpiresAt` datetime(6), `previousSecret` text, `previousSecretUntil` datetime(6), `registrationAccessToken` text, `name` text NOT NULL, `redirectUris` longtext NOT NULL, `postLogoutRedirectUris` longtext NOT NULL, `tokenEndpointAuthMethod` varchar(32) NOT NULL, `jwks` longtext, `jwksUri` text, `grantTypes` longtext NOT NULL, `scope` text NOT NULL, `ownScope` text, `introspects` text, `applicationType` varchar(16) NOT NULL, `idTokenSignedResponseAlg` varchar(16) NOT NULL, `sector` varchar(255), `documentExpiresAt` datetime(6), `metadata` longtext, `requirePushedAuthorizationRequests` bool NOT NULL DEFAULT FALSE, `dpopBoundAccessTokens` bool NOT NULL DEFAULT FALSE, `skipConsent` bool NOT NULL DEFAULT FALSE, `declared` bool NOT NULL DEFAULT FALSE, `disabled` bool NOT NULL DEFAULT FALSE, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL, CONSTRAINT `fk_oauthApplication_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE SET NULL ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX `uq_oauthApplication_clientId` ON `oauthApplication` (`clientId`);
CREATE INDEX `ix_oauthApplication_documentExpiresAt` ON `oauthApplication` (`documentExpiresAt`);
CREATE INDEX `ix_oauthApplication_userId` ON `oauthApplication` (`userId`);
CREATE INDEX `ix_oauthApplication_createdAt` ON `oauthApplication` (`createdAt`);

-- oidc-provider: oauthGrant
CREATE TABLE `oauthGrant` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin, `clientId` varchar(255) NOT NULL, `subject` varchar(255), `sessionId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin, `scope` text NOT NULL, `resources` longtext NOT NULL, `authTime` datetime(6), `amr` varchar(255), `acr` varchar(255), `claims` longtext, `createdAt` datetime(6) NOT NULL, `expiresAt` datetime(6) NOT NULL, `revokedAt` datetime(6), CONSTRAINT `fk_oauthGrant_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE, CONSTRAINT `fk_oauthGrant_clientId` FOREIGN KEY (`clientId`) REFERENCES `oauthApplication` (`clientId`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX `ix_oauthGrant_userId` ON `oauthGrant` (`userId`);
CREATE INDEX `ix_oauthGrant_clientId` ON `oauthGrant` (`clientId`);
CREATE INDEX `ix_oauthGrant_expiresAt` ON `oauthGrant` (`expiresAt`);

-- oidc-provider: oauthInteraction
CREATE TABLE `oauthInteraction` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `handle` varchar(255) NOT NULL, `browser` varchar(255) NOT NULL, `clientId` varchar(255) NOT NULL, `request` text NOT NULL, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin, `createdAt` datetime(6) NOT NULL, `expiresAt` datetime(6) NOT NULL, `completedAt` datetime(6), CONSTRAINT `fk_oauthInteraction_clientId` FOREIGN KEY (`clientId`) REFERENCES `oauthApplication` (`clientId`) ON DELETE CASCADE, CONSTRAINT `fk_oauthInteraction_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX `uq_oauthInteraction_handle` ON `oauthInteraction` (`handle`);
CREATE INDEX `ix_oauthInteraction_browser` ON `oauthInteraction` (`browser`);
CREATE INDEX `ix_oauthInteraction_clientId` ON `oauthInteraction` (`clientId`);
CREATE INDEX `ix_oauthInteraction_userId` ON `oauthInteraction` (`userId`);
CREATE INDEX `ix_oauthInteraction_expiresAt` ON `oauthInteraction` (`expiresAt`);

-- oidc-provider: oauthAuthorizationCode
CREATE TABLE `oauthAuthorizationCode` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `code` varchar(255) NOT NULL, `grantId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `redirectUri` text NOT NULL, `redirectUriSent` bool NOT NULL, `codeChallenge` varchar(64) NOT NULL, `nonce` text, `dpopJkt` varchar(64), `createdAt` datetime(6) NOT NULL, `expiresAt` datetime(6) NOT NULL, `consumedAt` datetime(6), CONSTRAINT `fk_oauthAuthorizationCode_grantId` FOREIGN KEY (`grantId`) REFERENCES `oauthGrant` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX `uq_oauthAuthorizationCode_code` ON `oauthAuthorizationCode` (`code`);
CREATE INDEX `ix_oauthAuthorizationCode_grantId` ON `oauthAuthorizationCode` (`grantId`);
CREATE INDEX `ix_oauthAuthorizationCode_consumedAt_expiresAt` ON `oauthAuthorizationCode` (`consumedAt`, `expiresAt`);

-- oidc-provider: oauthRefreshToken
CREATE TABLE `oauthRefreshToken` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `token` varchar(255) NOT NULL, `grantId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `parentId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin, `dpopJkt` varchar(64), `createdAt` datetime(6) NOT NULL, `expiresAt` datetime(6) NOT NULL, `rotatedAt` datetime(6), `successorId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin, `replay` text, `replayRequest` text, `replayUntil` datetime(6), CONSTRAINT `fk_oauthRefreshToken_grantId` FOREIGN KEY (`grantId`) REFERENCES `oauthGrant` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX `uq_oauthRefreshToken_token` ON `oauthRefreshToken` (`token`);
CREATE INDEX `ix_oauthRefreshToken_grantId` ON `oauthRefreshToken` (`grantId`);
CREATE INDEX `ix_oauthRefreshToken_expiresAt` ON `oauthRefreshToken` (`expiresAt`);
CREATE INDEX `ix_oauthRefreshToken_successorId` ON `oauthRefreshToken` (`successorId`);
CREATE INDEX `ix_oauthRefreshToken_replayUntil` ON `oauthRefreshToken` (`replayUntil`);

-- oidc-provider: oauthAccessToken
CREATE TABLE `oauthAccessToken` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `token` varchar(255) NOT NULL, `grantId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `scope` text NOT NULL, `resources` longtext NOT NULL, `dpopJkt` varchar(64), `createdAt` datetime(6) NOT NULL, `expiresAt` datetime(6) NOT NULL, `revokedAt` datetime(6), CONSTRAINT `fk_oauthAccessToken_grantId` FOREIGN KEY (`grantId`) REFERENCES `oauthGrant` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX `uq_oauthAccessToken_token` ON `oauthAccessToken` (`token`);
CREATE INDEX `ix_oauthAccessToken_grantId` ON `oauthAccessToken` (`grantId`);
CREATE INDEX `ix_oauthAccessToken_expiresAt` ON `oauthAccessToken` (`expiresAt`);

-- oidc-provider: oauthConsent
CREATE TABLE `oauthConsent` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `clientId` varchar(255) NOT NULL, `reference` varchar(64) NOT NULL DEFAULT '', `scope` text NOT NULL, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL, CONSTRAINT `fk_oauthConsent_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE, CONSTRAINT `fk_oauthConsent_clientId` FOREIGN KEY (`clientId`) REFERENCES `oauthApplication` (`clientId`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX `ix_oauthConsent_clientId` ON `oauthConsent` (`clientId`);
CREATE UNIQUE INDEX `uq_oauthConsent_userId_clientId_reference` ON `oauthConsent` (`userId`, `clientId`, `reference`);

-- oidc-provider: jwks
CREATE TABLE `jwks` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `publicKey` text NOT NULL, `privateKey` text NOT NULL, `alg` varchar(16) NOT NULL, `state` varchar(16) NOT NULL DEFAULT 'retired', `slot` varchar(16), `createdAt` datetime(6) NOT NULL, `activatedAt` datetime(6), `expiresAt` datetime(6) ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX `uq_jwks_slot` ON `jwks` (`slot`);

-- oidc-provider: oauthUsedJti
CREATE TABLE `oauthUsedJti` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `expiresAt` datetime(6) NOT NULL ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX `ix_oauthUsedJti_expiresAt` ON `oauthUsedJti` (`expiresAt`);

-- oidc-provider: oauthInitialAccessToken
CREATE TABLE `oauthInitialAccessToken` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `token` varchar(255) NOT NULL, `usesLeft` int NOT NULL, `createdAt` datetime(6) NOT NULL, `expiresAt` datetime(6) NOT NULL ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX `uq_oauthInitialAccessToken_token` ON `oauthInitialAccessToken` (`token`);
CREATE INDEX `ix_oauthInitialAccessToken_expiresAt` ON `oauthInitialAccessToken` (`expiresAt`);

-- oidc-provider: oauthResource
CREATE TABLE `oauthResource` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `identifier` varchar(255) NOT NULL, `baseScope` text NOT NULL, `allowedScopes` text, `accessTokenFormat` varchar(16) NOT NULL DEFAULT 'opaque', `accessTokenTtl` int, `customClaims` longtext, `dpopBoundAccessTokensRequired` bool NOT NULL DEFAULT FALSE, `declared` bool NOT NULL DEFAULT FALSE, `disabled` bool NOT NULL DEFAULT FALSE, `createdAt` datetime(6) NOT NULL, `updatedAt` datetime(6) NOT NULL ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX `uq_oauthResource_identifier` ON `oauthResource` (`identifier`);

-- oidc-provider: oauthPairwiseSubject
CREATE TABLE `oauthPairwiseSubject` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `sector` varchar(255) NOT NULL, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `subject` varchar(255) NOT NULL, `createdAt` datetime(6) NOT NULL, CONSTRAINT `fk_oauthPairwiseSubject_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX `uq_oauthPairwiseSubject_sector_userId` ON `oauthPairwiseSubject` (`sector`, `userId`);
CREATE UNIQUE INDEX `uq_oauthPairwiseSubject_sector_subject` ON `oauthPairwiseSubject` (`sector`, `subject`);

-- app: note
CREATE TABLE `note` ( `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, `userId` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, `text` text NOT NULL, `createdAt` datetime(6) NOT NULL, CONSTRAINT `fk_note_userId` FOREIGN KEY (`userId`) REFERENCES `user` (`id`) ON DELETE CASCADE ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX `ix_note_userId` ON `note` (`userId`);

-- core: authMigration
INSERT INTO `authMigration` (`id`, `appliedAt`, `checksum`) VALUES ('core/0001-session-digests', UTC_TIMESTAMP(3), '474859c18eca493f');
INSERT INTO `authMigration` (`id`, `appliedAt`, `checksum`) VALUES ('core/0002-verification-digests', UTC_TIMESTAMP(3), '60602419621bd96f');
INSERT INTO `authMigration` (`id`, `appliedAt`, `checksum`) VALUES ('oidc-provider/0001-foreign-keys', UTC_TIMESTAMP(3), 'b4c6d6e6a0f924fa');
