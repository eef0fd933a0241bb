//! An answer, read to its end.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the body as JSON; panics with the body if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.describe()))
    }

    /// Returns the first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns where the answer redirects to.
    pub fn location(&self) -> Option<String> {
        self.header("location").map(str::to_owned)
    }

    /// Returns the parameters of the `WWW-Authenticate` header. RFC 9110 §11.6.1.
    pub fn challenge(&self) -> BTreeMap<String, String> {
        let header = self.headers.get(header::WWW_AUTHENTICATE);
        let text = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (_, mut rest) = text.split_once(' ').unwrap_or_default();
        let mut parameters = BTreeMap::new();
        while let Some((name, after)) = rest.split_once('=') {
            let (value, next) = match after.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => after.split_once(',').unwrap_or((after, "")),
            };
            let name = name.trim_matches([',', ' ']).to_owned();
            parameters.insert(name, value.trim().to_owned());
            rest = next;
        }
        parameters
    }

    /// Demands a status, and returns the answer; panics with the body if it is another.
    #[expect(clippy::return_self_not_must_use, reason = "the demand is the point; the answer is often not needed")]
    pub fn expects(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.describe());
        self
    }

    /// Tells the answer to whoever reads a failed test.
    pub fn describe(&self) -> String {
        let mut text = format!("{}", self.status);
        for name in [header::LOCATION, header::WWW_AUTHENTICATE] {
            if let Some(value) = self.headers.get(&name).and_then(|value| value.to_str().ok()) {
                let _ = write!(text, "\n{name}: {value}");
            }
        }
        let body: String = self.text().chars().take(2000).collect();
        format!("{text}\n{body}")
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_challenge_is_split_into_its_parameters() {
        let challenge = r#"Bearer resource_metadata="https://a.example/x?a=b", scope="a, b", error=invalid_token"#;
        let mut headers = HeaderMap::new();
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        let answer = Answer { status: StatusCode::UNAUTHORIZED, headers, body: Bytes::new() };

        let parameters = answer.challenge();

        assert_eq!(parameters["resource_metadata"], "https://a.example/x?a=b");
        assert_eq!(parameters["scope"], "a, b");
        assert_eq!(parameters["error"], "invalid_token");
    }
}
