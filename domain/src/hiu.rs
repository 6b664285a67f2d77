//! Which hosts of a health information user (HIU) receive the session token with a page, by decision of an operator.
//!
//! With this token a party can act as this bridge for 20 minutes. So it is sent only to trusted hosts and only over
//! https.

use std::collections::BTreeSet;

use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{HiuId, PushHost};

/// The trusted hosts of one HIU.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hiu {
    hosts: BTreeSet<PushHost>,
}

/// A command of an operator on an HIU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HiuCommand {
    /// Send the session token to this host.
    Trust {
        /// The HIU, as consents name it.
        hiu: HiuId,
        /// The host of its push URL.
        host: PushHost,
    },
    /// Send it to no host of this HIU.
    Distrust {
        /// The HIU, as consents name it.
        hiu: HiuId,
    },
}

/// An event of an HIU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, LogEvent)]
pub enum HiuEvent {
    /// This host receives the session token.
    #[serde(rename = "hiu.trusted")]
    Trusted {
        /// The HIU, as consents name it.
        hiu: HiuId,
        /// The host of its push URL.
        host: PushHost,
    },
    /// No host of this HIU receives the session token.
    #[serde(rename = "hiu.distrusted")]
    Distrusted {
        /// The HIU, as consents name it.
        hiu: HiuId,
    },
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HiuError {}

impl Hiu {
    /// Whether pages to this host include the session token.
    pub fn trusts(&self, host: &PushHost) -> bool {
        self.hosts.contains(host)
    }

    /// The trusted hosts, in alphabetical order.
    pub fn hosts(&self) -> impl Iterator<Item = &PushHost> {
        self.hosts.iter()
    }

    /// Decides on a command and returns the resulting events.
    pub fn decide(&self, command: HiuCommand) -> Result<Vec<HiuEvent>, HiuError> {
        Ok(match command {
            HiuCommand::Trust { host, .. } if self.trusts(&host) => vec![],
            HiuCommand::Trust { hiu, host } => vec![HiuEvent::Trusted { hiu, host }],
            HiuCommand::Distrust { .. } if self.hosts.is_empty() => vec![],
            HiuCommand::Distrust { hiu } => vec![HiuEvent::Distrusted { hiu }],
        })
    }

    fn evolve(&mut self, event: HiuEvent) {
        match event {
            HiuEvent::Trusted { host, .. } => {
                self.hosts.insert(host);
            }
            HiuEvent::Distrusted { .. } => self.hosts.clear(),
        }
    }
}

aggregate!(Hiu, "hiu", HiuCommand, HiuEvent, HiuError);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::given;

    fn hiu() -> HiuId {
        HiuId::parse("IN0610099900").unwrap()
    }

    fn host(text: &str) -> PushHost {
        PushHost::parse(text).unwrap()
    }

    fn trusted(text: &str) -> HiuEvent {
        HiuEvent::Trusted { hiu: hiu(), host: host(text) }
    }

    #[test]
    fn a_host_is_trusted_once_and_until_the_hiu_is_distrusted() {
        let trust = |text| HiuCommand::Trust { hiu: hiu(), host: host(text) };
        given::<Hiu>([]).when(trust("hiu.example.org")).then([trusted("hiu.example.org")]);
        given::<Hiu>([trusted("hiu.example.org")]).when(trust("hiu.example.org")).then([]);
        let distrusted = HiuEvent::Distrusted { hiu: hiu() };
        given::<Hiu>([trusted("a.example")])
            .when(HiuCommand::Distrust { hiu: hiu() })
            .then([distrusted.clone()]);
        given::<Hiu>([trusted("a.example"), distrusted])
            .when(trust("a.example"))
            .then([trusted("a.example")]);
    }
}
