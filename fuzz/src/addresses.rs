//! Which addresses may be fetched from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use auth_outbound::is_public;

/// Nothing the standard library knows for special is public, and no way of writing an IPv4 address makes it so.
pub(crate) fn address(data: &[u8]) {
    if let Some(octets) = data.first_chunk::<4>() {
        let address = Ipv4Addr::from(*octets);
        if is_public(IpAddr::V4(address)) {
            assert!(!is_special_v4(address), "{address}");
        }
        assert!(!is_public(IpAddr::V6(address.to_ipv6_mapped())), "{address}");
        assert!(!is_public(IpAddr::V6(address.to_ipv6_compatible())), "{address}");
        // RFC 6052 §2.1: the well-known prefix of NAT64 is as public as what it wraps.
        let [a, b, c, d] = *octets;
        let wrapped = Ipv6Addr::from([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d]);
        assert_eq!(is_public(IpAddr::V6(wrapped)), is_public(IpAddr::V4(address)), "{address}");
    }
    if let Some(octets) = data.first_chunk::<16>() {
        let address = Ipv6Addr::from(*octets);
        if is_public(IpAddr::V6(address)) {
            assert!(!is_special_v6(address), "{address}");
        }
    }
}

fn is_special_v4(address: Ipv4Addr) -> bool {
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || address.is_unspecified()
}

fn is_special_v6(address: Ipv6Addr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || address.to_ipv4_mapped().is_some()
}
