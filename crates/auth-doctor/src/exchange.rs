//! Requests as a client makes them, and what came back.

use std::time::Duration;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::rule::{Failure, Rule};

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest answer that is read, in bytes.
const MOST: usize = 1024 * 1024;
/// Methods and headers that need no preflight. Fetch §2.2.1 and §2.2.2.
const SIMPLE_HEADERS: [HeaderName; 3] = [header::ACCEPT, header::ACCEPT_LANGUAGE, header::CONTENT_TYPE];

/// Sends requests as one client does: a program, or a page of another origin.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    client: reqwest::Client,
    /// The origin of the page.
    page: Option<HeaderValue>,
}

/// A request with a body of its kind.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// An answer, with the request that it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) request: String,
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Why a page may not read it.
    hidden: Option<Failure>,
}

impl Request {
    pub(crate) fn get(url: &Url) -> Self {
        Self::new(Method::GET, url, "application/json", Vec::new())
    }

    pub(crate) fn json(url: &Url, body: &Value) -> Self {
        Self::new(Method::POST, url, "application/json", body.to_string().into_bytes())
            .with(header::CONTENT_TYPE, "application/json")
    }

    pub(crate) fn form(url: &Url, fields: &[(&str, &str)]) -> Self {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::new(Method::POST, url, "application/json", body.into_bytes())
            .with(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
    }

    fn new(method: Method, url: &Url, accept: &'static str, body: Vec<u8>) -> Self {
        let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
        Self { method, url: url.clone(), headers, body }
    }

    /// Adds a header; one that cannot stand in a header is left out.
    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    fn words(&self) -> String {
        format!("{} {}", self.method, shown(&self.url))
    }
}

/// A URL without what may be a secret: who asks, and the query.
pub(crate) fn shown(url: &Url) -> String {
    let query = if url.query().is_some() { "?…" } else { "" };
    format!("{}{}{query}", url.origin().ascii_serialization(), url.path())
}

impl Exchange {
    /// Sends as a program, or as a page of this origin.
    pub(crate) fn new(page: Option<&str>) -> Result<Self, Failure> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .user_agent(concat!("auth-doctor/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::new(Rule::Reachable, "a request", format!("cannot be made: {error}")))?;
        Ok(Self { client, page: page.and_then(|origin| HeaderValue::from_str(origin).ok()) })
    }

    /// Sends as a program does, whoever the client is: a person's browser goes this way.
    pub(crate) async fn navigates(&self, url: &Url) -> Result<Answer, Failure> {
        self.once(&Request::new(Method::GET, url, "text/html", Vec::new())).await
    }

    /// Sends; a page asks before, as its browser would. Whether it may read the answer is judged where the answer is
    /// otherwise as it should be: a page that is not there is no matter of its headers.
    pub(crate) async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let Some(page) = &self.page else { return self.once(&request).await };
        let asked = self.preflight(&request, page).await;
        let answer = self.once(&Request { headers: with_origin(&request.headers, page), ..request }).await?;
        let hidden = match asked {
            Err(failure) => Some(failure),
            Ok(()) if allows_origin(&answer.headers, page) => None,
            Ok(()) => Some(answer.breaks(Rule::Cors, "has no Access-Control-Allow-Origin for pages of other origins")),
        };
        Ok(Answer { hidden, ..answer })
    }

    async fn preflight(&self, request: &Request, page: &HeaderValue) -> Result<(), Failure> {
        let is_form = request.headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/json");
        let unusual: Vec<&str> = request
            .headers
            .keys()
            .filter(|name| !SIMPLE_HEADERS.contains(name) || (!is_form && **name == header::CONTENT_TYPE))
            .map(HeaderName::as_str)
            .collect();
        if unusual.is_empty() && [Method::GET, Method::POST].contains(&request.method) {
            return Ok(());
        }
        let asks = Request::new(Method::OPTIONS, &request.url, "*/*", Vec::new())
            .with(header::ACCESS_CONTROL_REQUEST_METHOD, request.method.as_str())
            .with(header::ACCESS_CONTROL_REQUEST_HEADERS, &unusual.join(","));
        let answer = self.once(&Request { headers: with_origin(&asks.headers, page), ..asks }).await?;
        if !answer.status.is_success() {
            return Err(answer.breaks(Rule::Cors, format!("answers {} to a preflight", answer.status)));
        }
        if !allows_origin(&answer.headers, page) {
            return Err(answer.breaks(Rule::Cors, "lets pages of no other origin ask"));
        }
        let allowed = listed(&answer.headers, &header::ACCESS_CONTROL_ALLOW_HEADERS);
        let missing = unusual.iter().find(|name| {
            // `*` is every header but this one. Fetch §4.9.
            let any = **name != "authorization" && allowed.iter().any(|allowed| allowed == "*");
            !any && !allowed.iter().any(|allowed| allowed == *name)
        });
        match missing {
            Some(name) => Err(answer.breaks(Rule::Cors, format!("does not allow the header {name}"))),
            None => Ok(()),
        }
    }

