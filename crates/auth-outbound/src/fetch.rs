//! One guarded exchange: a document is fetched, or a form is posted.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use reqwest::{Client, RequestBuilder, Response, redirect, retry};
use serde::de::DeserializeOwned;
use url::Url;

use crate::development::DevelopmentHosts;
use crate::error::OutboundError;
use crate::form::Form;
use crate::options::OutboundOptions;
use crate::resolver::GuardedResolver;
use crate::target::Reach;

/// Fetches small JSON documents from the public internet, posts small forms to it, and to nowhere else.
///
/// Cheap to clone. Connections are not kept: each fetch resolves and checks anew.
#[derive(Clone, Debug)]
pub struct Outbound {
    client: Client,
    /// The client for hosts that stand for servers on this machine, where there are any.
    development: Option<(DevelopmentHosts, Client)>,
    reach: Reach,
    timeout: Duration,
    body_limit: usize,
}

impl Outbound {
    /// Makes a client, reading the root certificates of the system.
    ///
    /// # Errors
    ///
    /// [`OutboundError::Client`] if TLS cannot be set up.
    pub fn new(options: OutboundOptions) -> Result<Self, OutboundError> {
        let OutboundOptions { timeout, body_limit, reach, lookup, development } = options;
        let builder = || {
            Client::builder()
                .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
                .timeout(timeout)
                .redirect(redirect::Policy::none())
                .retry(retry::never())
                .referer(false)
                .no_proxy()
                .pool_max_idle_per_host(0)
                .dns_resolver(GuardedResolver { reach, lookup: Arc::clone(&lookup) })
        };
        let client = builder().build().map_err(|error| OutboundError::Client(error.into()))?;
        let development =
            if development.is_empty() { None } else { Some((development.clone(), development.client(builder())?)) };
        Ok(Self { client, development, reach, timeout, body_limit })
    }

    /// Returns the same client with another limit on the body, in bytes.
    #[must_use]
    pub fn capped_at(&self, body_limit: usize) -> Self {
        Self { body_limit, ..self.clone() }
    }

    /// Fetches a document, whatever its status. A redirect is an answer like any other.
    ///
    /// # Errors
    ///
    /// See [`OutboundError`]; nothing is sent when the URL or an address is refused.
    #[tracing::instrument(skip_all, fields(host = url.host_str()))]
    pub async fn fetch_json(&self, url: &Url) -> Result<Fetched, OutboundError> {
        let request = self.client_for(url)?.get(url.clone());
        let fetched = self.exchange(request.header(ACCEPT, "application/json, application/*+json;q=0.9")).await?;
        tracing::debug!(status = fetched.status, bytes = fetched.body.len(), "document.fetched");
        Ok(fetched)
    }

    /// Posts a form and reads the answer in JSON, whatever its status. It is sent to this URL alone: a redirect
    /// is an answer like any other.
    ///
    /// # Errors
    ///
    /// As [`Outbound::fetch_json`]; nothing is sent when the URL or an address is refused.
    #[tracing::instrument(skip_all, fields(host = url.host_str()))]
    pub async fn post_form(&self, url: &Url, form: &Form) -> Result<Fetched, OutboundError> {
        let request = form.on(self.client_for(url)?.post(url.clone()));
        let fetched = self.exchange(request.header(ACCEPT, "application/json")).await?;
        tracing::debug!(status = fetched.status, bytes = fetched.body.len(), "form.posted");
        Ok(fetched)
    }

