//! Verifying a token of the provider in the same process: one indexed read, no cache.

use async_trait::async_trait;
use auth_oidc_provider::Provider;
use auth_protocol::resource::Resource;
use auth_resource_server::{InvalidToken, VerifiedToken, Verifier, VerifyError};
use serde_json::Map;

/// The provider as the verifier of one resource.
#[derive(Clone, Debug)]
pub(crate) struct InProcess {
    pub(crate) provider: Provider,
    pub(crate) resource: Resource,
}

#[async_trait]
impl Verifier for InProcess {
    async fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError> {
        let facts = self
            .provider
            .check_access_token(token)
            .await
            .map_err(|error| VerifyError::Unavailable(error.to_string().into()))?
            .ok_or(InvalidToken::Unknown)?;
        if !facts.resources.iter().any(|resource| resource == self.resource.as_str()) {
            return Err(InvalidToken::Audience.into());
        }
        Ok(VerifiedToken {
            subject: facts.user_id,
            client_id: Some(facts.client_id),
            scope: facts.scope,
            audience: facts.resources,
            issuer: Some(self.provider.issuer()),
            expires_at: Some(facts.expires_at.timestamp()),
            claims: Map::new(),
        })
    }
}
