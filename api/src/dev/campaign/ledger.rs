//! Promises to patients and hospitals, for the verdict to check.

use parking_lot::Mutex;
/// A visit that a node acknowledged.
#[derive(Clone)]
pub(super) struct Acknowledged {
    pub(super) visit_code: String,
    pub(super) abha_address: String,
}

/// All promises, and those that were not kept.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Entries>);

/// Content of the ledger.
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
        self.0.lock().visits.push(visit);
    }

    pub(super) fn asked_for_a_transfer(&self) {
        self.0.lock().transfers_asked += 1;
    }

    pub(super) fn got_a_transfer(&self) {
        self.0.lock().transfers_whole += 1;
    }

    pub(super) fn revoked(&self) {
        self.0.lock().revoked += 1;
    }

    /// Records a request without the right answer.
    pub(super) fn unanswered(&self, question: String) {
        self.0.lock().unanswered.push(question);
    }

    pub(super) fn entries(&self) -> Entries {
        self.0.lock().clone()
    }
}
