//! Scopes. RFC 6749 §3.3.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{OAuthError, OAuthErrorCode};

/// Asks for an ID token. OIDC Core §3.1.2.1.
pub const OPENID: &str = "openid";
/// Asks for the name and picture of the person. OIDC Core §5.4.
pub const PROFILE: &str = "profile";
/// Asks for the e-mail address of the person. OIDC Core §5.4.
pub const EMAIL: &str = "email";
/// Asks for a refresh token. OIDC Core §11.
pub const OFFLINE_ACCESS: &str = "offline_access";
/// The scopes about the person and the session, which no resource may ask for in a challenge.
pub const IDENTITY_SCOPES: [&str; 4] = [OPENID, PROFILE, EMAIL, OFFLINE_ACCESS];

/// The largest number of tokens in one scope.
pub const MAX_TOKENS: usize = 128;
/// The largest length of one scope token, in characters.
pub const MAX_TOKEN_LENGTH: usize = 256;

/// A set of scope tokens that keeps the order it was given in; equality ignores the order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope {
    tokens: Vec<String>,
}

impl Scope {
    /// Reads blank-separated tokens; blanks around and between them do not matter.
    ///
    /// # Errors
    ///
    /// `invalid_scope` for a character outside RFC 6749 §3.3, or more than the caps of this module.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        Self::from_tokens(text.split(' ').filter(|token| !token.is_empty()))
    }

    /// Makes a scope of single tokens; a token that comes twice is kept once.
    ///
    /// # Errors
    ///
    /// `invalid_scope` for an empty token, a blank inside a token, and as [`Scope::parse`].
    pub fn from_tokens<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Result<Self, OAuthError> {
        let mut scope = Self::default();

        for token in tokens {
            if !is_scope_token(token) {
                return Err(OAuthError::new(OAuthErrorCode::InvalidScope, "the scope is malformed"));
            }
            scope.insert(token);
            if scope.tokens.len() > MAX_TOKENS {
                return Err(OAuthError::new(OAuthErrorCode::InvalidScope, "the scope has too many tokens"));
            }
        }

        Ok(scope)
    }

    /// Whether the token is in the scope; tokens are case-sensitive.
    pub fn contains(&self, token: &str) -> bool {
        self.iter().any(|own| own == token)
    }

    /// Whether every token of this scope is in `other`.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.iter().all(|token| other.contains(token))
    }

    /// The tokens of this scope that `granted` lacks.
    #[must_use]
    pub fn missing_from(&self, granted: &Self) -> Self {
        self.keep(|token| !granted.contains(token))
    }

    /// The tokens that are in both scopes, in the order of this one.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.keep(|token| other.contains(token))
    }

    /// The tokens of this scope, then those only `other` has.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut union = self.clone();
        for token in other.iter() {
            union.insert(token);
        }
        union
    }

    /// The scope without the named tokens.
    #[must_use]
    pub fn without(&self, tokens: &[&str]) -> Self {
        self.keep(|token| !tokens.contains(&token))
    }

    /// The tokens in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().map(String::as_str)
    }

    /// The number of tokens.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether the scope has no token.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    fn insert(&mut self, token: &str) {
        if !self.contains(token) {
            self.tokens.push(token.to_owned());
        }
    }

    fn keep(&self, wanted: impl Fn(&str) -> bool) -> Self {
        Self { tokens: self.iter().filter(|token| wanted(token)).map(str::to_owned).collect() }
    }
}

/// What a request for a scope gives: the default when absent, else what is allowed of it.
///
/// Unknown tokens are dropped, and the answer then names the granted scope (RFC 6749 §3.3).
/// An empty request counts as absent.
///
/// # Errors
///
/// `invalid_scope`, when nothing is left to grant.
pub fn granted(requested: Option<&Scope>, default: &Scope, allowed: &Scope) -> Result<Scope, OAuthError> {
    let wanted = requested.filter(|scope| !scope.is_empty()).unwrap_or(default);

    non_empty(wanted.intersection(allowed))
}

