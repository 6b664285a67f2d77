//! Resources: which profiles they are checked against.

use super::{Note, View, Walk, check_plain, is_extension};
use crate::rules::name::Name;
use crate::rules::table::{ProfileId, TypeId};
use crate::validate::finding::{Layer, Severity};
use crate::validate::limits::Limits;
use crate::validate::place::{Place, is_plain};
use crate::validate::tape::Kind;

/// What a resource claims, what is wanted of it, and what its code implies.
const PROFILES_MAX: usize = Limits::CLAIMS_MAX + 2;

impl<'t> Walk<'_, 't> {
    /// A resource inside of another: of an entry, or contained.
    pub(super) fn inner_resource(&mut self, at: View<'t>, profile: Option<ProfileId>) {
        let outer = (self.resource, self.container, self.profile, self.entry);
        let is_contained = self.resource != at.root() || self.entries.is_empty();
        if !is_contained {
            self.entry = self.entries.with_resource(at);
        }
        self.container = if is_contained { self.container } else { at };
        self.resource(at, profile);
        (self.resource, self.container, self.profile, self.entry) = outer;
    }

    /// Checks a resource against `wanted` and against all that it claims; when it claims nothing,
    /// against the definition of its type.
    pub(in crate::validate) fn resource(&mut self, at: View<'t>, wanted: Option<ProfileId>) {
        self.resource = at;
        if at.kind() != Kind::Object {
            return self
                .error(at, Note::new("type", "must be a resource", "put it into curly brackets"));
        }
        let Some(kind) = self.resource_type(at) else {
            return check_plain(at, self.report);
        };
        let Some(definition) = self.rules.definition(kind) else {
            return self.any_resource(at, kind);
        };
        self.implicit_rules(at);
        let mut profiles = [definition; PROFILES_MAX];
        let count = self.profiles(at, kind, wanted, &mut profiles);
        for place in 0..count.max(1) {
            let profile = profiles[place];
            let is_covered = |other: usize| {
                other != place
                    && self.rules.is_kind_of(profiles[other], profile)
                    && (profiles[other] != profile || other < place)
            };
            if (0..count).any(is_covered) {
                continue;
            }
            self.profile = Some(profile);
            self.object(at, self.rules.profile(profile).shape);
        }
    }

    /// A resource of a type that the rules do not define: what every resource may hold is checked,
    /// and where its references lead.
    fn any_resource(&mut self, at: View<'t>, kind: TypeId) {
        let name = self.rules.type_name(kind);
        let message = format!("only what every resource has is checked: {name} is not defined");
        self.warning(at, Note::new("not-checked", message, ""));
        check_plain(at, self.report);
        self.implicit_rules(at);
        self.profile = None;
        let shape = self.rules.shape(self.rules.any_resource_shape());
        for member in at.members() {
            let Some(child) = self.rules.child(shape, member.name()) else {
                self.references(member);
                continue;
            };
            if is_extension(member.name()) {
                self.extensions(member);
            }
            if member.is_sidecar() {
                self.sidecar(at, member, child);
            } else {
                self.member(at, member, child);
            }
        }
        self.checks(at, shape.checks);
    }

    /// All references in something that no shape describes.
    fn references(&mut self, at: View<'t>) {
        let objects = at.descendants().filter(|value| value.kind() == Kind::Object);
        for reference in objects.filter(|value| value.text_of(Name::REFERENCE).is_some()) {
            self.reference(reference, None);
        }
    }

    fn implicit_rules(&mut self, at: View<'t>) {
        if let Some(rules) = at.member(Name::IMPLICIT_RULES) {
            let message = "a reader who does not know these rules must not use the resource";
            self.warning(rules, Note::new("implicit-rules", message, "leave implicitRules out"));
        }
    }

    fn resource_type(&mut self, at: View<'t>) -> Option<TypeId> {
        let named = at.text_of(Name::RESOURCE_TYPE);
        let kind = named.and_then(|name| self.rules.resource_type(name));
        if kind.is_none() {
            let (message, mend) = match named.filter(|name| is_plain(name)) {
                Some(name) => (format!("R4 has no resource type {name}"), "correct resourceType"),
                None => {
                    ("the resource does not say of which type it is".into(), "add resourceType")
                }
            };
            self.error(at, Note::new("unknown-resource", message, mend));
        }
        kind
    }

    /// Collects what is wanted, claimed, and implied by a code; how many there are.
    fn profiles(
        &mut self,
        at: View<'t>,
        kind: TypeId,
        wanted: Option<ProfileId>,
        profiles: &mut [ProfileId; PROFILES_MAX],
    ) -> usize {
        let rules = self.rules;
        let mut count = 0;
        if let Some(wanted) = wanted {
            if rules.profile(wanted).resource == kind {
                (profiles[0], count) = (wanted, 1);
            } else {
                let name = rules.text(rules.profile(wanted).name);
                let message = format!("must be a {name}");
                self.error(at, Note::new("type", message, "put another resource here"));
            }
        }
        let meta = at.member(Name::META);
        let mut is_of_guide = false;
        for (number, claim) in
            meta.into_iter().flat_map(|meta| meta.each(Name::PROFILE)).enumerate()
        {
            if number >= Limits::CLAIMS_MAX {
                let message = format!("claims more than {} profiles", Limits::CLAIMS_MAX);
                self.error(claim, Note::new("limit-profiles", message, "claim fewer"));
                break;
            }
            let Some(url) = claim.text() else {
                continue;
            };
            let Some(profile) = rules.profile_at(url) else {
                self.unknown_profile(at, claim);
                continue;
            };
            if rules.profile(profile).resource == kind {
                is_of_guide |= Some(profile) != rules.definition(kind);
                profiles[count] = profile;
                count += 1;
            } else {
                let message = format!("the profile is not one of {}", rules.type_name(kind));
                let note = Note::new("profile-type", message, "name a profile of this type");
                self.error(claim, note);
            }
        }
        if !is_of_guide {
            self.no_profile(at, kind);
        }
        if let Some(vital) = self.vital_sign(at) {
            profiles[count] = vital;
            count += 1;
        }
        count
    }

    /// Of the whole document nothing can be said then; of a part only that it was not checked.
    #[cold]
    fn unknown_profile(&mut self, at: View<'t>, claim: View<'t>) {
        let message = "the profile is not known, so the resource is not checked against it";
        let severity = if at == at.root() { Severity::Error } else { Severity::Warning };
        let note = Note::new("profile-unknown", message, "correct its spelling, or leave it out");
        self.report.add(severity, Layer::Fhir, claim.into(), note);
    }

    #[cold]
    fn no_profile(&mut self, at: View<'t>, kind: TypeId) {
        let rules = self.rules;
        let is_inside = self.entry.is_some() && self.container == at;
        let definition = rules.definition(kind);
        let profiles = &rules.tables().profiles;
        // What R4 itself defines beyond its types does not make a guide.
        let is_profile = |url: &str| !url.starts_with("http://hl7.org/fhir/");
        let mut of_guide = profiles
            .iter()
            .filter(|profile| profile.resource == kind && is_profile(rules.text(profile.url)));
        if self.fhir_only || !is_inside || definition.is_none() {
            return;
        }
        // The Composition has a rule of its own.
        let first = of_guide.next().filter(|_| rules.type_name(kind) != "Composition");
        if let Some(first) = first {
            let mend = format!("add {}, or another profile of the guide", rules.text(first.url));
            let message = "the resource declares no profile of the guide";
            let place = Place::missing(at, "meta.profile");
            let note = Note::new("profile-missing", message, mend);
            self.report.add(Severity::Warning, Layer::Policy, place, note);
        }
    }
}
