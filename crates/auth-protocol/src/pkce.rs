//! Proof Key for Code Exchange, S256 only and for every client. RFC 7636, OAuth 2.1 §4.1.1.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::{OAuthError, OAuthErrorCode};

/// The only `code_challenge_method` accepted. RFC 7636 §4.2.
pub const S256: &str = "S256";

/// The digest of a verifier that the client sends ahead. RFC 7636 §4.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads `code_challenge` and `code_challenge_method` of an authorization request.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the challenge is missing or malformed, or the method is not exactly
    /// `S256`; a missing method means `plain` (RFC 7636 §4.3), which is refused as well.
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Self, OAuthError> {
        let Some(challenge) = challenge else {
            return Err(malformed("code_challenge is required"));
        };
        if method != Some(S256) {
            return Err(malformed("code_challenge_method must be S256"));
        }

        Self::try_from(challenge.to_owned())
    }

    /// The challenge as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the challenge is the digest of the verifier, compared in constant time. RFC 7636 §4.6.
    pub fn verify(&self, verifier: &CodeVerifier) -> bool {
        let computed = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.0.as_bytes()));

        computed.as_bytes().ct_eq(self.0.as_bytes()).into()
    }
}

impl TryFrom<String> for CodeChallenge {
    type Error = OAuthError;

    /// Accepts the 43 characters that encode one SHA-256 digest. RFC 7636 §4.2.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_digest = text.len() == 43 && URL_SAFE_NO_PAD.decode(&text).is_ok();

        if is_digest { Ok(Self(text)) } else { Err(malformed("code_challenge must be 43 characters of base64url")) }
    }
}

impl From<CodeChallenge> for String {
    fn from(challenge: CodeChallenge) -> Self {
        challenge.0
    }
}

/// The secret behind a challenge; `Debug` hides it. RFC 7636 §4.1.
#[derive(Clone)]
pub struct CodeVerifier(String);

impl CodeVerifier {
    /// Reads `code_verifier` of a token request: 43 to 128 unreserved characters.
    ///
    /// # Errors
    ///
    /// `invalid_grant`, as for a verifier that does not match. RFC 7636 §4.6.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');

        if (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved) {
            Ok(Self(text.to_owned()))
        } else {
            Err(OAuthError::new(OAuthErrorCode::InvalidGrant, "code_verifier is malformed"))
        }
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CodeVerifier(..)")
    }
}

fn malformed(description: &'static str) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidRequest, description)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_vector_of_rfc_7636_appendix_b_verifies() {
        let challenge = CodeChallenge::parse(Some(CHALLENGE), Some("S256")).unwrap();

        assert!(challenge.verify(&CodeVerifier::parse(VERIFIER).unwrap()));
    }

    #[test]
    fn another_verifier_does_not_verify() {
        let challenge = CodeChallenge::parse(Some(CHALLENGE), Some("S256")).unwrap();

        assert!(!challenge.verify(&CodeVerifier::parse(&VERIFIER.replace('d', "e")).unwrap()));
        assert!(!challenge.verify(&CodeVerifier::parse(CHALLENGE).unwrap()));
    }

    #[test]
    fn a_missing_challenge_is_refused() {
        let error = CodeChallenge::parse(None, Some("S256")).unwrap_err();

        assert_eq!(error.code, OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn only_the_exact_method_s256_is_accepted() {
        for method in [None, Some("plain"), Some("PLAIN"), Some("s256"), Some("")] {
            let error = CodeChallenge::parse(Some(CHALLENGE), method).unwrap_err();

            assert_eq!(error.code, OAuthErrorCode::InvalidRequest, "{method:?}");
        }
    }

    #[test]
    fn a_challenge_that_is_no_digest_is_refused() {
        for bad in [
            "",
            &CHALLENGE[1..],
            &format!("{CHALLENGE}A"),
            &format!("{CHALLENGE}="),
            &CHALLENGE.replace('-', "+"),
            &CHALLENGE.replace('-', "é"),
            &"A".repeat(10_000),
        ] {
            assert!(CodeChallenge::parse(Some(bad), Some("S256")).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        assert!(CodeVerifier::parse(&"a".repeat(43)).is_ok());
        assert!(CodeVerifier::parse(&"~".repeat(128)).is_ok());
        for bad in ["a".repeat(42), "a".repeat(129), "+".repeat(43), "é".repeat(43)] {
            assert_eq!(CodeVerifier::parse(&bad).unwrap_err().code, OAuthErrorCode::InvalidGrant);
        }
    }

    #[test]
    fn debug_hides_the_verifier() {
        let verifier = CodeVerifier::parse(VERIFIER).unwrap();

        assert_eq!(format!("{verifier:?}"), "CodeVerifier(..)");
    }

    #[test]
    fn a_stored_challenge_is_checked_when_read() {
        assert!(serde_json::from_str::<CodeChallenge>(&format!("\"{CHALLENGE}\"")).is_ok());
        assert!(serde_json::from_str::<CodeChallenge>("\"\"").is_err());
    }

    #[test]
    fn a_challenge_with_stray_bits_is_no_digest() {
        // 43 characters hold 258 bits, and a digest has 256: `N` and `M` differ in the two left over.
        let stray = format!("{}N", &CHALLENGE[..42]);

        assert!(CodeChallenge::parse(Some(&stray), Some("S256")).is_err());
    }

    proptest! {
        #[test]
        fn exactly_the_verifier_behind_a_challenge_verifies(one in "[A-Za-z0-9._~-]{43,128}", other in "[A-Za-z0-9._~-]{43,128}") {
            let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(one.as_bytes()));
            let challenge = CodeChallenge::parse(Some(&digest), Some(S256)).unwrap();

            prop_assert!(challenge.verify(&CodeVerifier::parse(&one).unwrap()));
            prop_assert_eq!(challenge.verify(&CodeVerifier::parse(&other).unwrap()), one == other);
        }
    }
}
