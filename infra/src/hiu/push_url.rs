//! Where a push address may lead: to https, and not into anybody's private network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use hip_commands::port::hiu::PushUrlRefused;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Addresses that an operator allows although they are not public, or not https.
pub(super) struct Allowed(Vec<SocketAddr>);

impl Allowed {
    pub(super) const fn new(addresses: Vec<SocketAddr>) -> Self {
        Self(addresses)
    }

    fn covers(&self, address: SocketAddr) -> bool {
        self.0.contains(&address)
    }

    fn covers_ip(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|allowed| allowed.ip() == ip)
    }
}

/// A push address whose form is acceptable.
pub(super) struct PushUrl(Url);

/// Longer addresses are not meant to be called.
const URL_BYTES_MAX: usize = 2048;

impl PushUrl {
    /// Checks form and scheme, and an address that is written as a number.
    pub(super) fn parse(text: &str, allowed: &Allowed) -> Result<Self, PushUrlRefused> {
        if text.len() > URL_BYTES_MAX {
            return Err(PushUrlRefused("it is too long"));
        }
        let url = Url::parse(text).map_err(|_| PushUrlRefused("it is no URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(PushUrlRefused("it carries credentials"));
        }
        let port = url.port_or_known_default().unwrap_or_default();
        let numeric = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(Host::Domain(_)) => None,
            None => return Err(PushUrlRefused("it names no host")),
        };
        if let Some(ip) = numeric {
            if allowed.covers(SocketAddr::new(ip, port)) {
                return Ok(Self(url));
            }
            if !is_public(ip) {
                return Err(PushUrlRefused("it leads into a private network"));
            }
        }
        if url.scheme() != "https" {
            return Err(PushUrlRefused("it is not https"));
        }
        Ok(Self(url))
    }

    pub(super) const fn as_url(&self) -> &Url {
        &self.0
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Looks the host up: every address that it has must be public.
    pub(super) async fn resolve(&self, allowed: &Allowed) -> Result<(), PushUrlRefused> {
        let Some(Host::Domain(host)) = self.0.host() else {
            return Ok(());
        };
        public_addresses(host, allowed).await.map(|_| ())
    }
}

/// Resolves only to public addresses. What it returns is what is connected to, so a name that
/// changes its mind between check and call gains nothing.
pub(super) struct PublicResolver {
    allowed: Arc<Allowed>,
}

impl PublicResolver {
    pub(super) const fn new(allowed: Arc<Allowed>) -> Self {
        Self { allowed }
    }
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.allowed);
        Box::pin(async move {
            let addresses = public_addresses(name.as_str(), &allowed).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

async fn public_addresses(
    host: &str,
    allowed: &Allowed,
) -> Result<Vec<SocketAddr>, PushUrlRefused> {
    let addresses = tokio::net::lookup_host((host, 0))
        .await
        .map_err(|_| PushUrlRefused("its host cannot be found"))?;
    let addresses: Vec<_> = addresses.collect();
    if addresses.is_empty() {
        return Err(PushUrlRefused("its host cannot be found"));
    }
    // One private address among public ones is a trap, not a mistake.
    if !addresses.iter().all(|address| is_public(address.ip()) || allowed.covers_ip(address.ip())) {
        return Err(PushUrlRefused("it leads into a private network"));
    }
    Ok(addresses)
}

/// Whether an address is one of the open internet.
fn is_public(ip: IpAddr) -> bool {
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
    !(a == 0
        || a >= 224
        || shared
        || benchmark
        || protocol
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation())
}

/// Only global unicast, without the ranges that carry an IPv4 address or stand for documentation.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    let global = (segments[0] & 0xe000) == 0x2000;
    let documentation = segments[0] == 0x2001 && segments[1] == 0x0db8;
    let teredo_and_special = segments[0] == 0x2001 && segments[1] < 0x0200;
    let six_to_four = segments[0] == 0x2002;
    global && !documentation && !teredo_and_special && !six_to_four
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_leads_anywhere_but_the_open_internet_is_refused() {
        for text in [
            "http://hiu.example.org/transfer",
            "ftp://hiu.example.org/",
            "https://user:secret@hiu.example.org/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://10.0.0.1/",
            "https://192.168.1.1:8443/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[2002:7f00:1::]/",
            "https://[64:ff9b::7f00:1]/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "not a url",
            "https:///",
        ] {
            assert!(PushUrl::parse(text, &Allowed::new(vec![])).is_err(), "{text}");
        }
    }

    #[test]
    fn a_public_https_address_is_taken() {
        for text in
            ["https://hiu.example.org/v3/transfer", "https://8.8.8.8/", "https://[2600::1]/"]
        {
            assert!(PushUrl::parse(text, &Allowed::new(vec![])).is_ok(), "{text}");
        }
    }

    #[test]
    fn only_the_very_address_that_is_allowed_is_excepted() {
        let allowed = Allowed::new(vec!["127.0.0.1:9000".parse().unwrap()]);
        assert!(PushUrl::parse("http://127.0.0.1:9000/v3/transfer", &allowed).is_ok());
        assert!(PushUrl::parse("http://127.0.0.1:9001/v3/transfer", &allowed).is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_refused() {
        let allowed = Allowed::new(vec![]);
        let url = PushUrl::parse("https://localhost/transfer", &allowed).unwrap();
        assert!(url.resolve(&allowed).await.is_err());
    }
}
