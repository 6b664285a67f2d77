//! The address of the caller.

use std::net::{IpAddr, SocketAddr};

use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// The address of the connection; the listener adds it to every request.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The address of the caller. `X-Forwarded-For` is used only from a trusted proxy, and only its
/// last address that is not such a proxy: the caller controls everything before it.
pub(super) fn of(
    headers: &HeaderMap,
    extensions: &Extensions,
    trusted: &[IpNet],
) -> Option<IpAddr> {
    let Peer(peer) = extensions.get()?;
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return Some(*peer);
    }
    let mut nearest = *peer;
    let lines: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Some(address) = parse(entry.trim()) else { return Some(nearest) };
        nearest = address;
        if !is_trusted(&address) {
            break;
        }
    }
    Some(nearest)
}

/// An address, with or without a port.
fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<IpAddr>().ok();
    let address = address.or_else(|| entry.parse::<SocketAddr>().ok().map(|both| both.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn found(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
        }
        let mut extensions = Extensions::new();
        extensions.insert(Peer(peer.parse().unwrap()));
        let trusted: Vec<IpNet> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        of(&headers, &extensions, &trusted).unwrap().to_string()
    }

    #[test]
    fn nobody_chooses_their_own_address() {
        assert_eq!(found("192.0.2.1", &["203.0.113.9"], &[]), "192.0.2.1");
        assert_eq!(found("192.0.2.1", &["203.0.113.9"], &["10.0.0.0/8"]), "192.0.2.1");
        let proxy = &["10.0.0.0/8"];
        assert_eq!(found("10.0.0.1", &[], proxy), "10.0.0.1");
        assert_eq!(found("10.0.0.1", &["203.0.113.9"], proxy), "203.0.113.9");
        assert_eq!(found("10.0.0.1", &["198.51.100.1, 203.0.113.9"], proxy), "203.0.113.9");
        assert_eq!(found("10.0.0.1", &["203.0.113.9, 10.0.0.2"], proxy), "203.0.113.9");
        assert_eq!(found("10.0.0.1", &["198.51.100.1", "203.0.113.9"], proxy), "203.0.113.9");
        assert_eq!(found("10.0.0.1", &["203.0.113.9:4711"], proxy), "203.0.113.9");
        assert_eq!(found("10.0.0.1", &["[2001:db8::1]:80"], proxy), "2001:db8::1");
        assert_eq!(found("10.0.0.1", &["203.0.113.9, unknown"], proxy), "10.0.0.1");
    }
}
