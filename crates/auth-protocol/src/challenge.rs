//! The `WWW-Authenticate` challenge of a protected resource. RFC 6750 §3, RFC 9728 §5.1.

use std::borrow::Cow;

use crate::OAuthErrorCode;
use crate::dpop::PROOF_ALGORITHMS;
use crate::error::described;
use crate::scope::{IDENTITY_SCOPES, Scope};
use crate::token::TokenType;

/// What a resource answers to a request whose token is missing, bad or too weak.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Challenge {
    /// The scheme: `Bearer`, or `DPoP` with the algorithms of proofs. RFC 9449 §7.1.
    pub token_type: TokenType,
    /// The absolute URL of the metadata of the resource. RFC 9728 §5.1.
    pub resource_metadata: Option<String>,
    /// Every scope the request needs, at once.
    pub scope: Option<Scope>,
    /// What was wrong with the token; `None` when the request carried none. RFC 6750 §3.1.
    pub error: Option<OAuthErrorCode>,
    /// A sentence for the developer; shown only along with an error.
    pub error_description: Option<Cow<'static, str>>,
}

impl Challenge {
    /// The value of the header: one challenge with quoted parameters.
    ///
    /// The scopes of [`IDENTITY_SCOPES`] never show up, and no text can leave its quotes.
    pub fn to_header_value(&self) -> String {
        let description = self.error_description.clone().filter(|_| self.error.is_some());
        let scope = self.scope.as_ref().map(|scope| scope.without(&IDENTITY_SCOPES)).filter(|scope| !scope.is_empty());
        let parameters = [
            ("error", self.error.map(|code| Cow::Borrowed(code.as_str()))),
            ("error_description", description.map(described)),
            ("algs", (self.token_type == TokenType::DPoP).then(|| Cow::Owned(PROOF_ALGORITHMS.join(" ")))),
            ("resource_metadata", self.resource_metadata.as_deref().map(Cow::Borrowed)),
            ("scope", scope.map(|scope| Cow::Owned(scope.to_string()))),
        ];
        let parameters: Vec<String> = parameters
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| format!("{name}={}", quoted(&value))))
            .collect();

        let scheme = self.token_type.as_str();
        if parameters.is_empty() { scheme.to_owned() } else { format!("{scheme} {}", parameters.join(", ")) }
    }
}

/// A quoted-string of printable ASCII; anything else is left out. RFC 9110 §5.6.4.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars().filter(|c| matches!(c, ' '..='~')) {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = "https://mcp.example/.well-known/oauth-protected-resource/mcp";

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    #[test]
    fn a_request_without_token_is_told_no_error() {
        let challenge = Challenge {
            token_type: TokenType::Bearer,
            resource_metadata: Some(METADATA.to_owned()),
            scope: Some(scope("notes:read")),
            error: None,
            error_description: Some("ignored".into()),
        };

        assert_eq!(
            challenge.to_header_value(),
            format!(r#"Bearer resource_metadata="{METADATA}", scope="notes:read""#)
        );
    }

    #[test]
    fn an_insufficient_scope_names_all_that_is_needed() {
        let challenge = Challenge {
            resource_metadata: Some(METADATA.to_owned()),
            scope: Some(scope("notes:read notes:write")),
            error: Some(OAuthErrorCode::InsufficientScope),
            error_description: Some("writing needs more".into()),
            ..Challenge::default()
        };

        assert_eq!(
            challenge.to_header_value(),
            format!(
                r#"Bearer error="insufficient_scope", error_description="writing needs more", resource_metadata="{METADATA}", scope="notes:read notes:write""#
            )
        );
    }

    #[test]
    fn scopes_about_the_person_never_show_up() {
        let challenge =
            Challenge { scope: Some(scope("openid profile email offline_access a")), ..Challenge::default() };
        let without = Challenge { scope: Some(scope("openid")), ..Challenge::default() };

        assert_eq!(challenge.to_header_value(), r#"Bearer scope="a""#);
        assert_eq!(without.to_header_value(), "Bearer");
    }

    #[test]
    fn a_proof_is_asked_for_with_its_algorithms() {
        let challenge = Challenge {
            token_type: TokenType::DPoP,
            error: Some(OAuthErrorCode::UseDpopNonce),
            ..Challenge::default()
        };

        assert_eq!(
            challenge.to_header_value(),
            r#"DPoP error="use_dpop_nonce", algs="ES256 ES384 EdDSA PS256 PS384 PS512 RS256 RS384 RS512""#
        );
    }

    #[test]
    fn no_text_leaves_its_quotes() {
        let challenge = Challenge {
            token_type: TokenType::Bearer,
            resource_metadata: Some("https://x/\"\\\r\nX: é".to_owned()),
            scope: None,
            error: Some(OAuthErrorCode::InvalidToken),
            error_description: Some("a\", scope=\"b\r\n\\".into()),
        };

        assert_eq!(
            challenge.to_header_value(),
            r#"Bearer error="invalid_token", error_description="a?, scope=?b???", resource_metadata="https://x/\"\\X: ""#
        );
    }

    #[test]
    fn what_a_stranger_writes_cannot_add_a_parameter_or_a_second_challenge() {
        for text in ["x\", Basic realm=\"", "x\\", "x\\\"", "a, Bearer scope=b", "\r\nWWW-Authenticate: Basic"] {
            let challenge = Challenge {
                resource_metadata: Some(text.to_owned()),
                scope: Some(scope("a")),
                error: Some(OAuthErrorCode::InvalidToken),
                error_description: Some(text.to_owned().into()),
                ..Challenge::default()
            };

            let value = challenge.to_header_value();

            assert_eq!(names_of(&value), ["error", "error_description", "resource_metadata", "scope"], "{value}");
            assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{value}");
        }
    }

    /// The parameter names a client reads: what stands outside of quoted strings. RFC 9110 §11.6.1.
    fn names_of(value: &str) -> Vec<String> {
        let (mut outside, mut quoted, mut escaped) = (String::new(), false, false);
        for c in value.strip_prefix("Bearer ").unwrap().chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                c if !quoted => outside.push(c),
                _ => {}
            }
        }
        assert!(!quoted, "{value} leaves a quote open");
        outside.split(", ").map(|name| name.trim_end_matches('=').to_owned()).collect()
    }
}
