//! The `WWW-Authenticate` challenges of one resource. RFC 6750 §3, RFC 9728 §5.1.

use auth_protocol::challenge::Challenge;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::scope::Scope;
use auth_protocol::token::TokenType;
use http::{HeaderValue, StatusCode};
use url::Url;

use crate::refusal::Refusal;

/// A challenge does not fit into a header.
#[derive(Debug, thiserror::Error)]
#[error("the challenge does not fit into a header")]
pub struct InvalidChallenge(#[from] http::header::InvalidHeaderValue);

/// What all challenges of a resource have in common.
#[derive(Clone, Debug)]
pub(crate) struct Challenges {
    resource_metadata: Url,
    scope: Option<Scope>,
    token_type: TokenType,
}

impl Challenges {
    pub(crate) fn new(resource_metadata: Url) -> Self {
        Self { resource_metadata, scope: None, token_type: TokenType::Bearer }
    }

    /// Names the scope a request needs; all of it, so that one more consent is enough.
    #[must_use]
    pub(crate) fn naming(mut self, scope: &Scope) -> Self {
        self.scope = Some(scope.clone()).filter(|scope| !scope.is_empty());
        self
    }

    /// Asks for tokens of a type.
    #[must_use]
    pub(crate) fn by(mut self, token_type: TokenType) -> Self {
        self.token_type = token_type;
        self
    }

    /// Makes a refusal. Without credentials there is no `error`, RFC 6750 §3.1.
    pub(crate) fn refusal(&self, status: StatusCode, error: Option<&OAuthError>) -> Result<Refusal, InvalidChallenge> {
        let challenge = Challenge {
            token_type: self.token_type,
            resource_metadata: Some(self.resource_metadata.to_string()),
            scope: self.scope.clone(),
            error: error.map(|error| error.code),
            error_description: error.map(|error| error.description.clone()),
        };
        let value = HeaderValue::from_str(&challenge.to_header_value())?;
        let message = match error {
            None => "Unauthorized: Authentication required".to_owned(),
            Some(error) => error.to_string(),
        };
        Ok(Refusal::new(status, &message).with_challenge(value).readable_by_pages())
    }

    /// Makes the refusal of a token that lacks scope: 403 with all of it. RFC 6750 §3.1.
    pub(crate) fn insufficient_scope(&self) -> Result<Refusal, InvalidChallenge> {
        let error = OAuthError::new(OAuthErrorCode::InsufficientScope, "the access token lacks a scope this needs");
        self.refusal(StatusCode::FORBIDDEN, Some(&error))
    }
}
