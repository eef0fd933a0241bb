-- core: user
CREATE TABLE "user" ( "id" text NOT NULL PRIMARY KEY, "name" text NOT NULL, "email" text NOT NULL, "emailVerified" bool NOT NULL DEFAULT FALSE, "image" text, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL, "noteSignature" text );
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

-- oidc-provider: oauthApplication
CREATE TABLE "oauthApplication" ( "id" text NOT NULL PRIMARY KEY, "clientId" text NOT NULL, "clientSecret" text, "clientSecretExpiresAt" timestamp with time zone, "previousSecret" text, "previousSecretUntil" timestamp with time zone, "registrationAccessToken" text, "name" text NOT NULL, "redirectUris" jsonb NOT NULL, "postLogoutRedirectUris" jsonb NOT NULL, "tokenEndpointAuthMethod" text NOT NULL, "jwks" jsonb, "jwksUri" text, "grantTypes" jsonb NOT NULL, "scope" text NOT NULL, "ownScope" text, "introspects" text, "applicationType" text NOT NULL, "idTokenSignedResponseAlg" text NOT NULL, "sector" text, "documentExpiresAt" timestamp with time zone, "metadata" jsonb, "requirePushedAuthorizationRequests" bool NOT NULL DEFAULT FALSE, "dpopBoundAccessTokens" bool NOT NULL DEFAULT FALSE, "skipConsent" bool NOT NULL DEFAULT FALSE, "declared" bool NOT NULL DEFAULT FALSE, "disabled" bool NOT NULL DEFAULT FALSE, "userId" text, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL, CONSTRAINT "fk_oauthApplication_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE SET NULL );
CREATE UNIQUE INDEX "uq_oauthApplication_clientId" ON "oauthApplication" ("clientId");
CREATE INDEX "ix_oauthApplication_documentExpiresAt" ON "oauthApplication" ("documentExpiresAt");
CREATE INDEX "ix_oauthApplication_userId" ON "oauthApplication" ("userId");
CREATE INDEX "ix_oauthApplication_createdAt" ON "oauthApplication" ("createdAt");

-- oidc-provider: oauthGrant
CREATE TABLE "oauthGrant" ( "id" text NOT NULL PRIMARY KEY, "userId" text, "clientId" text NOT NULL, "subject" text, "sessionId" text, "scope" text NOT NULL, "resources" jsonb NOT NULL, "authTime" timestamp with time zone, "amr" text, "acr" text, "claims" jsonb, "createdAt" timestamp with time zone NOT NULL, "expiresAt" timestamp with time zone NOT NULL, "revokedAt" timestamp with time zone, CONSTRAINT "fk_oauthGrant_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE, CONSTRAINT "fk_oauthGrant_clientId" FOREIGN KEY ("clientId") REFERENCES "oauthApplication" ("clientId") ON DELETE CASCADE );
CREATE INDEX "ix_oauthGrant_userId" ON "oauthGrant" ("userId");
CREATE INDEX "ix_oauthGrant_clientId" ON "oauthGrant" ("clientId");
CREATE INDEX "ix_oauthGrant_expiresAt" ON "oauthGrant" ("expiresAt");

-- oidc-provider: oauthInteraction
CREATE TABLE "oauthInteraction" ( "id" text NOT NULL PRIMARY KEY, "handle" text NOT NULL, "browser" text NOT NULL, "clientId" text NOT NULL, "request" text NOT NULL, "userId" text, "createdAt" timestamp with time zone NOT NULL, "expiresAt" timestamp with time zone NOT NULL, "completedAt" timestamp with time zone, CONSTRAINT "fk_oauthInteraction_clientId" FOREIGN KEY ("clientId") REFERENCES "oauthApplication" ("clientId") ON DELETE CASCADE, CONSTRAINT "fk_oauthInteraction_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE );
CREATE UNIQUE INDEX "uq_oauthInteraction_handle" ON "oauthInteraction" ("handle");
CREATE INDEX "ix_oauthInteraction_browser" ON "oauthInteraction" ("browser");
CREATE INDEX "ix_oauthInteraction_clientId" ON "oauthInteraction" ("clientId");
CREATE INDEX "ix_oauthInteraction_userId" ON "oauthInteraction" ("userId");
CREATE INDEX "ix_oauthInteraction_expiresAt" ON "oauthInteraction" ("expiresAt");

-- oidc-provider: oauthAuthorizationCode
CREATE TABLE "oauthAuthorizationCode" ( "id" text NOT NULL PRIMARY KEY, "code" text NOT NULL, "grantId" text NOT NULL, "redirectUri" text NOT NULL, "redirectUriSent" bool NOT NULL, "codeChallenge" text NOT NULL, "nonce" text, "dpopJkt" text, "createdAt" timestamp with time zone NOT NULL, "expiresAt" timestamp with time zone NOT NULL, "consumedAt" timestamp with time zone, CONSTRAINT "fk_oauthAuthorizationCode_grantId" FOREIGN KEY ("grantId") REFERENCES "oauthGrant" ("id") ON DELETE CASCADE );
CREATE UNIQUE INDEX "uq_oauthAuthorizationCode_code" ON "oauthAuthorizationCode" ("code");
CREATE INDEX "ix_oauthAuthorizationCode_grantId" ON "oauthAuthorizationCode" ("grantId");
CREATE INDEX "ix_oauthAuthorizationCode_consumedAt_expiresAt" ON "oauthAuthorizationCode" ("consumedAt", "expiresAt");

-- oidc-provider: oauthRefreshToken
CREATE TABLE "oauthRefreshToken" ( "id" text NOT NULL PRIMARY KEY, "token" text NOT NULL, "grantId" text NOT NULL, "parentId" text, "dpopJkt" text, "createdAt" timestamp with time zone NOT NULL, "expiresAt" timestamp with time zone NOT NULL, "rotatedAt" timestamp with time zone, "successorId" text, "replay" text, "replayRequest" text, "replayUntil" timestamp with time zone, CONSTRAINT "fk_oauthRefreshToken_grantId" FOREIGN KEY ("grantId") REFERENCES "oauthGrant" ("id") ON DELETE CASCADE );
CREATE UNIQUE INDEX "uq_oauthRefreshToken_token" ON "oauthRefreshToken" ("token");
CREATE INDEX "ix_oauthRefreshToken_grantId" ON "oauthRefreshToken" ("grantId");
CREATE INDEX "ix_oauthRefreshToken_expiresAt" ON "oauthRefreshToken" ("expiresAt");
CREATE INDEX "ix_oauthRefreshToken_successorId" ON "oauthRefreshToken" ("successorId");
CREATE INDEX "ix_oauthRefreshToken_replayUntil" ON "oauthRefreshToken" ("replayUntil");

-- oidc-provider: oauthAccessToken
CREATE TABLE "oauthAccessToken" ( "id" text NOT NULL PRIMARY KEY, "token" text NOT NULL, "grantId" text NOT NULL, "scope" text NOT NULL, "resources" jsonb NOT NULL, "dpopJkt" text, "createdAt" timestamp with time zone NOT NULL, "expiresAt" timestamp with time zone NOT NULL, "revokedAt" timestamp with time zone, CONSTRAINT "fk_oauthAccessToken_grantId" FOREIGN KEY ("grantId") REFERENCES "oauthGrant" ("id") ON DELETE CASCADE );
CREATE UNIQUE INDEX "uq_oauthAccessToken_token" ON "oauthAccessToken" ("token");
CREATE INDEX "ix_oauthAccessToken_grantId" ON "oauthAccessToken" ("grantId");
CREATE INDEX "ix_oauthAccessToken_expiresAt" ON "oauthAccessToken" ("expiresAt");

-- oidc-provider: oauthConsent
CREATE TABLE "oauthConsent" ( "id" text NOT NULL PRIMARY KEY, "userId" text NOT NULL, "clientId" text NOT NULL, "reference" text NOT NULL DEFAULT '', "scope" text NOT NULL, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL, CONSTRAINT "fk_oauthConsent_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE, CONSTRAINT "fk_oauthConsent_clientId" FOREIGN KEY ("clientId") REFERENCES "oauthApplication" ("clientId") ON DELETE CASCADE );
CREATE INDEX "ix_oauthConsent_clientId" ON "oauthConsent" ("clientId");
CREATE UNIQUE INDEX "uq_oauthConsent_userId_clientId_reference" ON "oauthConsent" ("userId", "clientId", "reference");

-- oidc-provider: jwks
CREATE TABLE "jwks" ( "id" text NOT NULL PRIMARY KEY, "publicKey" text NOT NULL, "privateKey" text NOT NULL, "alg" text NOT NULL, "state" text NOT NULL DEFAULT 'retired', "slot" text, "createdAt" timestamp with time zone NOT NULL, "activatedAt" timestamp with time zone, "expiresAt" timestamp with time zone );
CREATE UNIQUE INDEX "uq_jwks_slot" ON "jwks" ("slot");

-- oidc-provider: oauthUsedJti
CREATE TABLE "oauthUsedJti" ( "id" text NOT NULL PRIMARY KEY, "expiresAt" timestamp with time zone NOT NULL );
CREATE INDEX "ix_oauthUsedJti_expiresAt" ON "oauthUsedJti" ("expiresAt");

-- oidc-provider: oauthInitialAccessToken
CREATE TABLE "oauthInitialAccessToken" ( "id" text NOT NULL PRIMARY KEY, "token" text NOT NULL, "usesLeft" integer NOT NULL, "createdAt" timestamp with time zone NOT NULL, "expiresAt" timestamp with time zone NOT NULL );
CREATE UNIQUE INDEX "uq_oauthInitialAccessToken_token" ON "oauthInitialAccessToken" ("token");
CREATE INDEX "ix_oauthInitialAccessToken_expiresAt" ON "oauthInitialAccessToken" ("expiresAt");

-- oidc-provider: oauthResource
CREATE TABLE "oauthResource" ( "id" text NOT NULL PRIMARY KEY, "identifier" text NOT NULL, "baseScope" text NOT NULL, "allowedScopes" text, "accessTokenFormat" text NOT NULL DEFAULT 'opaque', "accessTokenTtl" integer, "customClaims" jsonb, "dpopBoundAccessTokensRequired" bool NOT NULL DEFAULT FALSE, "declared" bool NOT NULL DEFAULT FALSE, "disabled" bool NOT NULL DEFAULT FALSE, "createdAt" timestamp with time zone NOT NULL, "updatedAt" timestamp with time zone NOT NULL );
CREATE UNIQUE INDEX "uq_oauthResource_identifier" ON "oauthResource" ("identifier");

-- oidc-provider: oauthPairwiseSubject
CREATE TABLE "oauthPairwiseSubject" ( "id" text NOT NULL PRIMARY KEY, "sector" text NOT NULL, "userId" text NOT NULL, "subject" text NOT NULL, "createdAt" timestamp with time zone NOT NULL, CONSTRAINT "fk_oauthPairwiseSubject_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE );
CREATE UNIQUE INDEX "uq_oauthPairwiseSubject_sector_userId" ON "oauthPairwiseSubject" ("sector", "userId");
CREATE UNIQUE INDEX "uq_oauthPairwiseSubject_sector_subject" ON "oauthPairwiseSubject" ("sector", "subject");

-- app: note
CREATE TABLE "note" ( "id" text NOT NULL PRIMARY KEY, "userId" text NOT NULL, "text" text NOT NULL, "createdAt" timestamp with time zone NOT NULL, CONSTRAINT "fk_note_userId" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE );
CREATE INDEX "ix_note_userId" ON "note" ("userId");

-- core: authMigration
INSERT INTO "authMigration" ("id", "appliedAt", "checksum") VALUES ('core/0001-session-digests', date_trunc('milliseconds', CURRENT_TIMESTAMP), '474859c18eca493f');
INSERT INTO "authMigration" ("id", "appliedAt", "checksum") VALUES ('core/0002-verification-digests', date_trunc('milliseconds', CURRENT_TIMESTAMP), '60602419621bd96f');
INSERT INTO "authMigration" ("id", "appliedAt", "checksum") VALUES ('oidc-provider/0001-foreign-keys', date_trunc('milliseconds', CURRENT_TIMESTAMP), 'b4c6d6e6a0f924fa');
