//! Which hosts are this machine.

use url::{Host, Url};

/// Says whether a host is a loopback address, or `localhost` or a name below it. RFC 6761 §6.3.
pub(crate) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Ipv4(address) => auth_outbound::is_loopback((*address).into()),
        Host::Ipv6(address) => auth_outbound::is_loopback((*address).into()),
        Host::Domain(name) => name.as_ref() == "localhost" || name.as_ref().ends_with(".localhost"),
    }
}

/// Says whether a URL points to this machine.
pub(crate) fn is_loopback_url(url: &Url) -> bool {
    url.host().is_some_and(|host| is_loopback(&host))
}
