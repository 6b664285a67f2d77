//! Targets of references: whether each conforms to a profile that the reference asks for.

use std::collections::HashSet;
use std::mem;

use super::{Note, View, Walk};
use crate::rules::table::{ProfileId, TargetsId, TypeId};
use crate::validate::finding::Severity;
use crate::validate::report::Report;

/// A target that declares none of the profiles that a reference asks for.
pub(in crate::validate) struct Owed<'t> {
    /// The reference.
    pub(super) from: View<'t>,
    pub(super) resource: View<'t>,
    /// The resource around it when it is a contained one.
    pub(super) container: View<'t>,
    pub(super) entry: Option<usize>,
    pub(super) kind: TypeId,
    pub(super) targets: TargetsId,
}

impl<'t> Walk<'_, 't> {
    /// Holds what references point at to the profiles that they ask for: one of them must fit. What
    /// is looked at here may ask for more.
    pub(in crate::validate) fn settle(&mut self) {
        let mut seen = HashSet::new();
        while let Some(owed) = self.owed.pop() {
            if seen.insert((owed.resource.position(), owed.targets)) {
                self.hold(&owed);
            }
        }
    }

    fn hold(&mut self, owed: &Owed<'t>) {
        let profiles = self.narrow(owed.targets, owed.kind);
        if let [only] = profiles[..] {
            return self.hold_to(owed, only);
        }
        let known = mem::take(self.report);
        let is_met = profiles.iter().any(|profile| {
            let owed_before = self.owed.len();
            *self.report = Report::default();
            self.hold_to(owed, *profile);
            let is_met = self.report.is_valid();
            if !is_met {
                self.owed.truncate(owed_before);
            }
            is_met
        });
        *self.report = known;
        if !is_met {
            self.no_profile_fits(owed, &profiles);
        }
    }

    fn hold_to(&mut self, owed: &Owed<'t>, profile: ProfileId) {
        (self.entry, self.container, self.resource) = (owed.entry, owed.container, owed.resource);
        self.profile = Some(profile);
        self.object(owed.resource, self.rules.profile(profile).shape);
    }

    #[cold]
    fn no_profile_fits(&mut self, owed: &Owed<'t>, profiles: &[ProfileId]) {
        let names = profiles.iter().map(|id| self.rules.text(self.rules.profile(*id).name));
        let names: Vec<&str> = names.collect();
        let names = names.join(" or ");
        let message = format!("the resource that this points at does not fit the profile {names}");
        let mend =
            format!("make it a {names}: name the profile in its meta.profile to see why not");
        self.report.add(
            Severity::Error,
            crate::validate::finding::Layer::Fhir,
            owed.from.into(),
            Note::new("reference-profile", message, mend),
        );
    }

    /// The profiles of a type that a reference asks for; none when the type is enough.
    pub(super) fn narrow(&self, targets: TargetsId, kind: TypeId) -> Vec<ProfileId> {
        let profiles = self.rules.tables().targets[targets.index()].profiles.iter().copied();
        profiles.filter(|id| self.rules.profile(*id).resource == kind).collect()
    }
}
