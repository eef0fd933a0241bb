//! Whether a client finds its way: from the challenge of the MCP route to the endpoints, walked before the app
//! serves. RFC 9728 §5, RFC 8414 §3, MCP authorization.

use std::net::{Ipv4Addr, SocketAddr};

use auth_protocol::metadata::{WellKnown, well_known_path};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use http::{Method, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt as _;
use url::Url;

use crate::guard::McpGuard;

/// The largest document that is read, in bytes.
const MOST: usize = 256 * 1024;
/// Whom the requests seem to come from.
const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What is missing at the root of an app.
const MERGE: &str = "merge `auth.router()` into the app at its root, below no path of its own";
/// What is missing at the MCP route.
const GUARD: &str = "serve each MCP endpoint at the path of its resource, with its own guard as its `route_layer`";

/// A route that clients need is missing, or answers something else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{method} {url} {found}; {fix}")]
pub struct SelfCheckError {
    /// The method of the request.
    pub method: Method,
    /// The URL a client would ask.
    pub url: String,
    /// What is wrong with the answer.
    pub found: String,
    /// What to do about it.
    pub fix: &'static str,
}

impl McpGuard {
    /// Walks the way of a client through the whole app as it is about to be served: the challenge of each MCP route,
    /// the documents of its resource and of the server, and the endpoints they name.
    ///
    /// ```ignore
    /// guard.self_check(&app).await?;
    /// ```
    ///
    /// # Errors
    /// [`SelfCheckError`] with the exact route that is missing, where the base URL names this machine. Elsewhere a
    /// proxy may add what is missing here: then it is a warning in the log.
    pub async fn self_check(&self, app: &Router) -> Result<(), SelfCheckError> {
        for guard in self.each() {
            match (Walk { guard: &guard, app }.to_the_endpoints().await) {
                Err(error) if !self.provider().cx().config().is_loopback() => {
                    let SelfCheckError { method, url, found, fix } = error;
                    tracing::warn!(%method, url, found, fix, "discovery.incomplete");
                }
                walked => walked?,
            }
        }
        Ok(())
    }
}

struct Walk<'a> {
    guard: &'a McpGuard,
    app: &'a Router,
}

/// What a request was answered.
struct Answer {
    method: Method,
    url: Url,
    status: StatusCode,
    challenge: Option<String>,
    body: Value,
}

impl Answer {
    fn wrong(&self, found: impl Into<String>, fix: &'static str) -> SelfCheckError {
        SelfCheckError { method: self.method.clone(), url: self.url.to_string(), found: found.into(), fix }
    }

    fn expects(self, status: StatusCode, fix: &'static str) -> Result<Self, SelfCheckError> {
        if self.status == status { Ok(self) } else { Err(self.wrong(format!("answers {}", self.status), fix)) }
    }

    fn says(&self, member: &str, expected: &str) -> Result<(), SelfCheckError> {
        match self.body.get(member).and_then(Value::as_str) {
            Some(value) if value == expected => Ok(()),
            Some(value) => Err(self.wrong(format!("says that {member} is {value}, not {expected}"), MERGE)),
            None => Err(self.wrong(format!("is no document with {member}"), MERGE)),
        }
    }
}

impl Walk<'_> {
    async fn to_the_endpoints(&self) -> Result<(), SelfCheckError> {
        let provider = self.guard.provider();
        let resource = self.guard.resource().as_str();
        let challenged = self.ask(Method::POST, resource).await?.expects(StatusCode::UNAUTHORIZED, GUARD)?;
        let metadata_url = self.guard.resource_metadata().as_str();
        if !challenged.challenge.as_deref().is_some_and(|challenge| challenge.contains(metadata_url)) {
            return Err(challenged.wrong(format!("has no challenge that leads to {metadata_url}"), GUARD));
        }
        self.document(metadata_url).await?.says("resource", resource)?;
        let issuer = provider.issuer();
        let path = Url::parse(&issuer).map(|url| url.path().to_owned()).unwrap_or_default();
        let mut endpoints = Value::Null;
        for of in [WellKnown::OAuthAuthorizationServer, WellKnown::OpenIdConfiguration] {
            let url = format!("{}{}", provider.cx().config().origin(), well_known_path(of, &path));
            let document = self.document(&url).await?;
            document.says("issuer", &issuer)?;
            endpoints = document.body;
        }
        for (member, method) in [
            ("jwks_uri", Method::GET),
            ("authorization_endpoint", Method::GET),
            ("token_endpoint", Method::POST),
            ("registration_endpoint", Method::POST),
        ] {
            let Some(url) = endpoints.get(member).and_then(Value::as_str) else { continue };
            let answer = self.ask(method, url).await?;
            if matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
                return Err(answer.wrong(format!("answers {}", answer.status), MERGE));
            }
        }
        Ok(())
    }

    async fn document(&self, url: &str) -> Result<Answer, SelfCheckError> {
        self.ask(Method::GET, url).await?.expects(StatusCode::OK, MERGE)
    }

    /// Asks the app itself: nothing leaves the process.
    async fn ask(&self, method: Method, url: &str) -> Result<Answer, SelfCheckError> {
        let odd = |found: &str| SelfCheckError {
            method: method.clone(),
            url: url.to_owned(),
            found: found.to_owned(),
            fix: "use http or https URLs",
        };
        let parsed = Url::parse(url).map_err(|_| odd("is no URL"))?;
        let request = Request::builder()
            .method(method.clone())
            .uri(&parsed[url::Position::BeforePath..])
            .header(header::HOST, parsed.authority())
            .extension(ConnectInfo(HERE))
            .body(Body::empty())
            .map_err(|_| odd("is no URL of a request"))?;
        let response = match self.app.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let status = response.status();
        let challenge = response.headers().get(header::WWW_AUTHENTICATE);
        let challenge = challenge.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = to_bytes(response.into_body(), MOST).await.unwrap_or_default();
        let body = serde_json::from_slice(&body).unwrap_or_default();
        Ok(Answer { method, url: parsed, status, challenge, body })
    }
}
