//! Two verifiers for an issuer that makes both JWTs and other tokens.

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::token::{VerifiedToken, Verifier, VerifyError};

/// Verifies tokens by their form: JWTs by one verifier, all others by another, such as [`Jwks`](crate::Jwks) and
/// [`Introspection`](crate::Introspection).
///
/// The form alone decides, and one verifier has the word: what it refuses, and what it cannot say, the other is not
/// asked. So a JWT that is forged, expired or of an unknown key never leads to a request to the introspection
/// endpoint, and an outage there concerns no JWT. Whoever wants a revoked JWT to stop working before it expires
/// asks about all tokens: by [`Introspection`](crate::Introspection) alone.
#[derive(Clone, Debug)]
pub struct ByForm<J, O> {
    jwts: J,
    others: O,
}

impl<J: Verifier, O: Verifier> ByForm<J, O> {
    /// Puts two verifiers together.
    pub fn new(jwts: J, others: O) -> Self {
        Self { jwts, others }
    }
}

#[async_trait]
impl<J: Verifier, O: Verifier> Verifier for ByForm<J, O> {
    async fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError> {
        if is_jwt(token) { self.jwts.verify(token).await } else { self.others.verify(token).await }
    }
}

/// Whether a token is three parts of which the first is a JOSE header. RFC 7515 §3.1 and §4.1.1.
fn is_jwt(token: &str) -> bool {
    let mut parts = token.split('.');
    let (Some(header), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let header = BASE64_URL_SAFE_NO_PAD.decode(header).ok();
    header
        .and_then(|header| serde_json::from_slice::<Value>(&header).ok())
        .is_some_and(|header| header.get("alg").is_some_and(Value::is_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jwt_is_three_parts_with_a_header_that_names_an_algorithm() {
        let header = |json: &str| BASE64_URL_SAFE_NO_PAD.encode(json);

        for alg in ["ES256", "none", "HS256", "made up"] {
            assert!(is_jwt(&format!("{}.x.y", header(&format!(r#"{{"alg":"{alg}"}}"#)))), "{alg}");
        }
        assert!(is_jwt(&format!("{}..", header(r#"{"alg":"none"}"#))));
        for other in [
            "at_x".to_owned(),
            "a.b.c".to_owned(),
            String::new(),
            "..".to_owned(),
            header(r#"{"alg":"ES256"}"#),
            format!("{}.x", header(r#"{"alg":"ES256"}"#)),
            format!("{}.x.y.z", header(r#"{"alg":"ES256"}"#)),
            format!("{}.x.y", header(r#"{"typ":"JWT"}"#)),
            format!("{}.x.y", header(r#"["alg"]"#)),
            format!("{}.x.y", header("7")),
        ] {
            assert!(!is_jwt(&other), "{other}");
        }
    }
}
