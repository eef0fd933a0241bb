//! Answers of OAuth endpoints. RFC 6749 §5.

use std::ops::Deref;

use auth_protocol::OAuthErrorCode;
use http::StatusCode;
use serde_json::Value;

use crate::answer::Answer;
use crate::authorization::parse;

/// An answer of an OAuth endpoint.
#[derive(Clone, Debug)]
pub struct OAuthAnswer {
    to: &'static str,
    answer: Answer,
}

/// The tokens of a successful answer. RFC 6749 §5.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// The access token.
    pub access_token: String,
    /// Its type: `Bearer`.
    pub token_type: String,
    /// Seconds it lives.
    pub expires_in: Option<u64>,
    /// The refresh token, if there is one.
    pub refresh_token: Option<String>,
    /// The ID token, if there is one.
    pub id_token: Option<String>,
    /// The scopes that were granted.
    pub scope: Option<String>,
    /// The whole answer.
    pub json: Value,
}

impl Tokens {
    /// Demands a refresh token.
    pub fn refresh(&self) -> &str {
        self.refresh_token.as_deref().unwrap_or_else(|| panic!("no refresh token in {}", self.json))
    }

    /// Demands an ID token.
    pub fn id(&self) -> &str {
        self.id_token.as_deref().unwrap_or_else(|| panic!("no ID token in {}", self.json))
    }

    /// Returns the granted scopes, one by one.
    pub fn scopes(&self) -> Vec<&str> {
        let scope = self.scope.as_deref().unwrap_or_default();
        scope.split_whitespace().collect()
    }
}

impl Deref for OAuthAnswer {
    type Target = Answer;

    fn deref(&self) -> &Answer {
        &self.answer
    }
}

impl OAuthAnswer {
    pub(crate) fn new(to: &'static str, answer: Answer) -> Self {
        Self { to, answer }
    }

    /// Demands tokens; panics with the answer otherwise.
    pub fn succeeds(&self) -> Tokens {
        let json = self.is_ok();
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        let demanded = |name: &str| text(name).unwrap_or_else(|| panic!("{}: no {name} in {json}", self.to));
        Tokens {
            access_token: demanded("access_token"),
            token_type: demanded("token_type"),
            expires_in: json.get("expires_in").and_then(Value::as_u64),
            refresh_token: text("refresh_token"),
            id_token: text("id_token"),
            scope: text("scope"),
            json,
        }
    }

    /// Demands status 200 and returns the JSON, null if the body is empty: introspection,
    /// userinfo, revocation.
    pub fn is_ok(&self) -> Value {
        assert_eq!(self.answer.status, StatusCode::OK, "{}: {}", self.to, self.answer.describe());
        if self.answer.body.is_empty() { Value::Null } else { self.answer.json() }
    }

    /// Demands this error, in the body or in the challenge; panics with the answer otherwise.
    ///
    /// A client error must not be told as a success, and the server's fault not as the client's.
    pub fn fails_with(&self, code: OAuthErrorCode) {
        let status = self.answer.status;
        let told = format!("{}: {}", self.to, self.answer.describe());
        assert!(status.is_client_error() || status.is_server_error(), "{told}");
        assert_eq!(self.error(), Some(code), "{told}");
        let own = matches!(code, OAuthErrorCode::ServerError | OAuthErrorCode::TemporarilyUnavailable);
        assert_eq!(status.is_server_error(), own, "{told}");
    }

    /// Returns the error, if the answer is one.
    pub fn error(&self) -> Option<OAuthErrorCode> {
        let json: Option<Value> = serde_json::from_slice(&self.answer.body).ok();
        let body = json.as_ref().and_then(|json| json.get("error")?.as_str());
        match body {
            Some(error) => Some(parse(error)),
            None => self.answer.challenge().get("error").map(|error| parse(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header};

    use super::*;

    fn answer(status: u16, body: &'static str) -> OAuthAnswer {
        let answer =
            Answer { status: StatusCode::from_u16(status).unwrap(), headers: HeaderMap::new(), body: body.into() };
        OAuthAnswer::new("token", answer)
    }

    #[test]
    fn tokens_are_read() {
        let body = r#"{"access_token":"a","token_type":"Bearer","expires_in":3600,"refresh_token":"r","scope":"x y"}"#;

        let tokens = answer(200, body).succeeds();

        assert_eq!((&*tokens.access_token, tokens.refresh()), ("a", "r"));
        assert_eq!(tokens.scopes(), ["x", "y"]);
        assert_eq!(tokens.id_token, None);
    }

    #[test]
    fn an_error_is_found_in_the_body_or_in_the_challenge() {
        answer(400, r#"{"error":"invalid_grant"}"#).fails_with(OAuthErrorCode::InvalidGrant);
        let mut challenged = answer(401, "");
        let challenge = HeaderValue::from_static(r#"Bearer error="invalid_token""#);
        let headers = &mut challenged.answer.headers;
        headers.insert(header::WWW_AUTHENTICATE, challenge);
        challenged.fails_with(OAuthErrorCode::InvalidToken);
    }

    #[test]
    #[should_panic(expected = "token: 400 Bad Request")]
    fn an_error_is_no_success() {
        answer(400, r#"{"error":"invalid_grant"}"#).succeeds();
    }

    #[test]
    #[should_panic(expected = "200 OK")]
    fn an_error_with_status_200_is_none() {
        answer(200, r#"{"error":"invalid_grant"}"#).fails_with(OAuthErrorCode::InvalidGrant);
    }
}
