//! References: what they point at, and whether they may.

use super::{Note, View, Walk};
use crate::rules::name::Name;
use crate::rules::table::{TargetsId, TypeId};
use crate::validate::entries::claimed;
use crate::validate::place::is_plain;

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
                self.warning(path, Note::new("reference-resolve", message, mend));
            }
            Target::Nowhere => {
                let message = "points at nothing in the document";
                let mend = "write the fullUrl of an entry, letter by letter";
                self.error(path, Note::new("reference-resolve", message, mend));
            }
            Target::Untold => {}
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
        if address.starts_with("http://") || address.starts_with("https://") {
            return Target::Outside;
        }
        self.on_same_server(address).map_or(Target::Nowhere, Target::Entry)
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
        let (kind, is_here) = match *target {
            Target::Entry(index) => (self.entries.list[index].resource_type, true),
            Target::Contained(inner) => {
                let kind = inner.text_of(Name::RESOURCE_TYPE);
                (kind.and_then(|kind| self.rules.resource_type(kind)), true)
            }
            Target::Untold | Target::Outside | Target::Nowhere => (self.told_type(at), false),
        };
        let Some(kind) = kind else {
            // It is no resource of R4, which is told there, or nobody says what it is.
            if is_here {
                self.wrong_target(at, id);
            }
            return;
        };
        let targets = &self.rules.tables().targets[id.index()];
        if targets.types.binary_search(&kind).is_err() {
            return self.wrong_target(at, id);
        }
        let narrow = targets.profiles.iter().copied();
        let mut narrow = narrow.filter(|id| self.rules.profile(*id).resource == kind).peekable();
        if narrow.peek().is_none() {
            return;
        }
        let keeps = |claimed, wanted| self.rules.is_kind_of(claimed, wanted);
        let is_claimed = match *target {
            Target::Entry(index) => {
                let claims = self.entries.list[index].claims.into_iter().flatten();
                narrow.any(|wanted| claims.clone().any(|claimed| keeps(claimed, wanted)))
            }
            Target::Contained(inner) => narrow.any(|wanted| {
                claimed(Some(inner), self.rules).any(|claimed| keeps(claimed, wanted))
            }),
            Target::Untold | Target::Outside | Target::Nowhere => true,
        };
        if !is_claimed {
            self.wrong_profile(at, id, kind);
        }
    }

    /// What a reference that leads nowhere says about its target: by `type`, or as `Type/id`.
    fn told_type(&self, at: View<'t>) -> Option<TypeId> {
        let address = at.text_of(Name::REFERENCE).unwrap_or_default();
        let of_address = || address.rsplit('/').nth(1);
        let told = at.text_of(Name::TYPE).or_else(of_address);
        told.and_then(|kind| self.rules.resource_type(kind))
    }

    #[cold]
    fn wrong_target(&mut self, at: View<'t>, id: TargetsId) {
        let wanted = self.names_of_types(id);
        let message = format!("{} lets this point at {wanted} only", self.profile_name());
        let mend = "point at a resource of that type, or move the entry to where it belongs";
        self.error(at, Note::new("reference-target", message, mend));
    }

    #[cold]
    fn wrong_profile(&mut self, at: View<'t>, id: TargetsId, kind: TypeId) {
        let rules = self.rules;
        let targets = &rules.tables().targets[id.index()];
        let profiles = targets.profiles.iter().map(|id| rules.profile(*id));
        let profiles = profiles.filter(|profile| profile.resource == kind);
        let names: Vec<&str> = profiles.map(|profile| rules.text(profile.name)).collect();
        let names = names.join(" or ");
        let message =
            format!("the resource that this points at does not declare the profile {names}");
        let mend = format!("name {names} in its meta.profile");
        self.warning(at, Note::new("reference-profile", message, mend));
    }

    fn names_of_types(&self, id: TargetsId) -> String {
        let types = &self.rules.tables().targets[id.index()].types;
        let names: Vec<&str> = types.iter().map(|kind| self.rules.type_name(*kind)).collect();
        names.join(", ")
    }
}
