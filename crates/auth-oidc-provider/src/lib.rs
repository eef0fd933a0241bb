//! An OAuth 2.1 authorization server and OpenID Connect provider.
