//! The address of the client, past the proxies the app has declared.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::OnceLock;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;

use crate::config::Config;

/// The address a request came from, if the server knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub Option<IpAddr>);

impl ClientAddress {
    /// Reads the address: the peer's, or the last one in `X-Forwarded-For` that no declared proxy
    /// has. A forwarded header from an undeclared peer is ignored.
    pub(crate) fn of(parts: &Parts, config: &Config, log: &AddressLog) -> Self {
        let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() else {
            if config.rate_limits {
                log.peer_unknown();
            }
            return Self(None);
        };
        let peer = peer.ip().to_canonical();
        let forwarded = || parts.headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
        if !config.trusted_proxies.contains(&peer) {
            if forwarded().next().is_some() {
                log.header_ignored();
            }
            return Self(Some(peer));
        }
        let hops: Vec<&str> = forwarded().flat_map(|line| line.split(',')).map(str::trim).collect();
        for hop in hops.iter().rev() {
            match hop.parse::<IpAddr>().map(|address| address.to_canonical()) {
                Ok(address) if config.trusted_proxies.contains(&address) => {}
                Ok(address) => return Self(Some(address)),
                Err(_) => break,
            }
        }
        Self(Some(peer))
    }

    /// The name under which requests from here are counted together: an IPv4 address, the /64 an
    /// IPv6 subscriber owns, or `unknown`.
    pub fn bucket(&self) -> String {
        match self.0.map(|address| address.to_canonical()) {
            None => "unknown".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(None)))
    }
}

/// What an app says once about where its requests come from.
#[derive(Debug, Default)]
pub(crate) struct AddressLog {
    peer_unknown: OnceLock<()>,
    header_ignored: OnceLock<()>,
}

impl AddressLog {
    fn peer_unknown(&self) {
        self.peer_unknown.get_or_init(|| {
            tracing::warn!(
                "requests come without the address of their peer, so rate limits count everybody together; serve \
                 with auth_cli::serve, or with Router::into_make_service_with_connect_info::<SocketAddr>()"
            );
        });
    }

    fn header_ignored(&self) {
        self.header_ignored.get_or_init(|| {
            tracing::warn!("x-forwarded-for came from a peer that is no declared proxy and is ignored");
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse_base_url;

    fn seen(peer: &str, proxies: &[&str], forwarded: &[&str]) -> Option<String> {
        let config = Config {
            base_url: parse_base_url("https://a.example").unwrap(),
            base_path: "/api/auth".to_owned(),
            app_name: String::new(),
            trusted_origins: Vec::new(),
            trusted_proxies: proxies.iter().map(|proxy| proxy.parse().unwrap()).collect(),
            cookies: crate::config::CookieOptions::default(),
            session: crate::config::SessionOptions::default(),
            rate_limits: true,
            reference: None,
        };
        let mut request = http::Request::builder();
        for line in forwarded {
            request = request.header("x-forwarded-for", *line);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        parts.extensions.insert(ConnectInfo::<SocketAddr>(format!("{peer}:1").parse().unwrap()));
        ClientAddress::of(&parts, &config, &AddressLog::default()).0.map(|address| address.to_string())
    }

    #[test]
    fn a_forwarded_header_counts_only_from_a_declared_proxy() {
        assert_eq!(seen("9.9.9.9", &[], &["1.2.3.4"]).unwrap(), "9.9.9.9");
        assert_eq!(seen("10.0.0.1", &["10.0.0.1"], &["1.2.3.4"]).unwrap(), "1.2.3.4");
    }

    #[test]
    fn what_a_client_puts_in_front_of_the_chain_is_not_believed() {
        assert_eq!(seen("10.0.0.1", &["10.0.0.1"], &["6.6.6.6, 1.2.3.4"]).unwrap(), "1.2.3.4");
        assert_eq!(seen("10.0.0.1", &["10.0.0.1", "10.0.0.2"], &["6.6.6.6, 1.2.3.4, 10.0.0.2"]).unwrap(), "1.2.3.4");
        assert_eq!(seen("10.0.0.1", &["10.0.0.1"], &["junk"]).unwrap(), "10.0.0.1");
    }

    #[test]
    fn an_ipv6_network_and_every_spelling_of_an_ipv4_address_have_one_bucket() {
        for (address, bucket) in [
            ("9.9.9.9", "9.9.9.9"),
            ("::ffff:9.9.9.9", "9.9.9.9"),
            ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
            ("2001:db8:0:1:ffff::", "2001:db8:0:1::/64"),
            ("2001:db8:0:2::1", "2001:db8:0:2::/64"),
        ] {
            assert_eq!(ClientAddress(Some(address.parse().unwrap())).bucket(), bucket, "{address}");
        }
        assert_eq!(ClientAddress(None).bucket(), "unknown");
    }
}
