//! The resources of a bundle, found by what points at them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use serde_json::Value;

/// Lenient: other systems' documents point with `Patient/1` where ours use `urn:uuid:`.
pub(super) struct Shelf<'v> {
    resources: Vec<&'v Value>,
    by_url: HashMap<&'v str, usize>,
    by_type_and_id: HashMap<(&'v str, &'v str), usize>,
    shown: RefCell<HashSet<usize>>,
}

impl<'v> Shelf<'v> {
    pub(super) fn of(bundle: &'v Value) -> Self {
        let entries = bundle["entry"].as_array().map_or(&[][..], Vec::as_slice);
        let mut shelf = Self {
            resources: Vec::with_capacity(entries.len()),
            by_url: HashMap::with_capacity(entries.len()),
            by_type_and_id: HashMap::with_capacity(entries.len()),
            shown: RefCell::default(),
        };
        for (index, entry) in entries.iter().enumerate() {
            let resource = &entry["resource"];
            shelf.resources.push(resource);
            if let Some(url) = entry["fullUrl"].as_str() {
                shelf.by_url.entry(url).or_insert(index);
            }
            if let (Some(kind), Some(id)) =
                (resource["resourceType"].as_str(), resource["id"].as_str())
            {
                shelf.by_type_and_id.entry((kind, id)).or_insert(index);
            }
        }
        shelf
    }

    /// The first page; null when there is none.
    pub(super) fn composition(&self) -> &'v Value {
        let composition =
            self.resources.iter().find(|resource| resource["resourceType"] == "Composition");
        composition.copied().unwrap_or(&Value::Null)
    }

    /// What a reference points at; null when it points at nothing here.
    pub(super) fn at(&self, reference: &Value) -> &'v Value {
        let index = self.index(reference);
        index.and_then(|index| self.resources.get(index)).copied().unwrap_or(&Value::Null)
    }

    /// Whether it is the first time that what a reference points at is shown. Twice is once too
    /// often: resources that list each other would fill any page.
    pub(super) fn show(&self, reference: &Value) -> bool {
        self.index(reference).is_some_and(|index| self.shown.borrow_mut().insert(index))
    }

    fn index(&self, reference: &Value) -> Option<usize> {
        let address = reference["reference"].as_str()?;
        let by_tail = || {
            let (head, id) = address.rsplit_once('/')?;
            let kind = head.rsplit('/').next()?;
            self.by_type_and_id.get(&(kind, id))
        };
        self.by_url.get(address).or_else(by_tail).copied()
    }
}
