//! The one walk over a document: each object against the shape it should have.

mod binding;
mod datatype;
mod given;
mod held;
mod list;
mod member;
mod plain;
mod reference;
mod resource;
mod value;
mod vital;

pub(super) use self::held::Owed;
pub(super) use self::plain::check as check_plain;

use super::entries::Entries;
use super::finding::{Layer, Severity};
use super::invariant::{Check, Scope};
use super::place::Place;
use super::report::{Note, Report};
use super::tape::View;
use crate::rules::Rules;
use crate::rules::name::Name;
use crate::rules::table::{ProfileId, Shape, ShapeId, Span, TypeRole, Weight};

/// What the walk carries along.
pub(super) struct Walk<'w, 't> {
    pub(super) rules: &'w Rules,
    pub(super) entries: &'w Entries<'t>,
    pub(super) report: &'w mut Report,
    /// Which entry points at which: filled on the way.
    pub(super) edges: &'w mut Vec<(u32, u32)>,
    /// Targets of references that are still to be held to a profile.
    pub(super) owed: Vec<Owed<'t>>,
    pub(super) wants_advice: bool,
    pub(super) fhir_only: bool,
    /// What the object is whose members are walked.
    pub(super) role: TypeRole,
    /// The walk is in a security label or the class of an encounter: there the validator of HL7 looks at the
    /// binding only, and other codings it looks up.
    pub(super) is_in_label: bool,
    /// The entry that the walk is in.
    pub(super) entry: Option<usize>,
    /// The resource that the walk is in.
    pub(super) resource: View<'t>,
    /// The resource around it when it is a contained one.
    pub(super) container: View<'t>,
    /// What the resource is checked against.
    pub(super) profile: Option<ProfileId>,
}

impl<'t> Walk<'_, 't> {
    fn error<'p>(&mut self, place: impl Into<Place<'p>>, note: Note) {
        self.report.add(Severity::Error, Layer::Fhir, place.into(), note);
    }

    /// An error of ours, where the validator of HL7 has none: see `docs/validator-beside-hapi.md`.
    #[cold]
    fn stricter<'p>(&mut self, place: impl Into<Place<'p>>, note: Note) {
        if !self.fhir_only {
            self.report.add(Severity::Error, Layer::Policy, place.into(), note);
        }
    }

    fn warning<'p>(&mut self, place: impl Into<Place<'p>>, note: Note) {
        self.report.add(Severity::Warning, Layer::Fhir, place.into(), note);
    }

    /// The profile in words: `OPConsultRecord`.
    fn profile_name(&self) -> &str {
        self.profile.map_or("R4", |id| self.rules.text(self.rules.profile(id).name))
    }

    fn object(&mut self, at: View<'t>, id: ShapeId) {
        let rules = self.rules;
        let shape = rules.shape(id);
        let (mut values, mut sidecars) = (0_u128, 0_u128);
        let is_extended = shape.role != TypeRole::Extension;
        let is_label = self.is_in_label;
        for member in at.members() {
            let Some(child) = rules.child(shape, member.name()) else {
                self.unknown(member, shape);
                continue;
            };
            let bit = 1_u128 << child.ordinal;
            let seen = if member.is_sidecar() { &mut sidecars } else { &mut values };
            if *seen & bit != 0 {
                self.twice(member, child);
                continue;
            }
            *seen |= bit;
            if is_extended && is_extension(member.name()) {
                self.extensions(member);
            }
            if member.is_sidecar() {
                self.sidecar(at, member, child);
            } else {
                self.role = shape.role;
                self.is_in_label = member.name() == Name::SECURITY || member.key() == "class";
                self.member(at, member, child);
            }
        }
        self.is_in_label = false;
        let found = values | sidecars;
        if shape.required & !found != 0 {
            self.missing(at, shape, shape.required & !found);
        }
        if found & !shape.no_content == 0 {
            self.empty(at);
        }
        self.checks(at, shape.checks);
        self.data_type(at, shape.role, is_label);
    }

    #[cold]
    fn missing(&mut self, at: View<'t>, shape: &Shape, missing: u128) {
        let rules = self.rules;
        let mut left = missing;
        for child in shape.children.of(&rules.tables().children) {
            let bit = 1_u128 << child.ordinal;
            if left & bit == 0 {
                continue;
            }
            left &= !bit;
            // That is what qty-3 says.
            let is_told = shape.role == TypeRole::Quantity && child.name == Name::SYSTEM;
            if is_told && at.has(Name::CODE) {
                continue;
            }
            let element = rules.element(child);
            let (name, title) = (rules.text(element.name), rules.text(shape.title));
            let profile = self.profile_name();
            let message = format!("{name} is missing: {profile} asks for it in every {title}");
            let note = Note::new("cardinality", message, format!("add {name}"));
            self.error(Place::missing(at, name), note);
        }
    }

    #[cold]
    fn empty(&mut self, at: View<'t>) {
        let mend = "leave it out, or put something into it";
        self.error(at, Note::new("ele-1", "the element is empty", mend));
    }

    #[inline]
    fn checks(&mut self, at: View<'t>, checks: Span) {
        if checks.count == 0 {
            return;
        }
        let (rules, entries) = (self.rules, self.entries);
        let type_at = |url: &str| entries.at_url(url).map(|entry| entry.kind);
        for id in checks.of(&rules.tables().checks) {
            let (weight, invariant) = rules.invariant(*id);
            let scope = Scope { at, container: self.container, type_at: &type_at };
            let holds = match invariant.check {
                Check::Of(holds) => holds(&scope),
                Check::Advice(holds) => !self.wants_advice || holds(&scope),
                Check::Elsewhere => true,
            };
            if !holds {
                let severity = match weight {
                    Weight::Error => Severity::Error,
                    Weight::Warning => Severity::Warning,
                };
                let note = Note::new(invariant.key, invariant.message, invariant.mend);
                self.report.add(severity, Layer::Fhir, at.into(), note);
            }
        }
    }
}

#[inline]
fn is_extension(name: Name) -> bool {
    name == Name::EXTENSION || name == Name::MODIFIER_EXTENSION
}
