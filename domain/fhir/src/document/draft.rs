//! A document while it is being written.

use chrono::SecondsFormat;
use uuid::Uuid;

use super::Document;
use super::context::BuildContext;
use super::frame;
use super::identity::{ContentDigest, Ids};
use crate::check::{self, Finding, Severity};
use crate::hi_type::HiType;
use crate::model::Text;
use crate::model::datatype::{CodeableConcept, Coding, Identifier, Meta, Reference};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{Bundle, BundleMeta, Composition, Diagnosis, Entry, Part, Section};
use crate::terminology::system;
use crate::visit::VisitDocument;

/// What tells one kind of document from another on its first page.
pub(super) struct Kind {
    pub(super) hi_type: HiType,
    pub(super) profile: &'static str,
    /// SNOMED CT code and display, both fixed by the profile.
    pub(super) code: (&'static str, &'static str),
    pub(super) title: &'static str,
}

/// What a section lists: a resource of the document, and a line about it for people.
pub(super) struct Item<'a> {
    pub(super) reference: Reference<'a>,
    pub(super) line: String,
}

struct Cast<'a> {
    patient: Reference<'a>,
    practitioner: Reference<'a>,
    organization: Reference<'a>,
    encounter: Reference<'a>,
}

impl<'a> Cast<'a> {
    fn new(visit: &'a VisitDocument, ids: &Ids) -> Self {
        let facility = &visit.facility.abdm_facility_name;
        let practitioner = &visit.practitioner.full_name;
        Self {
            patient: Reference::to("Patient", ids.of("patient"), &visit.beneficiary.name),
            practitioner: Reference::to("Practitioner", ids.of("practitioner"), practitioner),
            organization: Reference::to("Organization", ids.of("organization"), facility),
            encounter: Reference::to("Encounter", ids.of("encounter"), &visit.visit.category),
        }
    }
}

/// Collects the resources of one document; the people and the visit are there from the start.
pub(super) struct Draft<'a> {
    pub(super) visit: &'a VisitDocument,
    pub(super) context: &'a BuildContext,
    /// Filled by the diagnoses; read by the encounter and the prescriptions.
    pub(super) diagnoses: Vec<Diagnosis<'a>>,
    /// The people and the visit, pointed at from nearly everything.
    cast: Cast<'a>,
    kind: &'static Kind,
    ids: Ids,
    entries: Vec<Entry<'a>>,
    left_out: Vec<Finding>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        kind: &'static Kind,
        visit: &'a VisitDocument,
        context: &'a BuildContext,
        digest: &ContentDigest,
    ) -> Self {
        let ids = Ids::new(visit, kind.hi_type, digest);
        Self {
            visit,
            context,
            diagnoses: vec![],
            cast: Cast::new(visit, &ids),
            kind,
            ids,
            entries: vec![],
            left_out: vec![],
        }
    }

    /// The id of the resource at `path`, such as `complaint/0`; a path is used once.
    pub(super) fn id(&self, path: &str) -> Uuid {
        self.ids.of(path)
    }

    pub(super) fn patient(&self) -> Reference<'a> {
        self.cast.patient.clone()
    }

    pub(super) fn practitioner(&self) -> Reference<'a> {
        self.cast.practitioner.clone()
    }

    pub(super) fn organization(&self) -> Reference<'a> {
        self.cast.organization.clone()
    }

    pub(super) fn encounter(&self) -> Reference<'a> {
        self.cast.encounter.clone()
    }

    /// Adds a resource to the document.
    pub(super) fn add<P: Part<'a>>(
        &mut self,
        part: P,
        display: impl Into<Text<'a>>,
        line: String,
    ) -> Item<'a> {
        let reference = Reference::to(P::TYPE, part.id(), display);
        self.entries.push(Entry::of(part));
        Item { reference, line }
    }

    /// Notes that the document is silent about something in the visit; `path` is its field there.
    pub(super) fn leave_out(&mut self, path: String, message: &'static str) {
        let message = message.to_owned();
        self.left_out.push(Finding {
            severity: Severity::Warning,
            path,
            rule: "left-out",
            message,
        });
    }

    /// Puts the first page before everything, serialises and checks.
    pub(super) fn finish(mut self, section: Vec<Section<'a>>) -> Document {
        let mut entry = vec![
            Entry::of(self.composition(section)),
            Entry::of(frame::patient(&self)),
            Entry::of(frame::practitioner(&self)),
            Entry::of(frame::organization(&self)),
        ];
        let diagnoses = std::mem::take(&mut self.diagnoses);
        entry.push(Entry::of(frame::encounter(&self, diagnoses)));
        entry.append(&mut self.entries);

        let stamp = self.context.built_at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let bundle = Bundle {
            resource_type: "Bundle",
            id: self.ids.document(),
            meta: BundleMeta {
                version_id: self.context.revision.to_string(),
                last_updated: &stamp,
                profile: [profile::DOCUMENT_BUNDLE],
                security: [self.context.confidentiality.coding()],
            },
            identifier: self.own_identifier(Some(self.context.revision)),
            kind: "document",
            timestamp: &stamp,
            entry,
        };
        let json = serde_json::to_string(&bundle).expect("plain structs always serialise");
        let value = serde_json::from_str(&json).expect("what was just written is JSON");
        let mut findings = check::document(&value, self.kind.hi_type);
        findings.append(&mut self.left_out);
        Document {
            hi_type: self.kind.hi_type,
            id: self.ids.document(),
            title: self.kind.title,
            json,
            findings,
        }
    }

    fn composition(&self, section: Vec<Section<'a>>) -> Composition<'a> {
        let Kind { profile, code: (code, display), title, .. } = *self.kind;
        let when = format!("Visit: {}", self.visit.visit.visit_date.for_people());
        let who = format!("Patient: {}", self.visit.beneficiary.name);
        let by = format!("By: {}", self.visit.practitioner.full_name);
        let at = format!("At: {}", self.visit.facility.abdm_facility_name);
        let lines = [title, &when, &who, &by, &at];
        Composition {
            id: self.id("composition"),
            meta: Meta::of(profile),
            text: Narrative::paragraphs(lines),
            identifier: self.own_identifier(None),
            status: "final",
            kind: CodeableConcept::worded(display, [Coding::new(system::SNOMED_CT, code, display)]),
            subject: self.patient(),
            encounter: self.encounter(),
            date: self.visit.visit.visit_date.as_str(),
            author: [self.practitioner()],
            title,
            custodian: self.organization(),
            section,
        }
    }

    /// With a revision it names one version of the document, without it all of them.
    fn own_identifier(&self, revision: Option<u32>) -> Identifier<'a> {
        let mut value = format!("{}-{}", self.visit.visit.visit_code, self.kind.hi_type);
        if let Some(revision) = revision {
            value.push('-');
            value.push_str(&revision.to_string());
        }
        Identifier {
            kind: None,
            system: Some(Text::Borrowed(&self.context.hip_url)),
            value: value.into(),
        }
    }
}
