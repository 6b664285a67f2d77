//! The claims of this process, and those whose work ended without a settlement.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

struct Claims<C> {
    next: u64,
    at_work: HashMap<u64, Arc<C>>,
    dropped: Vec<Arc<C>>,
}

pub(super) struct Held<C>(Mutex<Claims<C>>);

impl<C> Default for Held<C> {
    fn default() -> Self {
        Self(Mutex::new(Claims { next: 0, at_work: HashMap::new(), dropped: vec![] }))
    }
}

impl<C> Held<C> {
    /// Every claim in progress.
    pub(super) fn all(&self) -> Vec<Arc<C>> {
        self.0.lock().at_work.values().cloned().collect()
    }

    /// The claims whose work ended without a settlement; each is returned once.
    pub(super) fn dropped(&self) -> Vec<Arc<C>> {
        std::mem::take(&mut self.0.lock().dropped)
    }
}

/// A claim in progress. If it is dropped before settlement, it is released.
pub(super) struct Guard<C> {
    held: Arc<Held<C>>,
    number: u64,
    claim: Arc<C>,
}

impl<C> Guard<C> {
    pub(super) fn new(held: &Arc<Held<C>>, claim: C) -> Self {
        let claim = Arc::new(claim);
        let mut claims = held.0.lock();
        let number = claims.next;
        claims.next = number.wrapping_add(1);
        claims.at_work.insert(number, Arc::clone(&claim));
        drop(claims);
        Self { held: Arc::clone(held), number, claim }
    }

    pub(super) fn claim(&self) -> &C {
        &self.claim
    }

    /// The settlement was recorded, or its lease is left to expire.
    pub(super) fn settled(self) {
        self.held.0.lock().at_work.remove(&self.number);
    }
}

impl<C> Drop for Guard<C> {
    fn drop(&mut self) {
        let mut claims = self.held.0.lock();
        if let Some(claim) = claims.at_work.remove(&self.number) {
            claims.dropped.push(claim);
        }
    }
}
