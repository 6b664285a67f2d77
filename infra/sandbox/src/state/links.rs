//! The care contexts that are linked at the gateway.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::run::clock;
use crate::wire::care_context::CareContext;

/// The linked care contexts by ABHA address, in the order of linking.
#[derive(Default)]
pub(crate) struct Links {
    by_address: BTreeMap<String, Vec<CareContext>>,
    /// Time of the newest link, by ABHA address.
    linked_at: BTreeMap<String, DateTime<Utc>>,
}

impl Links {
    pub(crate) fn of(&self, abha_address: &str) -> &[CareContext] {
        self.by_address.get(abha_address).map_or(&[], Vec::as_slice)
    }

    /// Whether the same care context is linked with the same hi type. The display may differ.
    pub(crate) fn contains(&self, abha_address: &str, context: &CareContext) -> bool {
        self.of(abha_address).iter().any(|linked| linked.is_same(context))
    }

    /// Links the care contexts that are not linked yet. Returns their number.
    pub(crate) fn add(&mut self, abha_address: &str, contexts: Vec<CareContext>) -> usize {
        let mut added = 0;
        for context in contexts {
            if !self.contains(abha_address, &context) {
                self.by_address.entry(abha_address.to_owned()).or_default().push(context);
                added += 1;
            }
        }
        added
    }

    pub(crate) fn note_link(&mut self, abha_address: &str) {
        self.linked_at.insert(abha_address.to_owned(), clock::now());
    }

    /// Whether the newest link of this address is at least `settles_after` old. True if there is no link.
    pub(crate) fn is_settled(&self, abha_address: &str, settles_after: Duration) -> bool {
        let linked_at = self.linked_at.get(abha_address);
        linked_at
            .is_none_or(|at| (clock::now() - *at).to_std().unwrap_or_default() >= settles_after)
    }
}