/// What a refresh gives: the granted scope when absent, else the part of it that was asked for.
///
/// Tokens outside the grant are dropped rather than refused, so the scope can only shrink.
/// RFC 6749 §6.
///
/// # Errors
///
/// `invalid_scope`, when nothing is left.
pub fn narrowed(requested: Option<&Scope>, granted: &Scope) -> Result<Scope, OAuthError> {
    match requested.filter(|scope| !scope.is_empty()) {
        None => Ok(granted.clone()),
        Some(requested) => non_empty(requested.intersection(granted)),
    }
}

fn non_empty(scope: Scope) -> Result<Scope, OAuthError> {
    if scope.is_empty() {
        return Err(OAuthError::new(OAuthErrorCode::InvalidScope, "no requested scope can be granted"));
    }
    Ok(scope)
}

/// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`. RFC 6749 §3.3.
fn is_scope_token(token: &str) -> bool {
    !token.is_empty()
        && token.len() <= MAX_TOKEN_LENGTH
        && token.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.is_subset_of(other)
    }
}

impl Eq for Scope {}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.tokens.join(" "))
    }
}

impl FromStr for Scope {
    type Err = OAuthError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Scope {
    type Error = OAuthError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    #[test]
    fn blanks_are_trimmed_and_collapsed() {
        assert_eq!(scope("  openid   profile ").to_string(), "openid profile");
        assert!(scope("").is_empty());
        assert!(scope("   ").is_empty());
    }

    #[test]
    fn a_token_counts_once_and_keeps_its_place() {
        assert_eq!(scope("b a b").to_string(), "b a");
    }

    #[test]
    fn characters_outside_the_grammar_are_refused() {
        for text in ["a\tb", "a\nb", "a\"b", "a\\b", "é", "a\u{0}"] {
            let error = Scope::parse(text).unwrap_err();

            assert_eq!(error.code, OAuthErrorCode::InvalidScope, "{text:?}");
        }
        assert!(Scope::parse("notes:read https://example.com/a.b#[x]").is_ok());
    }

    #[test]
    fn the_size_is_capped() {
        let many: Vec<String> = (0..=MAX_TOKENS).map(|n| format!("s{n}")).collect();

        assert!(Scope::parse(&many.join(" ")).is_err());
        assert!(Scope::parse(&"x".repeat(MAX_TOKEN_LENGTH + 1)).is_err());
    }

    #[test]
    fn a_single_token_may_not_hold_a_blank() {
        assert!(Scope::from_tokens(["a b"]).is_err());
        assert!(Scope::from_tokens([""]).is_err());
    }

    #[test]
    fn order_does_not_matter_for_equality() {
        assert_eq!(scope("a b"), scope("b a"));
        assert_ne!(scope("a b"), scope("a"));
        assert_ne!(scope("a b"), scope("a c"));
    }

    #[test]
    fn tokens_are_case_sensitive() {
        assert!(!scope("Read").contains("read"));
    }

    #[test]
    fn set_operations_keep_the_order() {
        let asked = scope("c a b");

        assert_eq!(asked.intersection(&scope("b c")).to_string(), "c b");
        assert_eq!(asked.union(&scope("d a")).to_string(), "c a b d");
        assert_eq!(asked.missing_from(&scope("a")).to_string(), "c b");
        assert_eq!(asked.without(&["a", "x"]).to_string(), "c b");
        assert!(scope("a c").is_subset_of(&asked));
        assert!(!asked.is_subset_of(&scope("a c")));
    }

    #[test]
    fn an_absent_or_empty_scope_gives_the_default() {
        let default = scope("openid notes:read");
        let allowed = scope("openid notes:read notes:write");

        assert_eq!(granted(None, &default, &allowed).unwrap(), default);
        assert_eq!(granted(Some(&scope("")), &default, &allowed).unwrap(), default);
    }

    #[test]
    fn unknown_scopes_are_dropped() {
        let allowed = scope("openid notes:read");

        let given = granted(Some(&scope("claudeai notes:read")), &allowed, &allowed).unwrap();

        assert_eq!(given, scope("notes:read"));
    }

    #[test]
    fn a_scope_of_which_nothing_is_left_is_invalid() {
        let allowed = scope("openid");

        let error = granted(Some(&scope("admin")), &allowed, &allowed).unwrap_err();

        assert_eq!(error.code, OAuthErrorCode::InvalidScope);
    }

    #[test]
    fn the_default_never_exceeds_what_is_allowed() {
        let given = granted(None, &scope("openid admin"), &scope("openid")).unwrap();

        assert_eq!(given, scope("openid"));
    }

    #[test]
    fn narrowing_never_widens() {
        let grant = scope("a b");

        assert_eq!(narrowed(None, &grant).unwrap(), grant);
        assert_eq!(narrowed(Some(&scope("a c")), &grant).unwrap(), scope("a"));
        assert!(narrowed(Some(&scope("c")), &grant).is_err());
    }

    #[test]
    fn json_is_the_blank_separated_string() {
        assert_eq!(serde_json::to_string(&scope("a b")).unwrap(), r#""a b""#);
        assert_eq!(serde_json::from_str::<Scope>(r#"" a  b""#).unwrap(), scope("a b"));
        assert!(serde_json::from_str::<Scope>(r#""a\tb""#).is_err());
    }

    #[test]
    fn a_huge_scope_is_refused_before_it_costs_anything() {
        let huge = "x ".repeat(25_000);
        let wide = (0..25_000).map(|n| format!("s{n}")).collect::<Vec<_>>().join(" ");

        assert_eq!(scope(&huge).len(), 1, "the same token again and again is one token");
        assert_eq!(Scope::parse(&wide).unwrap_err().code, OAuthErrorCode::InvalidScope);
        assert_eq!(Scope::parse(&"x".repeat(50_000)).unwrap_err().code, OAuthErrorCode::InvalidScope);
    }

    #[test]
    fn no_scope_splits_a_header() {
        for text in ["a\r\nSet-Cookie: x", "a\u{85}b", "a\u{2028}b", "a\u{7f}"] {
            assert_eq!(Scope::parse(text).unwrap_err().code, OAuthErrorCode::InvalidScope, "{text:?}");
        }
    }

    fn scopes() -> impl Strategy<Value = Scope> {
        proptest::collection::vec("[a-e]", 0..8).prop_map(|tokens| scope(&tokens.join(" ")))
    }

    fn set(scope: &Scope) -> BTreeSet<&str> {
        scope.iter().collect()
    }

    proptest! {
        #[test]
        fn a_scope_is_a_set(one in scopes(), other in scopes()) {
            let (a, b) = (set(&one), set(&other));
            let (both, common, missing) = (one.union(&other), one.intersection(&other), one.missing_from(&other));

            prop_assert_eq!(one.len(), a.len());
            prop_assert_eq!(set(&both), a.union(&b).copied().collect());
            prop_assert_eq!(set(&common), a.intersection(&b).copied().collect());
            prop_assert_eq!(set(&missing), a.difference(&b).copied().collect());
            prop_assert_eq!(one.is_subset_of(&other), a.is_subset(&b));
            prop_assert_eq!(one == other, a == b);
        }

        #[test]
        fn what_is_written_is_read_again(one in scopes()) {
            let text = one.to_string();

            prop_assert_eq!(Scope::parse(&text).unwrap().to_string(), text);
        }

        #[test]
        fn a_grant_is_never_empty_and_never_more_than_allowed(
            requested in proptest::option::of(scopes()), default in scopes(), allowed in scopes()
        ) {
            match granted(requested.as_ref(), &default, &allowed) {
                Ok(given) => {
                    let wanted = requested.filter(|scope| !scope.is_empty()).unwrap_or(default);
                    prop_assert!(!given.is_empty() && given.is_subset_of(&allowed) && given.is_subset_of(&wanted));
                }
                Err(error) => prop_assert_eq!(error.code, OAuthErrorCode::InvalidScope),
            }
        }

        #[test]
        fn refreshing_again_and_again_never_widens(grant in scopes(), asked in proptest::collection::vec(scopes(), 0..4)) {
            for asked in asked {
                if let Ok(given) = narrowed(Some(&asked), &grant) {
                    prop_assert!(given.is_subset_of(&grant));
                }
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
            if let Ok(scope) = Scope::parse(&text) {
                prop_assert!(scope.iter().all(|token| token.bytes().all(|byte| byte.is_ascii_graphic())));
            }
        }
    }
}
