//! Counts the pages that this process is sending to each host.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

/// The slots in use, by host.
pub(super) struct Places {
    /// Maximum number of pages to one host at the same time. A host that hangs blocks no more workers than these.
    per_host: usize,
    taken: Mutex<HashMap<String, usize>>,
}

impl Places {
    pub(super) fn new(per_host: usize) -> Self {
        Self { per_host, taken: Mutex::default() }
    }

    /// Takes a slot; `None` if the host has none left.
    pub(super) fn take(self: &Arc<Self>, host: &str) -> Option<Taken> {
        let mut taken = self.taken.lock();
        let count = taken.get(host).copied().unwrap_or_default();
        if count >= self.per_host {
            return None;
        }
        taken.insert(host.to_owned(), count.saturating_add(1));
        Some(Taken { places: Arc::clone(self), host: host.to_owned() })
    }

    /// The hosts without a free slot.
    pub(super) fn full(&self) -> Vec<String> {
        let taken = self.taken.lock();
        let full = taken.iter().filter(|(_, count)| **count >= self.per_host);
        full.map(|(host, _)| host.clone()).collect()
    }
}

/// A slot, released on drop.
pub(super) struct Taken {
    places: Arc<Places>,
    host: String,
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock();
        if let Some(count) = taken.get_mut(&self.host) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.host);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_its_places_and_each_is_given_back() {
        let places = Arc::new(Places::new(2));
        let first = places.take("hiu.example.org:443");
        let second = places.take("hiu.example.org:443");
        assert!(first.is_some() && second.is_some());
        assert!(places.take("hiu.example.org:443").is_none());
        assert!(places.take("other.example.org:443").is_some());
        assert_eq!(places.full(), ["hiu.example.org:443"]);
        drop(first);
        assert_eq!(places.full(), Vec::<String>::new());
        assert!(places.take("hiu.example.org:443").is_some());
        drop(second);
        assert!(places.taken.lock().is_empty(), "hosts that are done with are forgotten");
    }
}