    async fn once(&self, request: &Request) -> Result<Answer, Failure> {
        let words = request.words();
        let lost = |error: &reqwest::Error| Failure::new(Rule::Reachable, &words, why(error));
        let mut response = self
            .client
            .request(request.method.clone(), request.url.clone())
            .headers(request.headers.clone())
            .body(request.body.clone())
            .send()
            .await
            .map_err(|error| lost(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        loop {
            let part = match response.chunk().await {
                Ok(Some(part)) => part,
                Ok(None) => break,
                // A stream of events need not end: what is in it by then is enough.
                Err(_) if is_stream(&headers) => break,
                Err(error) => return Err(lost(&error)),
            };
            body.extend_from_slice(&part);
            if body.len() > MOST || is_answered(&headers, &body) {
                break;
            }
        }
        Ok(Answer { request: words, url: request.url.clone(), status, headers, body, hidden: None })
    }
}

/// Says why there is no answer, without the URL, which the report has.
fn why(error: &reqwest::Error) -> String {
    let mut source: &dyn std::error::Error = error;
    while let Some(deeper) = source.source() {
        source = deeper;
    }
    if error.is_timeout() {
        "answers nothing within 20 seconds".to_owned()
    } else {
        format!("is not answered: {source}")
    }
}

/// Whether a stream has its first message.
fn is_answered(headers: &HeaderMap, body: &[u8]) -> bool {
    is_stream(headers) && message_in(body).is_some()
}

fn is_stream(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event"))
}

/// The first message of JSON-RPC with a result or an error, in a stream of events.
fn message_in(body: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(body).replace("\r\n", "\n");
    let (whole, _) = text.rsplit_once("\n\n")?;
    whole.split("\n\n").find_map(|event| {
        let lines = event.lines().filter_map(|line| line.strip_prefix("data:"));
        let data = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n");
        let message: Value = serde_json::from_str(&data).ok()?;
        (message.get("result").is_some() || message.get("error").is_some()).then_some(message)
    })
}

fn with_origin(headers: &HeaderMap, page: &HeaderValue) -> HeaderMap {
    let mut headers = headers.clone();
    headers.insert(header::ORIGIN, page.clone());
    headers
}

fn allows_origin(headers: &HeaderMap, page: &HeaderValue) -> bool {
    headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_some_and(|allowed| allowed == "*" || allowed == page)
}

/// The words of a list header, in lower case.
fn listed(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|word| word.trim().to_ascii_lowercase()).collect()
}

impl Answer {
    pub(crate) fn breaks(&self, rule: Rule, found: impl Into<String>) -> Failure {
        Failure::new(rule, &self.request, found)
    }

    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether a page may read this header. Fetch §3.3.4.
    pub(crate) fn exposes(&self, name: &HeaderName) -> bool {
        listed(&self.headers, &header::ACCESS_CONTROL_EXPOSE_HEADERS)
            .iter()
            .any(|exposed| *exposed == "*" || *exposed == name.as_str())
    }

    /// Refuses an answer that sends elsewhere.
    pub(crate) fn stays(self) -> Result<Self, Failure> {
        if self.status.is_redirection() {
            let to = self.header(&header::LOCATION).and_then(|to| self.url.join(to).ok());
            let to = to.map_or_else(|| "nowhere".to_owned(), |to| shown(&to));
            return Err(self.breaks(Rule::NoRedirect, format!("answers {} and sends to {to}", self.status)));
        }
        Ok(self)
    }

    /// Refuses an answer that a page may not read.
    pub(crate) fn is_readable(&self) -> Result<(), Failure> {
        self.hidden.clone().map_or(Ok(()), Err)
    }

    pub(crate) fn value(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The message of JSON-RPC in the answer, which is JSON or a stream of events.
    pub(crate) fn message(&self) -> Option<Value> {
        self.value().or_else(|| message_in(&self.body))
    }

    /// Reads a document. RFC 8414 §3.2, RFC 9728 §3.2.
    pub(crate) fn document<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let kind = self.header(&header::CONTENT_TYPE).unwrap_or("no content type").to_owned();
        if !kind.to_ascii_lowercase().starts_with("application/json") {
            return Err(self.breaks(Rule::Json, format!("answers {kind}, not application/json")));
        }
        let read = serde_json::from_slice(&self.body);
        let document = read.map_err(|error| self.breaks(Rule::Json, format!("answers no document: {error}")))?;
        self.is_readable()?;
        Ok(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_of_a_stream_is_found_and_notifications_are_passed_over() {
        let stream = b"data: {\"method\":\"ping\"}\n\ndata: {\"id\":1,\r\ndata: \"result\":{}}\r\n\r\n";

        assert_eq!(message_in(stream).unwrap()["id"], 1);
        assert_eq!(message_in(&stream[..40]), None);
    }

    #[test]
    fn what_is_said_of_a_request_has_no_query() {
        let url = Url::parse("https://a.example/authorize?state=x").unwrap();

        assert_eq!(Request::get(&url).words(), "GET https://a.example/authorize?…");
    }
}
