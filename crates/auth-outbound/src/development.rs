//! Hosts that stand in for public ones while somebody develops: on this machine, over https all the same.

use std::net::SocketAddr;

use reqwest::{Certificate, ClientBuilder};
use url::{Host, Url};

use crate::error::OutboundError;

/// Names that lead to servers on this machine, and the root that has signed their certificates.
///
/// For development only: whoever sets it answers for these names. Every other rule stays, `https` included,
/// and the root counts for these names alone.
#[derive(Clone, Debug, Default)]
pub struct DevelopmentHosts {
    hosts: Vec<(String, SocketAddr)>,
    roots: Vec<Certificate>,
}

/// Why names cannot stand for servers on this machine.
#[derive(Debug, thiserror::Error)]
pub enum InvalidDevelopmentHosts {
    /// An entry is not of the form `host=127.0.0.1:port`.
    #[error("{0:?} is not of the form host=127.0.0.1:port")]
    Entry(String),
    /// A name leads away from this machine.
    #[error("{0} is not on this machine")]
    NotLoopback(SocketAddr),
    /// The root is no certificate in PEM.
    #[error("no certificate in PEM")]
    Root,
}

impl DevelopmentHosts {
    /// Reads `host=127.0.0.1:port`, several separated by commas. The port stands in for that of URLs that name
    /// none.
    ///
    /// # Errors
    /// [`InvalidDevelopmentHosts`]: a name must be a host name, and lead to a loopback address.
    pub fn parse(entries: &str) -> Result<Self, InvalidDevelopmentHosts> {
        let hosts = entries.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(entry);
        Ok(Self { hosts: hosts.collect::<Result<_, _>>()?, roots: Vec::new() })
    }

    /// Trusts another root certificate for these names, in PEM. Default those of the system alone.
    ///
    /// # Errors
    /// [`InvalidDevelopmentHosts::Root`].
    pub fn trusting(mut self, pem: &[u8]) -> Result<Self, InvalidDevelopmentHosts> {
        let roots = Certificate::from_pem_bundle(pem).map_err(|_| InvalidDevelopmentHosts::Root)?;
        if roots.is_empty() {
            return Err(InvalidDevelopmentHosts::Root);
        }
        self.roots.extend(roots);
        Ok(self)
    }

    /// Takes in the names and roots of others.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.hosts.extend(others.hosts);
        self.roots.extend(others.roots);
        self
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty()
    }

    /// Whether a URL leads to one of them.
    pub(crate) fn have(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|host| self.hosts.iter().any(|(known, _)| known == host))
    }

    /// Makes a client that reaches them.
    pub(crate) fn client(&self, builder: ClientBuilder) -> Result<reqwest::Client, OutboundError> {
        let builder = self.hosts.iter().fold(builder, |builder, (host, at)| builder.resolve(host, *at));
        let builder = builder.tls_certs_merge(self.roots.iter().cloned());
        builder.build().map_err(|error| OutboundError::Client(error.into()))
    }
}

fn entry(entry: &str) -> Result<(String, SocketAddr), InvalidDevelopmentHosts> {
    let malformed = || InvalidDevelopmentHosts::Entry(entry.to_owned());
    let (host, at) = entry.split_once('=').ok_or_else(malformed)?;
    let Ok(Host::Domain(host)) = Host::parse(host) else { return Err(malformed()) };
    let at: SocketAddr = at.parse().map_err(|_| malformed())?;
    if at.port() == 0 {
        return Err(malformed());
    }
    if !crate::address::is_loopback(at.ip()) {
        return Err(InvalidDevelopmentHosts::NotLoopback(at));
    }
    Ok((host, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_this_machine_only() {
        let hosts = DevelopmentHosts::parse("Client.Example=127.0.0.1:4430, other.example=[::1]:4431,").unwrap();
        assert!(hosts.have(&Url::parse("https://client.example/c").unwrap()));
        assert!(!hosts.have(&Url::parse("https://x.client.example/c").unwrap()));
        for elsewhere in ["c.example=192.168.0.1:443", "c.example=8.8.8.8:443", "c.example=0.0.0.0:443"] {
            let refused = DevelopmentHosts::parse(elsewhere);
            assert!(matches!(refused, Err(InvalidDevelopmentHosts::NotLoopback(_))), "{elsewhere}");
        }
        for malformed in
            ["c.example", "c.example=localhost:1", "127.0.0.1=127.0.0.1:1", "=127.0.0.1:1", "c=127.0.0.1:0"]
        {
            let refused = DevelopmentHosts::parse(malformed);
            assert!(matches!(refused, Err(InvalidDevelopmentHosts::Entry(_))), "{malformed}");
        }
    }

    #[test]
    fn a_root_is_a_certificate_in_pem() {
        for bad in [&b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----"[..], b"", b"no certificate"] {
            assert!(matches!(DevelopmentHosts::default().trusting(bad), Err(InvalidDevelopmentHosts::Root)));
        }
    }
}
