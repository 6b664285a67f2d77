//! The resources of a bundle, found by what points at them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use serde_json::Value;

/// Lenient: other systems' documents point with `Patient/1` where ours use `urn:uuid:`.
pub(super) struct Shelf<'v> {
    resources: Vec<&'v Value>,
    by_url: HashMap<&'v str, usize>,
    by_type_and_id: HashMap<(&'v str, &'v str), usize>,
    /// By address: resources within others have no place in the list.
    shown: RefCell<HashSet<*const Value>>,
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

    /// The shelf as a resource sees it.
    pub(super) fn within(&self, holder: &'v Value) -> View<'_, 'v> {
        View { shelf: self, holder }
    }

    fn index(&self, address: &str) -> Option<usize> {
        let by_tail = || {
            let (head, id) = address.rsplit_once('/')?;
            let kind = head.rsplit('/').next()?;
            self.by_type_and_id.get(&(kind, id))
        };
        self.by_url.get(address).or_else(by_tail).copied()
    }
}

/// The resources that one resource can point at: those of the bundle, and those that it contains.
#[derive(Clone, Copy)]
pub(super) struct View<'s, 'v> {
    shelf: &'s Shelf<'v>,
    holder: &'v Value,
}

impl<'v> View<'_, 'v> {
    /// The view of a resource that was found in this one: what a contained resource points at is
    /// contained beside it.
    pub(super) fn of(self, reference: &Value) -> Self {
        if local_id(reference).is_some() {
            self
        } else {
            Self { holder: self.at(reference), ..self }
        }
    }

    /// What a reference points at; null when it points at nothing here.
    pub(super) fn at(self, reference: &Value) -> &'v Value {
        let found = match local_id(reference) {
            Some(id) => {
                let contained = self.holder["contained"].as_array();
                contained.into_iter().flatten().find(|one| one["id"].as_str() == Some(id))
            }
            None => reference["reference"]
                .as_str()
                .and_then(|address| self.shelf.index(address))
                .and_then(|index| self.shelf.resources.get(index).copied()),
        };
        found.unwrap_or(&Value::Null)
    }

    /// Whether it is the first time that a resource is shown. Twice is once too often: resources that
    /// list each other would fill any page.
    pub(super) fn show(self, resource: &'v Value) -> bool {
        self.shelf.shown.borrow_mut().insert(std::ptr::from_ref(resource))
    }
}

/// `m1` of a reference to `#m1`, a resource that the same resource contains.
fn local_id(reference: &Value) -> Option<&str> {
    reference["reference"].as_str()?.strip_prefix('#')
}
