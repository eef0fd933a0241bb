//! Error codes and the error every rule answers with. RFC 6749 §4.1.2.1 and §5.2.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// An `error` code as registered for OAuth. RFC 6749 §11.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OAuthErrorCode {
    /// A parameter is missing, repeated or malformed. RFC 6749 §5.2.
    InvalidRequest,
    /// Client authentication failed, or the client is unknown. RFC 6749 §5.2.
    InvalidClient,
    /// The code or refresh token is invalid, expired, revoked or another client's. RFC 6749 §5.2.
    InvalidGrant,
    /// The client may not use this grant or response type. RFC 6749 §4.1.2.1 and §5.2.
    UnauthorizedClient,
    /// The grant type is not offered. RFC 6749 §5.2.
    UnsupportedGrantType,
    /// The response type is not offered. RFC 6749 §4.1.2.1.
    UnsupportedResponseType,
    /// The scope is malformed, or nothing of it can be granted. RFC 6749 §4.1.2.1 and §5.2.
    InvalidScope,
    /// The person or the server said no. RFC 6749 §4.1.2.1.
    AccessDenied,
    /// The server met an unexpected condition. RFC 6749 §4.1.2.1.
    ServerError,
    /// The server is overloaded or under maintenance. RFC 6749 §4.1.2.1.
    TemporarilyUnavailable,
    /// The access token is expired, revoked, malformed or meant for another resource. RFC 6750 §3.1.
    InvalidToken,
    /// The access token lacks a scope. RFC 6750 §3.1.
    InsufficientScope,
    /// The proof of possession is missing, malformed or wrong. RFC 9449 §5.
    InvalidDpopProof,
    /// The proof has to repeat the nonce that comes with this answer. RFC 9449 §8.
    UseDpopNonce,
    /// The kind of token cannot be revoked. RFC 7009 §2.2.1.
    UnsupportedTokenType,
    /// No redirect URI of the registration is acceptable. RFC 7591 §3.2.2.
    InvalidRedirectUri,
    /// A member of the client metadata is invalid. RFC 7591 §3.2.2.
    InvalidClientMetadata,
    /// The software statement is invalid. RFC 7591 §3.2.2.
    InvalidSoftwareStatement,
    /// The software statement is not approved here. RFC 7591 §3.2.2.
    UnapprovedSoftwareStatement,
    /// The resource is unknown, malformed or not part of the grant. RFC 8707 §2.
    InvalidTarget,
    /// Some interaction is needed, and `prompt=none` forbids it. OIDC Core §3.1.2.6.
    InteractionRequired,
    /// The person must sign in, and `prompt=none` forbids it. OIDC Core §3.1.2.6.
    LoginRequired,
    /// The person must choose an account, and `prompt=none` forbids it. OIDC Core §3.1.2.6.
    AccountSelectionRequired,
    /// The person must consent, and `prompt=none` forbids it. OIDC Core §3.1.2.6.
    ConsentRequired,
    /// No sign-in there is meets what the client needs. OIDC Core Unmet Authentication Requirements §3.
    UnmetAuthenticationRequirements,
    /// The `request_uri` cannot be used. OIDC Core §3.1.2.6.
    InvalidRequestUri,
    /// The request object is invalid. OIDC Core §3.1.2.6.
    InvalidRequestObject,
    /// The `request` parameter is not supported. OIDC Core §3.1.2.6.
    RequestNotSupported,
    /// The `request_uri` parameter is not supported. OIDC Core §3.1.2.6.
    RequestUriNotSupported,
    /// The `registration` parameter is not supported. OIDC Core §3.1.2.6.
    RegistrationNotSupported,
}

impl OAuthErrorCode {
    /// The code as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidSoftwareStatement => "invalid_software_statement",
            Self::UnapprovedSoftwareStatement => "unapproved_software_statement",
            Self::InvalidTarget => "invalid_target",
            Self::InteractionRequired => "interaction_required",
            Self::LoginRequired => "login_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::ConsentRequired => "consent_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
        }
    }
}

impl fmt::Display for OAuthErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a rule answers when it refuses: a code for the client and a sentence for its developer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {description}")]
pub struct OAuthError {
    /// The `error` member.
    pub code: OAuthErrorCode,
    /// The `error_description` member, in the characters RFC 6749 §5.2 allows.
    pub description: Cow<'static, str>,
}

impl OAuthError {
    /// Makes an error; characters that RFC 6749 §5.2 forbids in a description become `?`.
    pub fn new(code: OAuthErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: described(description.into()) }
    }
}

/// Keeps `%x20-21 / %x23-5B / %x5D-7E`, so that no description can split a header or a log line.
pub(crate) fn described(text: Cow<'static, str>) -> Cow<'static, str> {
    let allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';

    if text.chars().all(allowed) {
        text
    } else {
        text.chars().map(|c| if allowed(c) { c } else { '?' }).collect::<String>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_serde_name_is_the_wire_name() {
        for code in [
            OAuthErrorCode::InvalidRequest,
            OAuthErrorCode::InvalidClient,
            OAuthErrorCode::InvalidGrant,
            OAuthErrorCode::UnauthorizedClient,
            OAuthErrorCode::UnsupportedGrantType,
            OAuthErrorCode::UnsupportedResponseType,
            OAuthErrorCode::InvalidScope,
            OAuthErrorCode::AccessDenied,
            OAuthErrorCode::ServerError,
            OAuthErrorCode::TemporarilyUnavailable,
            OAuthErrorCode::InvalidToken,
            OAuthErrorCode::InsufficientScope,
            OAuthErrorCode::UnsupportedTokenType,
            OAuthErrorCode::InvalidRedirectUri,
            OAuthErrorCode::InvalidClientMetadata,
            OAuthErrorCode::InvalidSoftwareStatement,
            OAuthErrorCode::UnapprovedSoftwareStatement,
            OAuthErrorCode::InvalidTarget,
            OAuthErrorCode::InteractionRequired,
            OAuthErrorCode::LoginRequired,
            OAuthErrorCode::AccountSelectionRequired,
            OAuthErrorCode::ConsentRequired,
            OAuthErrorCode::InvalidRequestUri,
            OAuthErrorCode::InvalidRequestObject,
            OAuthErrorCode::RequestNotSupported,
            OAuthErrorCode::RequestUriNotSupported,
            OAuthErrorCode::RegistrationNotSupported,
        ] {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert_eq!(code.to_string(), code.as_str());
        }
    }

    #[test]
    fn a_description_never_splits_a_header() {
        let error = OAuthError::new(OAuthErrorCode::InvalidRequest, "a\r\nSet-Cookie: x=\"é\"\\");

        assert_eq!(error.description, "a??Set-Cookie: x=????");
    }

    #[test]
    fn an_error_prints_code_and_description() {
        let error = OAuthError::new(OAuthErrorCode::InvalidScope, "nothing is left");

        assert_eq!(error.to_string(), "invalid_scope: nothing is left");
    }
}
