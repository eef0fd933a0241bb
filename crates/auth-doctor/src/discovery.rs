//! From the URL of an MCP server to the endpoints. RFC 9728 §3 and §5, RFC 8414 §3, MCP authorization.

use auth_protocol::metadata::{WellKnown, appended_well_known_path, well_known_path};
use http::{HeaderName, StatusCode, header};
use serde_json::json;
use url::Url;

use crate::challenge::Challenge;
use crate::document::{ResourceDocument, ServerDocument};
use crate::exchange::{Answer, Exchange, Request, shown};
use crate::profile::{Check, Profile, ResourcePlace, ServerPlace};
use crate::rule::{Failure, Rule};

/// Sent with every request. MCP 2025-06-18, transports.
pub(crate) const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
/// The revision that a made-up call speaks.
pub(crate) const REVISION: &str = "2025-11-25";

/// A client that looks for its way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seeker<'a> {
    pub(crate) exchange: &'a Exchange,
    pub(crate) profile: &'a Profile,
    /// The URL of the MCP server, as it is typed in.
    pub(crate) target: &'a Url,
}

impl Seeker<'_> {
    /// Asks the MCP route without a token, and reads the challenge.
    pub(crate) async fn challenge(&self) -> Result<Challenge, Failure> {
        let mut answer = self.exchange.send(call(self.target, None)).await?.stays()?;
        if answer.status.is_success() {
            // Some tools may be for everybody: then a client is asked once it wants more, and this is no message.
            answer = self.exchange.send(Request::json(self.target, &json!({}))).await?.stays()?;
        }
        self.is_refused(&answer).await?;
        answer.is_readable()?;
        let Some(value) = answer.header(&header::WWW_AUTHENTICATE) else {
            return Err(answer.breaks(Rule::Challenge, "answers 401 without the header WWW-Authenticate"));
        };
        if self.is_page() && !answer.exposes(&header::WWW_AUTHENTICATE) {
            return Err(answer.breaks(Rule::ExposedChallenge, "does not expose the header WWW-Authenticate"));
        }
        if value.starts_with("DPoP ") {
            return Err(answer.breaks(Rule::BearerTokens, "asks for a proof of possession"));
        }
        Challenge::parse(value).ok_or_else(|| answer.breaks(Rule::Challenge, "answers 401 without a Bearer challenge"))
    }

    /// Demands a 401, and says why there is another answer.
    async fn is_refused(&self, answer: &Answer) -> Result<(), Failure> {
        let status = answer.status;
        let rule = match status {
            StatusCode::UNAUTHORIZED => return Ok(()),
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::BAD_GATEWAY => Rule::McpRoute,
            StatusCode::FORBIDDEN if self.is_page() => {
                let program = Exchange::new(None)?.send(call(self.target, None)).await?;
                if program.status == StatusCode::FORBIDDEN { Rule::Host } else { Rule::Origins }
            }
            StatusCode::FORBIDDEN => Rule::Host,
            StatusCode::TOO_MANY_REQUESTS => Rule::Reachable,
            status if status.is_server_error() => Rule::Reachable,
            _ => Rule::Guard,
        };
        Err(answer.breaks(rule, format!("answers {status} to a call without a token")))
    }

    /// Finds what the resource says about itself, in the places and the order of this client.
    pub(crate) async fn resource(&self, challenge: &Challenge) -> Result<ResourceDocument, Failure> {
        let mut first = None;
        for place in self.profile.resource_places() {
            let Some(url) = self.resource_place(place, challenge)? else { continue };
            if let Some(answer) = self.found(&url, &mut first).await? {
                let document: ResourceDocument = answer.document()?;
                self.judge_resource(&answer, &document)?;
                return Ok(document);
            }
        }
        Err(missing(first, Rule::ResourceMetadata))
    }

    fn resource_place(&self, place: ResourcePlace, challenge: &Challenge) -> Result<Option<Url>, Failure> {
        let path = self.target.path();
        let kind = WellKnown::OAuthProtectedResource;
        let at = match place {
            ResourcePlace::Challenge => {
                let Some(text) = challenge.get("resource_metadata") else { return Ok(None) };
                let told = || {
                    Failure::new(
                        Rule::Challenge,
                        format!("POST {}", shown(self.target)),
                        "names no URL as resource_metadata",
                    )
                };
                let url = Url::parse(text).map_err(|_| told())?;
                if self.profile.makes(Check::SameOrigin) && url.origin() != self.target.origin() {
                    let found = format!("leads to {url}, which is of another origin");
                    return Err(Failure::new(Rule::SameOrigin, format!("POST {}", shown(self.target)), found));
                }
                return Ok(Some(url));
            }
            ResourcePlace::Inserted => well_known_path(kind, path),
            ResourcePlace::Appended => appended_well_known_path(kind, path),
            ResourcePlace::Root => kind.root_path().to_owned(),
        };
        Ok(at_origin(self.target, &at))
    }

    fn judge_resource(&self, answer: &Answer, document: &ResourceDocument) -> Result<(), Failure> {
        if document.authorization_servers.is_empty() {
            return Err(answer.breaks(Rule::AuthorizationServers, "names no authorization server"));
        }
        let (said, typed) = (document.resource.as_str(), self.target.as_str());
        if !self.profile.makes(Check::Resource) || said == typed || is_bare_origin(said, typed) {
            return Ok(());
        }
        let found = format!("says that resource is {said}, not {typed}");
        Err(answer.breaks(unlike(said, typed, Rule::Resource), found))
    }

    /// Finds what the authorization server says about itself, in the places and the order of this client.
    pub(crate) async fn server(&self, resource: &ResourceDocument) -> Result<ServerDocument, Failure> {
        let issuer = resource.authorization_servers.first().map_or("", String::as_str);
        let told = |found: &str| {
            Failure::new(Rule::AuthorizationServers, "the resource metadata", format!("names {issuer}, {found}"))
        };
        let url = Url::parse(issuer).map_err(|_| told("which is no URL"))?;
        self.is_secure(self.target, self.target.as_str())?;
        self.is_secure(&url, issuer)?;
        let (mut first, mut read) = (None, None);
        for place in self.profile.server_places() {
            let Some(at) = self.server_place(place, &url) else { continue };
            let Some(answer) = self.found(&at, &mut first).await? else { continue };
            let document: ServerDocument = answer.document()?;
            self.judge_server(&answer, &document, issuer)?;
            read.get_or_insert(document);
            // Whoever is strict reads them all: other clients begin elsewhere.
            if !self.profile.is_strict() {
                break;
            }
        }
        read.ok_or_else(|| missing(first, Rule::ServerMetadata))
    }

    fn server_place(&self, place: ServerPlace, issuer: &Url) -> Option<Url> {
        let (oauth, openid) = (WellKnown::OAuthAuthorizationServer, WellKnown::OpenIdConfiguration);
        let path = issuer.path();
        match place {
            ServerPlace::OauthInserted => at_origin(issuer, &well_known_path(oauth, path)),
            ServerPlace::OpenidInserted => at_origin(issuer, &well_known_path(openid, path)),
            ServerPlace::OpenidAppended => at_origin(issuer, &appended_well_known_path(openid, path)),
            ServerPlace::OauthRoot => at_origin(issuer, oauth.root_path()),
            ServerPlace::OauthAtResource => at_origin(self.target, &well_known_path(oauth, self.target.path())),
        }
    }

    fn judge_server(&self, answer: &Answer, document: &ServerDocument, issuer: &str) -> Result<(), Failure> {
        if self.profile.makes(Check::Issuer) && document.issuer != issuer {
            let found = format!("says that issuer is {}, not {issuer}", document.issuer);
            return Err(answer.breaks(unlike(&document.issuer, issuer, Rule::Issuer), found));
        }
        if answer.url.path().contains("openid-configuration")
            && let Some(member) = document.missing_for_openid()
        {
            return Err(answer.breaks(Rule::OpenIdDocument, format!("has no {member}")));
        }
        let needed = [
            ("authorization_endpoint", &document.authorization_endpoint),
            ("token_endpoint", &document.token_endpoint),
        ];
        for (member, endpoint) in needed {
            if endpoint.is_none() {
                return Err(answer.breaks(Rule::Endpoints, format!("has no {member}")));
            }
        }
        let others = [
            ("registration_endpoint", &document.registration_endpoint),
            ("revocation_endpoint", &document.revocation_endpoint),
        ];
        for (member, endpoint) in needed.into_iter().chain(others) {
            let Some(endpoint) = endpoint else { continue };
            let no_url = |_| answer.breaks(Rule::Endpoints, format!("has {endpoint} as {member}, which is no URL"));
            self.is_secure(&Url::parse(endpoint).map_err(no_url)?, endpoint)?;
        }
        if self.profile.makes(Check::S256)
            && !document.code_challenge_methods_supported.iter().any(|known| known == "S256")
        {
            return Err(answer.breaks(Rule::S256, "does not advertise S256"));
        }
        Ok(())
    }

    /// Http is for a server on this machine alone.
    fn is_secure(&self, url: &Url, text: &str) -> Result<(), Failure> {
        if url.scheme() == "https" || (is_loopback(url) && is_loopback(self.target)) {
            return Ok(());
        }
        Err(Failure::new(
            Rule::Https,
            format!("GET {}", shown(self.target)),
            format!("leads to {text}, which is not https"),
        ))
    }

    /// What is at a place, unless it is nothing; the first place without anything is remembered.
    async fn found(&self, url: &Url, first: &mut Option<Answer>) -> Result<Option<Answer>, Failure> {
        let answer = self.exchange.send(Request::get(url).with(PROTOCOL_VERSION, REVISION)).await?.stays()?;
        if answer.status == StatusCode::OK {
            return Ok(Some(answer));
        }
        first.get_or_insert(answer);
        Ok(None)
    }

    fn is_page(&self) -> bool {
        self.profile.is_page()
    }
}

