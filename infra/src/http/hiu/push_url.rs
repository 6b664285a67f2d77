//! Checks push URLs: https only, and no private networks.

mod address;
mod name;
mod port;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hip_commands::port::hiu::PushUrlRefused;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Addresses that an operator allows although they are not public or not https.
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

/// Maximum length of a URL, in bytes.
const URL_BYTES_MAX: usize = 2048;

/// Time limit of a lookup: a name server that does not answer must not block a task.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);

impl PushUrl {
    /// Checks form, scheme and port, and an IP address written in the URL.
    pub(super) fn parse(text: &str, allowed: &Allowed) -> Result<Self, PushUrlRefused> {
        check_text(text)?;
        let url = Url::parse(text).map_err(|_| PushUrlRefused("it is no URL"))?;
        if url.fragment().is_some() {
            return Err(PushUrlRefused("it has a fragment"));
        }
        let port = url.port_or_known_default().unwrap_or_default();
        let numeric = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(Host::Domain(host)) if name::is_public(host) => None,
            Some(Host::Domain(_)) => return Err(PushUrlRefused("its host is no public name")),
            None => return Err(PushUrlRefused("it names no host")),
        };
        if let Some(ip) = numeric {
            if allowed.covers(SocketAddr::new(ip, port)) {
                return Ok(Self(url));
            }
            if !address::is_public(ip) {
                return Err(PushUrlRefused("it leads into a private network"));
            }
        }
        if url.scheme() != "https" {
            return Err(PushUrlRefused("it is not https"));
        }
        if !port::is_pushed_to(port) {
            return Err(PushUrlRefused("its port is not one for pages"));
        }
        Ok(Self(url))
    }

    pub(super) const fn as_url(&self) -> &Url {
        &self.0
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Key by which the pages in flight are counted.
    pub(super) fn host_and_port(&self) -> String {
        let host = self.0.host_str().unwrap_or_default().trim_end_matches('.');
        format!("{host}:{}", self.0.port_or_known_default().unwrap_or_default())
    }

    /// Resolves the host: every address must be public.
    pub(super) async fn resolve(&self, allowed: &Allowed) -> Result<(), PushUrlRefused> {
        let Some(Host::Domain(host)) = self.0.host() else {
            return Ok(());
        };
        let addresses = tokio::time::timeout(LOOKUP_TIMEOUT, public_addresses(host, allowed));
        addresses.await.map_err(|_| PushUrlRefused("its host cannot be found"))?.map(|_| ())
    }
}

/// Resolves only to public addresses. The connection uses exactly these addresses, so a name that
/// changes between check and call gains nothing.
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
    // One private address among public ones is an attack, not a mistake.
    if !addresses
        .iter()
        .all(|address| address::is_public(address.ip()) || allowed.covers_ip(address.ip()))
    {
        return Err(PushUrlRefused("it leads into a private network"));
    }
    Ok(addresses)
}

/// Rejects text that parsers read in different ways: they drop tabs and
/// line ends, take `\\` for `/` and `。` for a dot, and look for the host behind the last `@`.
fn check_text(text: &str) -> Result<(), PushUrlRefused> {
    if text.len() > URL_BYTES_MAX {
        return Err(PushUrlRefused("it is too long"));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return Err(PushUrlRefused("it has characters that do not belong in a URL"));
    }
    let Some((_, rest)) = text.split_once("://") else {
        return Err(PushUrlRefused("it is no URL"));
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(PushUrlRefused("it carries credentials"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One per line; a backslash and a letter stand for a control character.
    fn hostile() -> Vec<String> {
        include_str!("../../../../tests/fixtures/hostile-push-urls.txt")
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                line.replace("\\t", "\t")
                    .replace("\\n", "\n")
                    .replace("\\r", "\r")
                    .replace("\\0", "\0")
            })
            .collect()
    }

    #[test]
    fn an_address_that_leads_anywhere_but_the_open_internet_is_refused() {
        let (hostile, allowed) = (hostile(), Allowed::new(vec![]));
        assert!(hostile.len() >= 60);
        let taken: Vec<_> =
            hostile.iter().filter(|text| PushUrl::parse(text, &allowed).is_ok()).collect();
        assert!(taken.is_empty(), "{taken:#?}");
    }

    /// An exception applies to one address and port only.
    #[test]
    fn an_exception_for_one_address_lets_no_other_through() {
        let allowed = Allowed::new(vec!["127.0.0.1:9000".parse().unwrap()]);
        assert!(hostile().iter().all(|text| PushUrl::parse(text, &allowed).is_err()));
        assert!(PushUrl::parse("http://user@127.0.0.1:9000/", &allowed).is_err());
    }

    #[test]
    fn a_public_https_address_is_taken() {
        for text in [
            "https://hiu.example.org/v3/transfer",
            "https://hiu.example.org:443/",
            "HTTPS://HIU.Example.ORG/transfer?a=b%20c&d=@",
            "https://hiu.example.org:8443/@me",
            "https://xn--11b5bs3a9aj6g.in/",
            "https://8.8.8.8/",
            "https://[2600::1]:10443/",
        ] {
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
    async fn a_name_is_looked_up_and_what_leads_home_is_refused() {
        let allowed = Allowed::new(vec![]);
        assert!(public_addresses("localhost", &allowed).await.is_err());
        let exception =
            Allowed::new(vec!["127.0.0.1:9000".parse().unwrap(), "[::1]:9000".parse().unwrap()]);
        assert!(public_addresses("localhost", &exception).await.is_ok());
    }
}
