//! Which `Host` an MCP route answers to: the other half of what stops DNS rebinding.

use async_trait::async_trait;
use axum::response::Response;
use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, StatusCode};
use url::{Host, Url};

use crate::gate::Gate;
use crate::loopback::{is_loopback, is_loopback_url};
use crate::refusal::Refusal;

/// The hosts a route answers to. Ports are not compared, a page cannot forge the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRule {
    allowed_hosts: Vec<Host<String>>,
    loopback_base: bool,
}

impl HostRule {
    /// Admits the host of the base URL, and on a loopback base every loopback alias.
    pub fn for_base(base: &Url) -> Self {
        Self {
            allowed_hosts: base.host().map(|host| host.to_owned()).into_iter().collect(),
            loopback_base: is_loopback_url(base),
        }
    }

    /// Admits one more host, without a port.
    #[must_use]
    pub fn allow(mut self, host: Host<String>) -> Self {
        self.allowed_hosts.push(host);
        self
    }

    /// Judges the value of a `Host` header or the authority of a URI, with or without a port.
    pub fn admits(&self, host: &str) -> bool {
        let Some(host) = parsed(host) else { return false };
        self.allowed_hosts.contains(&host) || (self.loopback_base && is_loopback(&host))
    }

    /// Judges a request: everything that names a host must be admitted, and something must.
    ///
    /// HTTP/2 and the absolute form carry the host in the URI (RFC 9112 §3.2.2). Forwarding headers
    /// are never read.
    pub fn admits_request(&self, request: &Parts) -> bool {
        let authority = request.uri.authority().map(Authority::as_str);
        let mut headers = request.headers.get_all(HOST).iter();
        match (authority, headers.next(), headers.next()) {
            (None, None, _) | (_, Some(_), Some(_)) => false,
            (authority, header, _) => {
                authority.is_none_or(|authority| self.admits(authority))
                    && header.is_none_or(|header| self.admits_header(header))
            }
        }
    }

    fn admits_header(&self, header: &HeaderValue) -> bool {
        header.to_str().is_ok_and(|host| self.admits(host))
    }
}

#[async_trait]
impl Gate for HostRule {
    async fn admit(&self, request: &mut Parts) -> Result<(), Response> {
        if self.admits_request(request) {
            return Ok(());
        }
        tracing::debug!("host.refused");
        Err(Refusal::new(StatusCode::FORBIDDEN, "Forbidden: this host is not served here").response())
    }
}

fn parsed(host: &str) -> Option<Host<String>> {
    let authority: Authority = host.parse().ok()?;
    if authority.as_str().contains('@') {
        return None;
    }
    Host::parse(authority.host()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(base: &str) -> HostRule {
        HostRule::for_base(&Url::parse(base).unwrap())
    }

    #[test]
    fn a_public_base_admits_its_own_host_only() {
        let rule = rule("https://mcp.example");

        for host in ["mcp.example", "MCP.example", "mcp.example:443", "mcp.example:8080"] {
            assert!(rule.admits(host), "{host}");
        }
        for host in [
            "localhost",
            "127.0.0.1",
            "evil.example",
            "mcp.example.evil.example",
            "xmcp.example",
            "mcp.example@evil.example",
            "evil.example@mcp.example",
            "",
            ":443",
        ] {
            assert!(!rule.admits(host), "{host}");
        }
    }

    #[test]
    fn a_loopback_base_admits_every_loopback_alias() {
        let rule = rule("http://127.0.0.1:3000");

        for host in ["127.0.0.1:3000", "localhost", "localhost:3000", "app.localhost", "[::1]:3000", "127.0.0.2"] {
            assert!(rule.admits(host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "10.0.0.1", "0.0.0.0", "[::ffff:7f00:1]"] {
            assert!(!rule.admits(host), "{host}");
        }
    }

    #[test]
    fn more_hosts_can_be_allowed() {
        let rule = rule("https://mcp.example").allow(Host::parse("internal.example").unwrap());

        assert!(rule.admits("internal.example:8080"));
        assert!(rule.admits("mcp.example"));
    }
}
