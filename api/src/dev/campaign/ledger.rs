//! What was promised to patients and hospitals, so that the verdict can ask for it.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A visit that a node has said it has.
#[derive(Clone)]
pub(super) struct Acknowledged {
    pub(super) visit_code: String,
    pub(super) abha_address: String,
}

/// Everything that was promised, and what did not come.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Entries>);

/// What is written in it.
#[derive(Clone, Default)]
pub(super) struct Entries {
    pub(super) visits: Vec<Acknowledged>,
    pub(super) transfers_asked: u64,
    pub(super) transfers_whole: u64,
    pub(super) revoked: u64,
    pub(super) unanswered: Vec<String>,
}

impl Ledger {
    pub(super) fn acknowledged(&self, visit: Acknowledged) {
        self.lock().visits.push(visit);
    }

    pub(super) fn asked_for_a_transfer(&self) {
        self.lock().transfers_asked += 1;
    }

    pub(super) fn got_a_transfer(&self) {
        self.lock().transfers_whole += 1;
    }

    pub(super) fn revoked(&self) {
        self.lock().revoked += 1;
    }

    /// A question without its right answer, in words.
    pub(super) fn unanswered(&self, question: String) {
        self.lock().unanswered.push(question);
    }

    pub(super) fn entries(&self) -> Entries {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
