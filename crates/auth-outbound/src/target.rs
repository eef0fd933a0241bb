//! Which URLs and addresses may be reached: the rule alone, without any network.

use std::net::IpAddr;

use url::{Host, Url};

use crate::address::{is_loopback, is_public};
use crate::error::{OutboundError, UrlRefusal};

/// How far a client reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Public,
    PublicAndLoopback,
}

impl Reach {
    /// Judges a URL before anything is resolved, address literals included.
    pub(crate) fn admits_url(self, url: &Url) -> Result<(), OutboundError> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundError::Url(UrlRefusal::UserInformation));
        }
        let host = url.host().ok_or(OutboundError::Url(UrlRefusal::Host))?;
        match url.scheme() {
            "https" => {}
            "http" if self == Self::PublicAndLoopback && names_loopback(&host) => {}
            _ => return Err(OutboundError::Url(UrlRefusal::Scheme)),
        }
        match host {
            Host::Ipv4(address) => self.admits_all("", &[address.into()]),
            Host::Ipv6(address) => self.admits_all("", &[address.into()]),
            // Refused or pinned by the resolver, which sees every name.
            Host::Domain(_) => Ok(()),
        }
    }

    /// Judges everything a name resolved to: one address too many refuses the whole answer.
    pub(crate) fn admits_all(self, name: &str, addresses: &[IpAddr]) -> Result<(), OutboundError> {
        let admits = |&address: &IpAddr| match self {
            Self::Public => is_public(address),
            // http is let through by this name, so it must not lead anywhere else.
            Self::PublicAndLoopback if is_localhost(name) => is_loopback(address),
            Self::PublicAndLoopback => is_public(address) || is_loopback(address),
        };
        if addresses.iter().all(admits) { Ok(()) } else { Err(OutboundError::Address) }
    }
}

fn names_loopback(host: &Host<&str>) -> bool {
    match *host {
        Host::Domain(name) => is_localhost(name),
        Host::Ipv4(address) => is_loopback(address.into()),
        Host::Ipv6(address) => is_loopback(address.into()),
    }
}

/// Says whether a name is `localhost` or below it. RFC 6761 §6.3.
fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(reach: Reach, url: &str) -> Result<(), String> {
        reach.admits_url(&Url::parse(url).unwrap()).map_err(|error| match error {
            OutboundError::Url(refusal) => format!("{refusal:?}"),
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn only_https_to_public_hosts_is_fetched() {
        let judged = |url| judged(Reach::Public, url);

        assert_eq!(judged("https://issuer.example/jwks"), Ok(()));
        assert_eq!(judged("https://issuer.example:8443/jwks"), Ok(()));
        assert_eq!(judged("https://8.8.8.8/jwks"), Ok(()));
        for url in ["http://issuer.example/jwks", "http://127.0.0.1/jwks", "ftp://issuer.example/jwks"] {
            assert_eq!(judged(url), Err("Scheme".to_owned()), "{url}");
        }
        for url in ["data:application/json,{}", "file:///etc/passwd"] {
            assert_eq!(judged(url), Err("Host".to_owned()), "{url}");
        }
    }

    #[test]
    fn user_information_is_refused() {
        for url in ["https://alice@issuer.example/", "https://:secret@issuer.example/"] {
            assert_eq!(judged(Reach::Public, url), Err("UserInformation".to_owned()), "{url}");
        }
    }

    #[test]
    fn address_literals_are_refused_in_every_spelling() {
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://169.254.169.254/",
            "https://[fd00:ec2::254]/",
        ] {
            assert_eq!(judged(Reach::Public, url), Err("Address".to_owned()), "{url}");
        }
    }

    #[test]
    fn http_is_for_allowed_loopback_hosts_only() {
        let judged = |url| judged(Reach::PublicAndLoopback, url);

        for url in ["http://127.0.0.1:9/", "http://[::1]:9/", "http://localhost/", "http://a.localhost/"] {
            assert_eq!(judged(url), Ok(()), "{url}");
        }
        for url in ["http://issuer.example/", "http://10.0.0.1/", "http://localhost.example/"] {
            assert_eq!(judged(url), Err("Scheme".to_owned()), "{url}");
        }
        assert_eq!(judged("https://10.0.0.1/"), Err("Address".to_owned()));
    }

    #[test]
    fn localhost_must_lead_to_loopback() {
        let public: IpAddr = "8.8.8.8".parse().unwrap();

        assert!(Reach::PublicAndLoopback.admits_all("localhost", &[public]).is_err());
        assert!(Reach::PublicAndLoopback.admits_all("issuer.example", &[public]).is_ok());
    }
}
