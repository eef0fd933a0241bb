//! Verifying a token of the provider in the same process: one indexed read, no cache.

use std::error::Error;
use std::fmt;

use async_trait::async_trait;
use auth_core::Unexpected;
use auth_oidc_provider::Provider;
use auth_protocol::resource::Resource;
use auth_resource_server::{InvalidToken, VerifiedToken, Verifier, VerifyError};
use serde_json::Map;
use tracing::Span;

/// The claim that tells the client whom its token stands for.
pub(crate) const SUBJECT: &str = "sub";

/// The provider cannot say what a token is worth; why is in the chain of causes, for the log.
#[derive(Debug)]
struct Unanswered(Unexpected);

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the provider cannot look the token up")
    }
}

impl Error for Unanswered {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.0.cause())
    }
}

/// The provider as the verifier of one resource.
#[derive(Clone, Debug)]
pub(crate) struct InProcess {
    pub(crate) provider: Provider,
    pub(crate) resource: Resource,
    /// Whether only tokens that are bound to a key are good here.
    pub(crate) require_dpop: bool,
}

#[async_trait]
impl Verifier for InProcess {
    /// Names in the caller's span whom the token stands for, also where it is not good here.
    async fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError> {
        let facts = self
            .provider
            .check_access_token(token)
            .await
            .map_err(|failure| VerifyError::Unavailable(Box::new(Unanswered(failure))))?
            .ok_or(InvalidToken::Unknown)?;
        let span = Span::current();
        span.record("client.id", &*facts.client_id);
        span.record("grant.id", &*facts.grant_id).record("user.id", facts.user_id.as_deref());
        if !facts.resources.iter().any(|resource| resource == self.resource.as_str()) {
            return Err(InvalidToken::Audience.into());
        }
        // The app knows the person by their id; what the client may be told stands beside it.
        let claims = Map::from_iter([(SUBJECT.to_owned(), facts.subject.into())]);
        Ok(VerifiedToken {
            subject: facts.user_id.unwrap_or_else(|| facts.client_id.clone()),
            client_id: Some(facts.client_id),
            scope: facts.scope,
            audience: facts.resources,
            issuer: Some(self.provider.issuer()),
            expires_at: Some(facts.expires_at.timestamp()),
            confirmation: facts.dpop_jkt,
            claims,
        })
    }
}
