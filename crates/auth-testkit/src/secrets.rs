//! Every credential that passed by, so that a test can look for it where it must not be.

use std::sync::Mutex;

use cookie::Cookie;
use http::header;
use serde_json::Value;
use url::Url;

use crate::answer::Answer;

/// Members of JSON answers and parameters of URLs that are credentials.
const MEMBERS: [&str; 9] = [
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
    "registration_access_token",
    "registration_access_token",
    "token",
    "consent_code",
    "csrf",
];
const PARAMETERS: [&str; 3] = ["code", "consent_code", "interaction"];

/// What is shorter could stand in a table by chance.
const SHORTEST: usize = 8;

/// A credential a test has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSecret {
    /// What it is: `access_token`, `cookie better-auth.session_token`, `password`.
    pub what: String,
    /// The credential.
    pub value: String,
}

#[derive(Debug, Default)]
pub(crate) struct Secrets(Mutex<Vec<KnownSecret>>);

impl Secrets {
    pub(crate) fn learn(&self, what: &str, value: &str) {
        if value.len() < SHORTEST {
            return;
        }
        let secret = KnownSecret { what: what.to_owned(), value: value.to_owned() };
        let mut known = self.0.lock().unwrap();
        if !known.contains(&secret) {
            known.push(secret);
        }
    }

    pub(crate) fn all(&self) -> Vec<KnownSecret> {
        self.0.lock().unwrap().clone()
    }

    /// Learns what an answer gives away: cookies, tokens, codes, handles.
    pub(crate) fn learn_from(&self, answer: &Answer, base: &Url) {
        for line in answer.headers.get_all(header::SET_COOKIE) {
            if let Ok(cookie) = Cookie::parse_encoded(line.to_str().unwrap_or_default()) {
                // A signed cookie is `value.signature`; the value is the credential.
                let value = cookie.value();
                let value = value.rsplit_once('.').map_or(value, |(value, _)| value);
                self.learn(&format!("cookie {}", cookie.name()), value);
            }
        }
        if let Some(url) = answer.location().and_then(|url| base.join(&url).ok()) {
            self.learn_from_url(&url);
        }
        if let Ok(json) = serde_json::from_slice::<Value>(&answer.body) {
            self.learn_from_json(&json);
            if let Some(session) = json.get("session") {
                self.learn_from_json(session);
            }
        }
    }

    pub(crate) fn learn_from_url(&self, url: &Url) {
        for (name, value) in url.query_pairs() {
            if PARAMETERS.contains(&&*name) {
                self.learn(&name, &value);
            }
        }
    }

    /// Learns a field of a form that is a credential.
    pub(crate) fn learn_field(&self, name: &str, value: &str) {
        if PARAMETERS.contains(&name) || MEMBERS.contains(&name) {
            self.learn(name, value);
        }
    }

    fn learn_from_json(&self, json: &Value) {
        for name in MEMBERS {
            if let Some(value) = json.get(name).and_then(Value::as_str) {
                self.learn(name, value);
            }
        }
        for name in ["url", "redirectURI"] {
            let url = json.get(name).and_then(Value::as_str);
            if let Some(url) = url.and_then(|url| Url::parse(url).ok()) {
                self.learn_from_url(&url);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::*;

    #[test]
    fn an_answer_gives_its_credentials_away() {
        let mut headers = HeaderMap::new();
        let cookie = HeaderValue::from_static("sid=0123456789%2Babc.c2ln; Path=/");
        headers.insert(header::SET_COOKIE, cookie);
        let location = HeaderValue::from_static("/next?code=a-long-code&state=a-long-state");
        headers.insert(header::LOCATION, location);
        let body = r#"{"access_token":"a-long-token","token_type":"bearer-token","session":{"token":"session-token"}}"#;
        let answer = Answer { status: StatusCode::FOUND, headers, body: body.into() };
        let secrets = Secrets::default();

        secrets.learn_from(&answer, &Url::parse("http://localhost").unwrap());

        let mut values: Vec<String> = secrets.all().into_iter().map(|known| known.value).collect();
        values.sort();
        assert_eq!(values, ["0123456789+abc", "a-long-code", "a-long-token", "session-token"]);
    }
}
