//! `[throttle]`: limits for callers with an unknown key.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, de};

/// `[throttle]`. A caller with a valid key is never throttled.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThrottleSection {
    /// Requests with an unknown key in a minute from one address; further ones get 429.
    pub failures_per_address_max: u32,
    /// The same, from all addresses together.
    pub failures_max: u32,
    /// Proxies whose `X-Forwarded-For` is trusted: addresses, or networks such as `10.0.0.0/8`.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for ThrottleSection {
    fn default() -> Self {
        Self { failures_per_address_max: 20, failures_max: 1_000, trusted_proxies: vec![] }
    }
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let network = |text: &String| {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse().or_else(|_| address()).map_err(|_| {
            de::Error::custom("trusted_proxies are addresses, or networks as 10.0.0.0/8")
        })
    };
    texts.iter().map(network).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trusted_proxy_is_an_address_or_a_network() {
        let read = |text: &str| toml::from_str::<ThrottleSection>(text);
        let section = read("trusted_proxies = [\"10.0.0.0/8\", \"192.0.2.7\", \"::1\"]").unwrap();
        let trusted = |address: &str| {
            let address: IpAddr = address.parse().unwrap();
            section.trusted_proxies.iter().any(|network| network.contains(&address))
        };
        assert!(trusted("10.1.2.3") && trusted("192.0.2.7") && trusted("::1"));
        assert!(!trusted("192.0.2.8") && !trusted("11.0.0.1") && !trusted("::2"));
        assert!(read("trusted_proxies = [\"proxy.example.in\"]").is_err());
        assert_eq!(ThrottleSection::default().trusted_proxies, []);
    }
}
