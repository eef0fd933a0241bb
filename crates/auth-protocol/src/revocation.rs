//! Token revocation. RFC 7009 §2.1.

use std::fmt;

use crate::OAuthError;
use crate::params::Params;
use crate::token::{TokenTypeHint, required};

/// A revocation request, without its client authentication; `Debug` hides the token.
#[derive(Clone, PartialEq, Eq)]
pub struct RevocationRequest {
    /// The token to revoke.
    pub token: String,
    /// What the client thinks it is; to be tried first, not alone.
    pub token_type_hint: Option<TokenTypeHint>,
}

impl RevocationRequest {
    /// Reads the form of a revocation request.
    ///
    /// # Errors
    ///
    /// `invalid_request`, when there is no token.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        Ok(Self { token: required(params, "token")?, token_type_hint: TokenTypeHint::parse(params) })
    }
}

impl fmt::Debug for RevocationRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RevocationRequest")
            .field("token_type_hint", &self.token_type_hint)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OAuthErrorCode;

    fn parse(text: &str) -> Result<RevocationRequest, OAuthError> {
        RevocationRequest::parse(&Params::parse(text, &[]).unwrap())
    }

    #[test]
    fn the_request_of_rfc_7009_2_1_is_read() {
        let request = parse("token=45ghiukldjahdnhzdauz&token_type_hint=refresh_token").unwrap();

        assert_eq!(request.token, "45ghiukldjahdnhzdauz");
        assert_eq!(request.token_type_hint, Some(TokenTypeHint::RefreshToken));
    }

    #[test]
    fn a_request_without_token_is_invalid() {
        assert_eq!(parse("token=").unwrap_err().code, OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn debug_hides_the_token() {
        assert!(!format!("{:?}", parse("token=hush").unwrap()).contains("hush"));
    }

    #[test]
    fn a_wrong_or_unknown_hint_is_no_error() {
        assert_eq!(parse("token=a&token_type_hint=saml").unwrap().token_type_hint, None);
        assert_eq!(parse("token=a&token_type_hint=").unwrap().token_type_hint, None);
        assert_eq!(
            parse("token=a&token_type_hint=access_token").unwrap().token_type_hint,
            Some(TokenTypeHint::AccessToken)
        );
    }

    #[test]
    fn garbage_is_a_token_like_any_other() {
        assert_eq!(parse("token=%27+OR+1%3D1--").unwrap().token, "' OR 1=1--");
    }
}
