//! References: what they point at, and whether they may.

use super::{Note, Owed, View, Walk};
use crate::rules::name::Name;
use crate::rules::table::TargetsId;
use crate::validate::entries::claimed;
use crate::validate::finding::{Layer, Severity};
use crate::validate::place::is_plain;
use crate::validate::primitive::{is_absolute_uri, is_id};

/// Where a reference leads.
enum Target<'t> {
    Entry(usize),
    /// A resource inside of the one that points.
    Contained(View<'t>),
    /// By identifier or words only, or to a version of something: nothing to follow.
    Untold,
    /// An address on a server that is not part of the document.
    Outside,
    Nowhere,
    /// `Type/id` of an entry whose `fullUrl` is no address of that server.
    NotByUrl,
    /// No address at all.
    Malformed,
}

impl<'t> Walk<'_, 't> {
    /// Whether the reference leads somewhere, to what it says, and to what the profile admits.
    pub(super) fn reference(&mut self, at: View<'t>, targets: Option<TargetsId>) {
        let target = self.target(at);
        self.resolve(at, &target);
        if let Some(targets) = targets {
            self.admit(at, &target, targets);
        }
    }

    fn resolve(&mut self, at: View<'t>, target: &Target<'t>) {
        let path = at.member(Name::REFERENCE).unwrap_or(at);
        match *target {
            Target::Entry(index) => {
                let from = self.entry.and_then(|from| u32::try_from(from).ok());
                self.edges.extend(from.zip(u32::try_from(index).ok()));
                self.named_type(at, self.entries.list[index].kind);
            }
            Target::Contained(inner) => {
                self.named_type(at, inner.text_of(Name::RESOURCE_TYPE).unwrap_or_default());
            }
            Target::Outside => {
                let message = "points at a server outside of the document";
                let mend =
                    "put the resource into the document: its reader may not reach the server";
                self.not_here(path, Note::new("reference-resolve", message, mend));
            }
            Target::Nowhere => {
                let message = "points at nothing in the document";
                let mend = "write the fullUrl of an entry, letter by letter";
                self.not_here(path, Note::new("reference-resolve", message, mend));
            }
            Target::NotByUrl => {
                let message = "names an entry by type and id, and the fullUrl of that is another";
                let mend = "write the fullUrl of the entry, letter by letter";
                self.error(path, Note::new("reference-resolve", message, mend));
            }
            Target::Malformed => {
                let message = "is not the address of a resource";
                let mend =
                    "write the fullUrl of an entry, Type/id, or # and the id of a contained one";
                self.error(path, Note::new("reference-form", message, mend));
            }
            Target::Untold => {}
        }
    }

    /// FHIR asks that a document holds what its Composition points at, but for the documents that
    /// it replaces. Of other references only the network's readers ask it.
    #[cold]
    fn not_here(&mut self, path: View<'t>, note: Note) {
        let is_first = self.entry == Some(0) && self.resource == self.container;
        let composition = self.resource;
        if !is_first || !composition.is(Name::RESOURCE_TYPE, "Composition") {
            if !self.fhir_only {
                self.report.add(Severity::Warning, Layer::Policy, path.into(), note);
            }
            return;
        }
        let others = composition.member(Name::RELATES_TO);
        if !others.is_some_and(|others| path.is_in(others)) {
            self.error(path, note);
        }
    }

    fn named_type(&mut self, at: View<'t>, kind: &str) {
        let named = at.member(Name::TYPE);
        if let Some(named) = named.filter(|named| named.text().is_some_and(|text| text != kind)) {
            let kind = if is_plain(kind) { kind } else { "another" };
            let message = format!("names another type than the resource has ({kind})");
            self.error(named, Note::new("reference-type", message, format!("write {kind}")));
        }
    }

    fn target(&self, at: View<'t>) -> Target<'t> {
        let Some(address) = at.text_of(Name::REFERENCE) else {
            return Target::Untold;
        };
        if let Some(id) = address.strip_prefix('#') {
            let mut inside = self.container.each(Name::CONTAINED);
            // Whether it is there is the matter of ref-1.
            let found = inside.find(|inner| inner.is(Name::ID, id));
            return found.map_or(Target::Untold, Target::Contained);
        }
        if self.entries.is_empty() {
            return Target::Untold;
        }
        if let Some(index) = self.entries.index_of(address) {
            return Target::Entry(index);
        }
        if let Some((address, version)) = address.split_once("/_history/") {
            return self.version(address, version);
        }
        if address.starts_with("http://") || address.starts_with("https://") {
            let is_sound = is_absolute_uri(address);
            return if is_sound { Target::Outside } else { Target::Malformed };
        }
        let found = self.on_same_server(address);
        found.map_or_else(|| self.not_found(address), Target::Entry)
    }

    #[cold]
    fn not_found(&self, address: &str) -> Target<'t> {
        if is_absolute_uri(address) {
            return Target::Nowhere;
        }
        let Some((_, id)) =
            address.split_once('/').filter(|(kind, id)| self.is_type(kind) && is_id(id))
        else {
            return Target::Malformed;
        };
        let is_from_entry = self.entry.is_some();
        if is_from_entry && self.entries.has_id(id) { Target::NotByUrl } else { Target::Nowhere }
    }

    /// One version of a resource: the one in the document, when that says that it is this.
    #[cold]
    fn version(&self, address: &str, version: &str) -> Target<'t> {
        let found = self.entries.index_of(address).or_else(|| self.on_same_server(address));
        let is_it = |index: &usize| {
            let resource = self.entries.list[*index].resource;
            let meta = resource.and_then(|resource| resource.member(Name::META));
            let here = meta.and_then(|meta| meta.text_of(Name::VERSION_ID));
            here == Some(version)
        };
        match found.filter(is_it) {
            Some(index) => Target::Entry(index),
            None if is_id(version) => self.not_found(address),
            None => Target::Malformed,
        }
    }

    /// `Type/id` has a meaning only on the server that the pointing entry is on.
    fn on_same_server(&self, address: &str) -> Option<usize> {
        let from = self.entries.list.get(self.entry?)?;
        let url = from.full_url.filter(|url| url.starts_with("http"))?;
        let mut parts = url.rsplitn(3, '/');
        let (_, kind, server) = (parts.next()?, parts.next()?, parts.next()?);
        (kind == from.kind).then(|| self.entries.index_of(&format!("{server}/{address}"))).flatten()
    }

    /// Whether the profile lets the reference point at that.
    fn admit(&mut self, at: View<'t>, target: &Target<'t>, id: TargetsId) {
        let (kind, resource) = match *target {
            Target::Entry(index) => {
                let entry = &self.entries.list[index];
                (entry.resource_type, entry.resource)
            }
            Target::Contained(inner) => {
                let kind = inner.text_of(Name::RESOURCE_TYPE);
                (kind.and_then(|kind| self.rules.resource_type(kind)), Some(inner))
            }
            Target::Untold | Target::Outside | Target::Nowhere | Target::NotByUrl => {
                return self.admit_told(at, id);
            }
            Target::Malformed => return,
        };
        let targets = &self.rules.tables().targets[id.index()];
        let Some((kind, resource)) =
            kind.filter(|kind| targets.types.binary_search(kind).is_ok()).zip(resource)
        else {
            return self.wrong_target(at, id);
        };
        let narrow = targets.profiles.iter().copied();
        let mut narrow = narrow.filter(|id| self.rules.profile(*id).resource == kind).peekable();
        if narrow.peek().is_none() {
            return;
        }
        let keeps = |claimed, wanted| self.rules.is_kind_of(claimed, wanted);
        let (is_claimed, container, entry) = match *target {
            Target::Entry(index) => {
                let claims = self.entries.list[index].claims.into_iter().flatten();
                let is_claimed =
                    narrow.any(|wanted| claims.clone().any(|claimed| keeps(claimed, wanted)));
                (is_claimed, resource, Some(index))
            }
            Target::Contained(_)
            | Target::Untold
            | Target::Outside
            | Target::Nowhere
            | Target::NotByUrl
            | Target::Malformed => {
                let is_claimed = narrow.any(|wanted| {
                    claimed(Some(resource), self.rules).any(|claimed| keeps(claimed, wanted))
                });
                (is_claimed, self.container, self.entry)
            }
        };
        if !is_claimed {
            self.owed.push(Owed { from: at, resource, container, entry, kind, targets: id });
        }
    }

    /// What a reference that leads nowhere says about its target: by `type`, and as `Type/id`.
    fn admit_told(&mut self, at: View<'t>, id: TargetsId) {
        let address = at.text_of(Name::REFERENCE).unwrap_or_default();
        let address = address.split_once("/_history/").map_or(address, |(address, _)| address);
        let of_address = address.rsplit('/').nth(1).filter(|kind| self.is_type(kind));
        if let Some(kind) = of_address {
            self.named_type(at, kind);
        }
        // What an address on another server looks like need not be what it is.
        let of_address = of_address.filter(|_| !is_absolute_uri(address));
        let told = [at.text_of(Name::TYPE), of_address].into_iter().flatten();
        let targets = &self.rules.tables().targets[id.index()];
        let mut kinds = told.filter_map(|kind| self.rules.resource_type(kind));
        if kinds.any(|kind| targets.types.binary_search(&kind).is_err()) {
            self.wrong_target(at, id);
        }
    }

    fn is_type(&self, name: &str) -> bool {
        self.rules.resource_type(name).is_some()
    }

    #[cold]
    fn wrong_target(&mut self, at: View<'t>, id: TargetsId) {
        let wanted = self.names_of_types(id);
        let message = format!("{} lets this point at {wanted} only", self.profile_name());
        let mend = "point at a resource of that type, or move the entry to where it belongs";
        self.error(at, Note::new("reference-target", message, mend));
    }

    fn names_of_types(&self, id: TargetsId) -> String {
        let types = &self.rules.tables().targets[id.index()].types;
        let names: Vec<&str> = types.iter().map(|kind| self.rules.type_name(*kind)).collect();
        names.join(", ")
    }
}
