//! Which URLs and addresses may be reached: the rule alone, without any network.

use std::net::IpAddr;

use url::{Host, Url};

use crate::address::{is_loopback, is_public};
use crate::error::{OutboundError, UrlRefusal};

/// The top of the names that never lead to the public internet.
const LOCAL_SUFFIXES: [&str; 5] = ["localhost", "local", "localdomain", "internal", "home.arpa"];

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
            // What is left is refused or pinned by the resolver, which sees every name.
            Host::Domain(name) => self.admits_name(name),
        }
    }

    /// Judges a name before it is resolved: one that is local by definition is not even asked for.
    fn admits_name(self, name: &str) -> Result<(), OutboundError> {
        if is_local(name) && !(self == Self::PublicAndLoopback && is_localhost(name)) {
            return Err(OutboundError::Address);
        }
        Ok(())
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

/// Says whether a name belongs to a machine or a private network, whatever it resolves to.
///
/// That is a name without a dot, and the suffixes of RFC 6761 §6.3 (`localhost`), RFC 6762 §3
/// (`local`), RFC 8375 (`home.arpa`), ICANN's `internal`, and `localdomain` by custom.
fn is_local(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let below = |suffix: &&str| name.strip_suffix(*suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));

    !name.contains('.') || LOCAL_SUFFIXES.iter().any(below)
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
        for host in [
            "127.0.0.1",
            "127.0.0.1.",
            "127.1",
            "127.0.1.1",
            "0",
            "0.0.0.0",
            "0x7f000001",
            "0x7f.1",
            "2130706433",
            "0177.0.0.1",
            "[::1]",
            "[::]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[fe80::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[ff02::1]",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "169.254.170.2",
            "192.0.0.192",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
            "\u{2460}\u{2461}\u{2466}.\u{24ea}.\u{24ea}.\u{2460}",
            "127\u{3002}0\u{3002}0\u{3002}1",
            "%31%32%37.0.0.1",
        ] {
            for reach in [Reach::Public, Reach::PublicAndLoopback] {
                let result = judged(reach, &format!("https://{host}/c.json"));

                let is_machine = Url::parse(&format!("https://{host}/"))
                    .is_ok_and(|url| matches!(url.host(), Some(host) if names_loopback(&host)));
                if reach == Reach::Public || !is_machine {
                    assert_eq!(result, Err("Address".to_owned()), "{host} for {reach:?}");
                }
            }
        }
    }

    #[test]
    fn an_address_with_a_zone_is_no_url_at_all() {
        assert!(Url::parse("https://[fe80::1%25eth0]/").is_err());
    }

    #[test]
    fn names_that_are_local_by_definition_are_refused_unresolved() {
        for name in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "x.localhost",
            "x.localhost.",
            "metadata.google.internal",
            "metadata.google.internal.",
            "printer.local",
            "host.localdomain",
            "router.home.arpa",
            "intranet",
            "intranet.",
            "\u{24db}ocalhost",
        ] {
            assert_eq!(judged(Reach::Public, &format!("https://{name}/")), Err("Address".to_owned()), "{name}");
        }
        for name in ["issuer.example", "issuer.example.", "local.example", "mylocalhost.example", "xinternal.example"] {
            assert_eq!(judged(Reach::Public, &format!("https://{name}/")), Ok(()), "{name}");
        }
    }

    #[test]
    fn allowing_loopback_admits_no_other_local_name() {
        for name in ["metadata.google.internal", "printer.local", "intranet", "localhost."] {
            let result = judged(Reach::PublicAndLoopback, &format!("https://{name}/"));

            assert_eq!(result, Err("Address".to_owned()), "{name}");
        }
        assert_eq!(judged(Reach::PublicAndLoopback, "https://a.localhost/"), Ok(()));
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
