//! Somebody with an account, and a browser without script.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use auth_doctor::Person;
use http::header::{self, HeaderMap};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use url::Url;

/// How many pages may follow each other.
const MOST_PAGES: usize = 8;
const PASSWORD: &str = "correct horse battery staple";

/// Somebody who is signed in at a server of this workspace, and allows whatever is asked.
#[derive(Debug)]
pub struct Account {
    client: Client,
    /// The base path, which ends in a slash: `http://localhost:3000/api/auth/`.
    base: Url,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// Why nobody is signed up.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// The server does not answer.
    #[error("the server does not answer")]
    Unreachable(#[from] reqwest::Error),
    /// It refuses.
    #[error("sign-up is answered {status}: {body}")]
    Refused {
        /// The status of the answer.
        status: u16,
        /// Its text.
        body: String,
    },
}

impl Account {
    /// Signs up under an address that nobody used before.
    ///
    /// # Errors
    /// [`SignUpError`] where the server does not answer, or not as it should.
    pub async fn signed_up(base: &Url, name: &str) -> Result<Self, SignUpError> {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let account = Self { client, base: base.clone(), cookies: Mutex::default() };
        let mut drawn = [0_u8; 8];
        rand::fill(&mut drawn);
        let email = format!("{}-{}@example.com", name.to_lowercase(), u64::from_be_bytes(drawn));
        let answer =
            account.posts("sign-up/email", &json!({ "name": name, "email": email, "password": PASSWORD })).await?;
        if answer.status().is_success() {
            return Ok(account);
        }
        Err(SignUpError::Refused { status: answer.status().as_u16(), body: answer.text().await.unwrap_or_default() })
    }

    /// As a script of the server's own pages does.
    async fn posts(&self, path: &str, body: &Value) -> Result<Response, reqwest::Error> {
        let url = self.base.join(path).unwrap_or_else(|_| self.base.clone());
        let request = self.client.post(url).json(body).header(header::ORIGIN, self.base.origin().ascii_serialization());
        self.sends(request).await
    }

    /// As a browser does that goes to a page.
    async fn visits(&self, url: &Url) -> Result<Response, reqwest::Error> {
        let request = self.client.get(url.clone()).header(header::ACCEPT, "text/html,application/xhtml+xml");
        self.sends(request.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document")).await
    }

    async fn sends(&self, request: RequestBuilder) -> Result<Response, reqwest::Error> {
        let line = {
            let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
        };
        let request = if line.is_empty() { request } else { request.header(header::COOKIE, line) };
        let response = request.send().await?;
        self.keeps(response.headers());
        Ok(response)
    }

    fn keeps(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for line in headers.get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let Some((name, value)) = pair.split_once('=') else { continue };
            if attributes.to_ascii_lowercase().contains("max-age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    async fn consents(&self, code: &str) -> Result<Url, String> {
        let answer = self.posts("oauth2/consent", &json!({ "accept": true, "consent_code": code })).await;
        let answer = answer.map_err(|error| format!("takes no consent: {error}"))?;
        let status = answer.status();
        let body: Value = answer.json().await.unwrap_or_default();
        let to = body.get("redirectURI").and_then(Value::as_str).and_then(|to| Url::parse(to).ok());
        to.ok_or_else(|| format!("answers {status} to the consent: {body}"))
    }
}

#[async_trait]
impl Person for Account {
    async fn allows(&self, request: &Url, redirect_uri: &str) -> Result<Url, String> {
        let mut at = request.clone();
        for _ in 0..MOST_PAGES {
            if at.as_str().starts_with(redirect_uri) {
                return Ok(at);
            }
            let asked = at.query_pairs().find(|(name, _)| name == "consent_code").map(|(_, code)| code.into_owned());
            if let Some(code) = asked {
                at = self.consents(&code).await?;
                continue;
            }
            let answer = self.visits(&at).await.map_err(|error| format!("is not answered: {error}"))?;
            let next = answer.headers().get(header::LOCATION).and_then(|to| at.join(to.to_str().ok()?).ok());
            at = next.ok_or_else(|| format!("answers {} at {}", answer.status(), at.path()))?;
        }
        Err(format!("ends at no redirect within {MOST_PAGES} pages"))
    }
}
