//! Which addresses belong to the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Azure's host agent answers under an address that looks public.
const AZURE_HOST_AGENT: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// Whether an address belongs to the public internet.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (b == 18 || b == 19);
    let protocol = a == 192 && b == 0 && c == 0;
    let six_to_four_relay = a == 192 && b == 88 && c == 99;
    !(a == 0
        || a >= 224
        || shared
        || benchmark
        || protocol
        || six_to_four_relay
        || ip == AZURE_HOST_AGENT
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation())
}

/// Only global unicast, without the ranges that carry an IPv4 address or stand for documentation.
/// IPv4-mapped and -compatible addresses, NAT64, link-local, unique local and multicast lie outside
/// global unicast.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    let global = (segments[0] & 0xe000) == 0x2000;
    let documentation = (segments[0] == 0x2001 && segments[1] == 0x0db8)
        || (segments[0] == 0x3fff && segments[1] < 0x1000);
    let teredo_and_special = segments[0] == 0x2001 && segments[1] < 0x0200;
    let six_to_four = segments[0] == 0x2002;
    let isatap = (segments[4] & !0x0200) == 0 && segments[5] == 0x5efe;
    global && !documentation && !teredo_and_special && !six_to_four && !isatap
}