    /// The client for a URL that may be reached.
    fn client_for(&self, url: &Url) -> Result<&Client, OutboundError> {
        self.reach.admits_url(url)?;
        Ok(match &self.development {
            Some((hosts, client)) if hosts.have(url) => client,
            Some(_) | None => &self.client,
        })
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Fetched, OutboundError> {
        let response = request.send().await.map_err(|error| self.failure(error))?;
        let (status, content_type, cache_control) =
            (response.status().as_u16(), text(&response, CONTENT_TYPE), text(&response, CACHE_CONTROL));
        let body = self.body(response).await?;
        Ok(Fetched { status, body, content_type, cache_control })
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, OutboundError> {
        let limit = self.body_limit;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(error))? {
            if chunk.len() > limit - body.len() {
                return Err(OutboundError::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Finds the category of a failure, which may be one of the resolver's own.
    fn failure(&self, error: reqwest::Error) -> OutboundError {
        if error.is_timeout() {
            return OutboundError::Timeout { allowed: self.timeout };
        }
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(inner) = cause {
            match inner.downcast_ref::<OutboundError>() {
                Some(OutboundError::Address) => return OutboundError::Address,
                Some(_) => return OutboundError::Lookup(error.without_url().into()),
                None => cause = inner.source(),
            }
        }
        OutboundError::Network(error.without_url().into())
    }
}

fn text(response: &Response, name: HeaderName) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

/// What a server answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The HTTP status, of any class.
    pub status: u16,
    /// The whole body, at most as long as the client allows.
    pub body: Vec<u8>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The `Cache-Control` header.
    pub cache_control: Option<String>,
}

impl Fetched {
    /// Says whether the content type is `application/json` or `application/<x>+json`.
    pub fn is_json(&self) -> bool {
        let Some(content_type) = &self.content_type else {
            return false;
        };
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence.strip_prefix("application/").is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
    }

    /// Returns how long the answer may be kept, if the server says so. RFC 9111 §5.2.2.
    ///
    /// `no-store` and `no-cache` are zero and win over `max-age`.
    pub fn max_age(&self) -> Option<Duration> {
        let directives = || self.cache_control.as_deref().unwrap_or_default().split(',').map(str::trim);
        if directives().any(|d| d.eq_ignore_ascii_case("no-store") || d.eq_ignore_ascii_case("no-cache")) {
            return Some(Duration::ZERO);
        }
        directives()
            .filter_map(|directive| directive.split_once('='))
            .find(|(name, _)| name.eq_ignore_ascii_case("max-age"))
            .and_then(|(_, seconds)| seconds.trim_matches('"').parse().ok())
            .map(Duration::from_secs)
    }

    /// Reads the body as JSON.
    ///
    /// # Errors
    ///
    /// If the body is not JSON of this shape. The text may quote the body: for logs, not for answers.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetched")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("cache_control", &self.cache_control)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetched(content_type: Option<&str>, cache_control: Option<&str>) -> Fetched {
        Fetched {
            status: 200,
            body: b"hush".to_vec(),
            content_type: content_type.map(str::to_owned),
            cache_control: cache_control.map(str::to_owned),
        }
    }

    #[test]
    fn json_has_one_content_type_and_its_relatives() {
        for good in ["application/json", "Application/JSON; charset=utf-8", "application/jwk-set+json"] {
            assert!(fetched(Some(good), None).is_json(), "{good}");
        }
        for bad in ["text/html", "text/json", "application/jsonp", "application/json-seq", "json", "", "image/svg+xml"]
        {
            assert!(!fetched(Some(bad), None).is_json(), "{bad}");
        }
        assert!(!fetched(None, None).is_json());
    }

    #[test]
    fn the_age_of_an_answer_is_read_from_hostile_headers_too() {
        let max_age = |header| fetched(None, Some(header)).max_age();

        assert_eq!(max_age("public, Max-Age=300"), Some(Duration::from_mins(5)));
        assert_eq!(max_age("max-age=\"300\""), Some(Duration::from_mins(5)));
        assert_eq!(max_age("max-age=1000000000"), Some(Duration::from_secs(1_000_000_000)));
        for unreadable in ["max-age=-1", "max-age=18446744073709551616", "max-age=", "max-age", "s-maxage=5", ""] {
            assert_eq!(max_age(unreadable), None, "{unreadable}");
        }
        for never in ["no-store", "NO-CACHE", "max-age=300, no-store", "no-store, max-age=300"] {
            assert_eq!(max_age(never), Some(Duration::ZERO), "{never}");
        }
    }

    #[test]
    fn debug_hides_the_body() {
        assert!(!format!("{:?}", fetched(None, None)).contains("hush"));
    }

    #[test]
    fn hostile_bodies_are_refused_by_the_reader() {
        let depth = "[".repeat(10_000);
        for bad in [&b"\xef\xbb\xbf{}"[..], b"{\"a\":\"\xff\"}", depth.as_bytes(), b"<html>", b"", b"{} {}"] {
            let document = Fetched { body: bad.to_vec(), ..fetched(None, None) };

            assert!(document.json::<serde_json::Value>().is_err());
        }
    }
}
