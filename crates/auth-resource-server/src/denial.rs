//! Why a request is not let through.

use std::error::Error;

use auth_protocol::error::{OAuthError, OAuthErrorCode};

use crate::token::InvalidToken;

/// Why a request is not let through.
#[derive(Debug, thiserror::Error)]
pub enum Denial {
    /// The request carries no access token. Answered with 401 and no `error`, RFC 6750 §3.1.
    #[error("no access token")]
    NoToken,
    /// The `Authorization` header cannot be read. Answered with 400.
    #[error(transparent)]
    Malformed(OAuthError),
    /// The token is not valid here. Answered with 401.
    #[error(transparent)]
    Invalid(InvalidToken),
    /// The proof of possession is missing or wrong. Answered with 401 and a `DPoP` challenge.
    #[error(transparent)]
    Proof(OAuthError),
    /// The token lacks a required scope. Answered with 403.
    #[error("the access token lacks a scope")]
    Scope,
    /// Nobody can say. Answered with 503.
    #[error("tokens cannot be verified right now")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

impl Denial {
    pub(crate) fn log(&self) {
        let error = match self {
            // RFC 6750 §3.1: without credentials there is no error.
            Self::NoToken => None,
            // Logged with its cause, under its reference id.
            Self::Unavailable(_) => return,
            Self::Malformed(error) | Self::Proof(error) => Some(error.code.as_str()),
            Self::Invalid(_) => Some(OAuthErrorCode::InvalidToken.as_str()),
            Self::Scope => Some(OAuthErrorCode::InsufficientScope.as_str()),
        };
        tracing::debug!(error, reason = %self, "token.refused");
    }
}
