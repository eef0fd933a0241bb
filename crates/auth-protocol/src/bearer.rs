//! The access token of a request, from its header only. RFC 6750 §2.1, OAuth 2.1 §5.1.1.

use std::fmt;

use crate::token::TokenType;
use crate::{OAuthError, OAuthErrorCode};

/// The largest length of a bearer token, in bytes.
pub const MAX_LENGTH: usize = 16_384;

/// Reads the token of an `Authorization: Bearer` header.
///
/// No header gives `None`, and so does another scheme: that request carries no credentials we know,
/// so its challenge names no error (RFC 6750 §3.1).
///
/// # Errors
///
/// `invalid_request`, unless exactly one `token68` (RFC 9110 §11.2) follows the scheme.
pub fn bearer_token(header_value: Option<&str>) -> Result<Option<&str>, OAuthError> {
    let presented = presented_token(header_value)?;
    Ok(presented.filter(|presented| presented.token_type == TokenType::Bearer).map(|presented| presented.token))
}

/// An access token as a request presents it; `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PresentedToken<'a> {
    /// The scheme it came by.
    pub token_type: TokenType,
    /// The token.
    pub token: &'a str,
}

impl fmt::Debug for PresentedToken<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PresentedToken").field("token_type", &self.token_type).finish_non_exhaustive()
    }
}

/// Reads the token of an `Authorization` header of either scheme, `Bearer` or `DPoP` (RFC 9449 §7.1).
///
/// No header gives `None`, and so does another scheme.
///
/// # Errors
///
/// `invalid_request`, unless exactly one `token68` follows the scheme.
pub fn presented_token(header_value: Option<&str>) -> Result<Option<PresentedToken<'_>>, OAuthError> {
    let Some(header) = header_value.map(|value| value.trim_matches([' ', '\t'])) else {
        return Ok(None);
    };
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    let of = |token_type: &TokenType| scheme.eq_ignore_ascii_case(token_type.as_str());
    let Some(token_type) = [TokenType::Bearer, TokenType::DPoP].into_iter().find(of) else { return Ok(None) };
    let token = token.trim_start_matches(' ');

    if is_token68(token) && token.len() <= MAX_LENGTH {
        Ok(Some(PresentedToken { token_type, token }))
    } else {
        Err(OAuthError::new(OAuthErrorCode::InvalidRequest, "the Authorization header must hold one access token"))
    }
}

/// `token68 = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`. RFC 9110 §11.2.
fn is_token68(text: &str) -> bool {
    let body = text.trim_end_matches('=');

    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_of_rfc_6750_2_1_is_read() {
        assert_eq!(bearer_token(Some("Bearer mF_9.B5f-4.1JqM")), Ok(Some("mF_9.B5f-4.1JqM")));
    }

    #[test]
    fn a_token_that_is_bound_to_a_key_has_a_scheme_of_its_own() {
        let presented = presented_token(Some("dpop Kz~8mXK1EalYznwH-LC-1fBAo")).unwrap().unwrap();

        assert_eq!((presented.token_type, presented.token), (TokenType::DPoP, "Kz~8mXK1EalYznwH-LC-1fBAo"));
        assert!(!format!("{presented:?}").contains("Kz~"));
        assert_eq!(bearer_token(Some("DPoP Kz~8")), Ok(None));
        assert!(presented_token(Some("DPoP")).is_err());
    }

    #[test]
    fn the_scheme_is_case_insensitive_and_blanks_may_repeat() {
        assert_eq!(bearer_token(Some("bEARER   abc==")), Ok(Some("abc==")));
    }

    #[test]
    fn no_header_or_another_scheme_is_no_credential() {
        assert_eq!(bearer_token(None), Ok(None));
        assert_eq!(bearer_token(Some("Basic YTpi")), Ok(None));
        assert_eq!(bearer_token(Some("Bearerabc")), Ok(None));
        assert_eq!(bearer_token(Some("")), Ok(None));
    }

    #[test]
    fn anything_but_one_token_is_an_invalid_request() {
        for bad in [
            "Bearer",
            "Bearer ",
            "Bearer =",
            "Bearer a b",
            "Bearer a,b",
            "Bearer a=b",
            "Bearer \"a\"",
            "Bearer \ta",
            "Bearer é",
            &format!("Bearer {}", "a".repeat(MAX_LENGTH + 1)),
        ] {
            let error = bearer_token(Some(bad)).unwrap_err();

            assert_eq!(error.code, OAuthErrorCode::InvalidRequest, "{bad:?}");
        }
    }

    #[test]
    fn a_second_token_after_a_comma_is_not_read() {
        for two in ["Bearer good, Bearer bad", "Bearer good,Bearer bad", "Bearer good Basic x"] {
            assert!(bearer_token(Some(two)).is_err(), "{two}");
        }
    }
}
