//! What an operator decides about a health information user (HIU): which of its hosts are shown our
//! session token with a page.
//!
//! Anyone who has that token can act as our bridge for twenty minutes. So it goes only where an operator
//! said, over https, and to nobody else who names a push address.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::{LogEvent, aggregate};
use crate::id::{HiuId, PushHost};

/// The hosts of one HIU that are trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hiu {
    hosts: BTreeSet<PushHost>,
}

/// What an operator may decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HiuCommand {
    /// Show this host our session token.
    Trust {
        /// The HIU, as consents name it.
        hiu: HiuId,
        /// Where it takes its pages.
        host: PushHost,
    },
    /// Show it to none of its hosts any more.
    Distrust {
        /// The HIU, as consents name it.
        hiu: HiuId,
    },
}

/// What an operator has decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HiuEvent {
    /// This host is shown our session token.
    #[serde(rename = "hiu.trusted")]
    Trusted {
        /// The HIU.
        hiu: HiuId,
        /// Where it takes its pages.
        host: PushHost,
    },
    /// None of its hosts is any more.
    #[serde(rename = "hiu.distrusted")]
    Distrusted {
        /// The HIU.
        hiu: HiuId,
    },
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HiuError {}

impl Hiu {
    /// Whether pages for this host carry our session token.
    pub fn trusts(&self, host: &PushHost) -> bool {
        self.hosts.contains(host)
    }

    /// The trusted hosts, in alphabetical order.
    pub fn hosts(&self) -> impl Iterator<Item = &PushHost> {
        self.hosts.iter()
    }

    /// What follows from `command`.
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

impl LogEvent for HiuEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Trusted { .. } => "hiu.trusted",
            Self::Distrusted { .. } => "hiu.distrusted",
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
