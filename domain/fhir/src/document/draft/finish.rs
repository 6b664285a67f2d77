//! From the collected resources to the document.

use chrono::SecondsFormat;

use super::Draft;
use crate::check;
use crate::document::Document;
use crate::document::frame;
use crate::hi_type::HiType;
use crate::model::datatype::{Identifier, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{
    Attester, Bundle, BundleMeta, Composition, Entry, RelatesTo, Section,
};
use crate::visit::PractitionerRole;

impl<'a> Draft<'a> {
    /// Puts the first page before everything, serialises and checks.
    pub(in crate::document) fn finish(mut self, section: Vec<Section<'a>>) -> Document {
        let mut entry =
            vec![Entry::of(self.composition(section)), Entry::of(frame::patient(&self))];
        entry.extend(frame::practitioners(&self).into_iter().map(Entry::of));
        entry.extend(frame::practitioner_roles(&self).into_iter().map(Entry::of));
        entry.push(Entry::of(frame::organization(&self)));
        let diagnoses = std::mem::take(&mut self.diagnoses);
        entry.push(Entry::of(frame::encounter(&self, diagnoses)));
        entry.append(&mut self.entries);

        let identifier = self.identifier(Some(self.context.revision));
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
            identifier: self.identified(identifier.clone()),
            kind: "document",
            timestamp: &stamp,
            entry,
        };
        let json = serde_json::to_string(&bundle).expect("plain structs always serialise");
        let mut findings =
            check::document_by(self.rules, json.as_bytes(), self.kind.hi_type).findings;
        findings.append(&mut self.left_out);
        Document {
            hi_type: self.kind.hi_type,
            id: self.ids.document(),
            identifier,
            title: self.title().to_owned(),
            json,
            findings,
        }
    }

    fn composition(&self, section: Vec<Section<'a>>) -> Composition<'a> {
        let when = format!("Visit: {}", self.visit.visit.visit_date.for_people());
        let who = format!("Patient: {}", self.visit.beneficiary.name);
        let by = format!("By: {}", self.practitioner().display());
        let at = format!("At: {}", self.visit.facility.abdm_facility_name);
        let lines = [self.title(), &when, &who, &by, &at];
        Composition {
            id: self.id("composition"),
            meta: Meta::of(self.kind.profile),
            text: Narrative::paragraphs(lines),
            identifier: self.identified(self.identifier(None)),
            status: self.status(),
            kind: self.kind.type_concept.concept(),
            subject: self.patient(),
            encounter: self.encounter(),
            date: self.latest.as_str(),
            author: self.cast.authors(),
            title: self.title().to_owned(),
            attester: self.attesters(),
            custodian: self.organization(),
            relates_to: self.replaced_identifier().map(|identifier| {
                [RelatesTo { code: "replaces", target_identifier: self.identified(identifier) }]
            }),
            section,
        }
    }

    /// While the visit goes on, more may be written; so it may after a report that lacks results.
    fn status(&self) -> &'static str {
        let is_report = self.kind.hi_type == HiType::DiagnosticReport;
        let is_open = frame::is_open(self.visit) || (is_report && self.is_incomplete);
        if is_open { "preliminary" } else { "final" }
    }

    fn attesters(&self) -> Vec<Attester<'a>> {
        let people = self.cast.people.iter();
        let attesters = people.filter(|person| person.has(PractitionerRole::Attester));
        attesters
            .map(|person| Attester { mode: "professional", party: person.reference.clone() })
            .collect()
    }

    fn title(&self) -> &str {
        self.one.as_ref().map_or(self.kind.title, |one| &one.title)
    }

    /// With a revision it names one version of the document, without it all of them.
    fn identifier(&self, revision: Option<u32>) -> String {
        let mut value = format!("{}-{}", self.visit.visit.visit_code, self.kind.hi_type);
        if let Some(one) = &self.one {
            value.push('-');
            value.push_str(&one.key);
        }
        if let Some(revision) = revision {
            value.push('-');
            value.push_str(&revision.to_string());
        }
        value
    }

    /// Of the version that this one replaces: only one that there was.
    fn replaced_identifier(&self) -> Option<String> {
        let replaced = self.replaced?;
        let identifier = self.identifier(Some(replaced.revision));
        replaced.has(&identifier).then_some(identifier)
    }

    fn identified(&self, value: String) -> Identifier<'a> {
        Identifier::of(&self.context.hip_url, value)
    }
}
