//! The `prompt` parameter. OIDC Core §3.1.2.1, Initiating User Registration §4.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{OAuthError, OAuthErrorCode};

/// One value of `prompt` that the server knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptValue {
    /// Show nothing; fail instead.
    None,
    /// Sign in again.
    Login,
    /// Ask for consent again.
    Consent,
    /// Let the person choose an account.
    SelectAccount,
    /// Offer to create an account first.
    Create,
}

impl PromptValue {
    /// The value as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
            Self::Create => "create",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::None, Self::Login, Self::Consent, Self::SelectAccount, Self::Create]
            .into_iter()
            .find(|value| value.as_str() == text)
    }
}

/// The set of prompts a request asks for; empty when the parameter is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prompt {
    values: Vec<PromptValue>,
}

impl Prompt {
    /// Reads the blank-separated, case-sensitive values; unknown ones are ignored.
    ///
    /// # Errors
    ///
    /// `invalid_request`, when `none` stands next to any other value. OIDC Core §3.1.2.1.
    pub fn parse(text: Option<&str>) -> Result<Self, OAuthError> {
        let mut prompt = Self::default();
        let mut count = 0_usize;

        for word in text.unwrap_or_default().split_ascii_whitespace() {
            count += 1;
            match PromptValue::parse(word) {
                Some(value) if !prompt.contains(value) => prompt.values.push(value),
                Some(_) | None => {}
            }
        }

        if prompt.is_none() && count > 1 {
            return Err(OAuthError::new(OAuthErrorCode::InvalidRequest, "prompt none must stand alone"));
        }
        Ok(prompt)
    }

    /// Whether the value was asked for.
    pub fn contains(&self, value: PromptValue) -> bool {
        self.values.contains(&value)
    }

    /// Whether nothing may be shown.
    pub fn is_none(&self) -> bool {
        self.contains(PromptValue::None)
    }

    /// Whether no known value was asked for.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The prompt once the value has been satisfied, so that it is not asked for twice.
    #[must_use]
    pub fn without(&self, value: PromptValue) -> Self {
        Self { values: self.values.iter().copied().filter(|own| *own != value).collect() }
    }
}

impl fmt::Display for Prompt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.values.iter().map(|value| value.as_str()).collect();
        formatter.write_str(&words.join(" "))
    }
}

impl TryFrom<String> for Prompt {
    type Error = OAuthError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(Some(&text))
    }
}

impl From<Prompt> for String {
    fn from(prompt: Prompt) -> Self {
        prompt.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_are_kept_and_unknown_ignored() {
        let prompt = Prompt::parse(Some("login consent wave login Login")).unwrap();

        assert_eq!(prompt.to_string(), "login consent");
        assert!(prompt.contains(PromptValue::Consent));
        assert!(!prompt.contains(PromptValue::SelectAccount));
    }

    #[test]
    fn every_value_is_known() {
        for word in ["none", "login", "consent", "select_account", "create"] {
            assert_eq!(Prompt::parse(Some(word)).unwrap().to_string(), word);
        }
    }

    #[test]
    fn none_stands_alone() {
        assert!(Prompt::parse(Some("none")).unwrap().is_none());
        for text in ["none login", "consent none", "none wave", "none none"] {
            let error = Prompt::parse(Some(text)).unwrap_err();

            assert_eq!(error.code, OAuthErrorCode::InvalidRequest, "{text}");
        }
    }

    #[test]
    fn an_absent_prompt_asks_for_nothing() {
        assert!(Prompt::parse(None).unwrap().is_empty());
    }

    #[test]
    fn a_satisfied_value_is_taken_away() {
        let prompt = Prompt::parse(Some("login consent")).unwrap();

        assert_eq!(prompt.without(PromptValue::Login).to_string(), "consent");
    }
}
