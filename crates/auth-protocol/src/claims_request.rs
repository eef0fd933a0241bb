//! The `claims` and `acr_values` parameters: single claims, and how the person has to have signed in.
//! OIDC Core §5.5 and §3.1.2.1.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::scope::{EMAIL, PROFILE};
use crate::{OAuthError, OAuthErrorCode};

/// The largest length of `claims` and of `acr_values`, in bytes.
pub const MAX_LENGTH: usize = 4096;

/// Which claims a request asks for one by one. OIDC Core §5.5.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsRequest {
    /// What userinfo is to tell.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: BTreeMap<String, Option<ClaimRequest>>,
    /// What the ID token is to tell.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: BTreeMap<String, Option<ClaimRequest>>,
}

/// What is asked of one claim. OIDC Core §5.5.1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimRequest {
    /// Whether the client cannot do without.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// The only value that is of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The values that are of use, the most wanted first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

/// The scope that covers a claim about a person. OIDC Core §5.4.
const COVERED: [(&str, &str); 5] =
    [("name", PROFILE), ("picture", PROFILE), ("updated_at", PROFILE), ("email", EMAIL), ("email_verified", EMAIL)];

impl ClaimsRequest {
    /// Reads the parameter. Claims that are not known are ignored.
    ///
    /// # Errors
    ///
    /// `invalid_request` for what is no JSON object of such members, or is too long.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let malformed = || OAuthError::new(OAuthErrorCode::InvalidRequest, "claims cannot be read");
        // Serde also reads a struct from an array, which is no object.
        if text.len() > MAX_LENGTH || !text.trim_start().starts_with('{') {
            return Err(malformed());
        }
        let parsed: Self = serde_json::from_str(text).map_err(|_| malformed())?;
        // A JSON text writes control characters as escapes, and serde nothing else; no claim has any, and not
        // every database keeps them.
        if serde_json::to_string(&parsed).map_err(|_| malformed())?.contains("\\u00") {
            return Err(malformed());
        }
        Ok(parsed)
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// The scopes that cover what is asked for about the person.
    pub fn scopes(&self) -> impl Iterator<Item = &'static str> {
        COVERED.into_iter().filter(|(name, _)| self.asks_for(name)).map(|(_, scope)| scope)
    }

    /// Whether a claim is asked for by itself, wherever it is to be told.
    pub fn asks_for(&self, name: &str) -> bool {
        self.userinfo.contains_key(name) || self.id_token.contains_key(name)
    }

    /// The claims about the person that the ID token is to tell.
    pub fn in_id_token(&self) -> impl Iterator<Item = &'static str> {
        COVERED.into_iter().map(|(name, _)| name).filter(|name| self.id_token.contains_key(*name))
    }

    /// The only person the client wants an answer about.
    pub fn sub(&self) -> Option<&str> {
        [&self.id_token, &self.userinfo].into_iter().find_map(|claims| match claims.get("sub") {
            Some(Some(ClaimRequest { value: Some(Value::String(sub)), .. })) => Some(sub.as_str()),
            _ => None,
        })
    }

    /// How the person has to have signed in, by either parameter.
    pub fn acr(&self, acr_values: Option<&str>) -> AcrRequest {
        let asked = self.id_token.get("acr").cloned().flatten().unwrap_or_default();
        let claimed = asked.value.iter().chain(&asked.values).filter_map(Value::as_str).map(str::to_owned);
        let mut values: Vec<String> = claimed.collect();
        let is_essential = asked.essential && !values.is_empty();
        // Both may be there: then what is essential decides alone.
        if !is_essential {
            values.extend(acr_values.unwrap_or_default().split_ascii_whitespace().map(str::to_owned));
        }
        AcrRequest { values, is_essential }
    }
}

/// Which authentication contexts a client wants, the most wanted first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcrRequest {
    /// The contexts.
    pub values: Vec<String>,
    /// Whether one of them is needed.
    pub is_essential: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> ClaimsRequest {
        ClaimsRequest::parse(text).unwrap()
    }

    #[test]
    fn what_is_escaped_without_need_is_read_and_control_characters_are_not() {
        let sub =
            |escaped: &str| ClaimsRequest::parse(&format!(r#"{{"id_token": {{"sub": {{"value": "{escaped}"}}}}}}"#));

        assert_eq!(sub("Ren\\u00e9 \\u0041").unwrap().sub(), Some("Ren\u{e9} A"));
        for control in ["\\u0000", "\\u001f", "a\\u0007b"] {
            assert!(sub(control).is_err(), "{control}");
        }
    }

    #[test]
    fn the_example_of_oidc_core_5_5_is_read() {
        let request = parsed(
            r#"{"userinfo": {"given_name": {"essential": true}, "nickname": null, "email": {"essential": true},
                "email_verified": {"essential": true}, "picture": null, "http://example.info/claims/groups": null},
                "id_token": {"auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}}}"#,
        );

        assert_eq!(request.scopes().collect::<Vec<_>>(), ["profile", "email", "email"]);
        assert_eq!(request.in_id_token().count(), 0);
        let acr = request.acr(None);
        assert_eq!((acr.values, acr.is_essential), (vec!["urn:mace:incommon:iap:silver".to_owned()], false));
    }

    #[test]
    fn an_essential_context_alone_decides() {
        let essential = parsed(r#"{"id_token":{"acr":{"essential":true,"values":["a","b"]}}}"#);
        let none_named = parsed(r#"{"id_token":{"acr":{"essential":true}}}"#);

        assert_eq!(essential.acr(Some("c")).values, ["a", "b"]);
        assert!(essential.acr(None).is_essential);
        assert_eq!(
            none_named.acr(Some("c d")),
            AcrRequest { values: vec!["c".into(), "d".into()], is_essential: false }
        );
    }

    #[test]
    fn the_person_may_be_named() {
        assert_eq!(parsed(r#"{"id_token":{"sub":{"value":"u1"}}}"#).sub(), Some("u1"));
        assert_eq!(parsed(r#"{"userinfo":{"sub":{"value":"u1"}}}"#).sub(), Some("u1"));
        assert_eq!(parsed(r#"{"id_token":{"sub":null}}"#).sub(), None);
        assert_eq!(parsed(r#"{"id_token":{"sub":{"value":1}}}"#).sub(), None);
    }

    #[test]
    fn what_is_no_such_object_is_an_invalid_request() {
        let long = format!(r#"{{"userinfo":{{"{}":null}}}}"#, "a".repeat(MAX_LENGTH));
        let deep = format!(r#"{{"userinfo":{{"a":{{"value":{}"#, "[".repeat(4000));
        for wrong in [
            "",
            "[]",
            "null",
            "{",
            "x",
            r#"{"userinfo":[]}"#,
            r#"{"userinfo":{"a":true}}"#,
            r#"{"id_token":{"a":{"essential":1}}}"#,
            &long,
            &deep,
        ] {
            assert_eq!(ClaimsRequest::parse(wrong).unwrap_err().code, OAuthErrorCode::InvalidRequest, "{wrong}");
        }
        assert!(parsed("{}").is_empty());
        assert!(parsed(r#"{"unknown":{"a":1}}"#).is_empty());
    }

    #[test]
    fn it_is_kept_and_read_back() {
        let request = parsed(r#"{"id_token":{"email":{"essential":true},"name":null}}"#);

        let kept = serde_json::to_value(&request).unwrap();

        assert_eq!(serde_json::from_value::<ClaimsRequest>(kept).unwrap(), request);
        assert_eq!(request.in_id_token().collect::<Vec<_>>(), ["name", "email"]);
    }
}