/// The first call of a session, with a token or without one.
pub(crate) fn call(target: &Url, token: Option<&str>) -> Request {
    let client = json!({ "name": "auth-doctor", "version": env!("CARGO_PKG_VERSION") });
    let params = json!({ "protocolVersion": REVISION, "capabilities": {}, "clientInfo": client });
    message(target, "initialize", &params, token)
}

/// A request of JSON-RPC.
pub(crate) fn message(target: &Url, method: &str, params: &serde_json::Value, token: Option<&str>) -> Request {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let request = Request::json(target, &body)
        .with(header::ACCEPT, "application/json, text/event-stream")
        .with(PROTOCOL_VERSION, REVISION);
    match token {
        Some(token) => request.with(header::AUTHORIZATION, &format!("Bearer {token}")),
        None => request,
    }
}

fn at_origin(of: &Url, path: &str) -> Option<Url> {
    let mut url = of.join("/").ok()?;
    url.set_path(path);
    Some(url)
}

/// Whether a URL names the machine of the client. OAuth 2.1 §1.5.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A bare origin may be spelled with its slash. RFC 3986 §6.2.3.
fn is_bare_origin(said: &str, typed: &str) -> bool {
    typed.strip_suffix('/') == Some(said) && Url::parse(typed).is_ok_and(|url| url.path() == "/")
}

/// The rule that two spellings break.
fn unlike(said: &str, expected: &str, otherwise: Rule) -> Rule {
    if said.trim_end_matches('/') == expected.trim_end_matches('/') { Rule::TrailingSlash } else { otherwise }
}

fn missing(first: Option<Answer>, rule: Rule) -> Failure {
    match first {
        Some(answer) => answer.breaks(rule, format!("answers {}, and so does every other place", answer.status)),
        None => Failure::new(rule, "the documents", "stand nowhere that this client looks"),
    }
}
