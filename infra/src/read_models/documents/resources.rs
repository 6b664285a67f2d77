//! The FHIR documents of visits; invalid ones too, marked as such.
//!
//! With the preset `amrit` they are stored in clear, in the shape that AMRIT's FHIR-API reads: it is the
//! operator's decision to let another system read them. Otherwise the document itself is encrypted with the
//! subject's key.

use std::collections::BTreeMap;
use std::sync::Arc;

use abdm_fhir::{Document, HiType};
use async_trait::async_trait;
use hip_commands::Ports;
use hip_commands::port::document_store::{FieldPath, FieldValue, Fields, Index, SUBJECT};
use hip_commands::port::log::StoredEvent;
use hip_commands::visits::visit_revision::VisitRevision;
use hip_domain::event::Event;
use hip_domain::id::Digest;
use hip_domain::recorded::Recorded;
use hip_domain::sensitive::Phi;
use hip_domain::visit::VisitEvent;

use super::change::DocumentChange;
use super::collection::DocumentView;
use super::sealing::seal;
use crate::config::Preset;
use crate::postgres::vault::PgVault;
use crate::subscription::ApplyError;

/// View of FHIR documents.
pub struct Resources {
    ports: Ports,
    vault: Arc<PgVault>,
    preset: Preset,
}

impl Resources {
    /// Builds documents through `ports`.
    pub const fn new(ports: Ports, vault: Arc<PgVault>, preset: Preset) -> Self {
        Self { ports, vault, preset }
    }

    /// The stored fields of a document; `None` if it would have to be encrypted and its subject was
    /// erased.
    async fn fields(
        &self,
        source: &VisitRevision,
        document: &Document,
    ) -> Result<Option<Fields>, ApplyError> {
        let fields = match self.preset {
            Preset::Amrit => match source.subject {
                Some(subject) => {
                    as_amrit_reads(source, document).with(SUBJECT, subject.to_string())
                }
                None => as_amrit_reads(source, document),
            },
            Preset::Hip => {
                let Some(subject) = source.subject else { return Ok(None) };
                let name = document.id.to_string();
                let text = Phi::new(document.json.clone());
                let Some(sealed) = seal(&self.vault, subject, &name, &text).await? else {
                    return Ok(None);
                };
                about(source, document).with(SUBJECT, subject.to_string()).with("sealed", sealed)
            }
        };
        Ok(Some(if document.is_fit() { fields } else { unfit(fields, document) }))
    }
}

#[async_trait]
impl DocumentView for Resources {
    fn name(&self) -> &'static str {
        "resource_documents"
    }

    fn follows(&self, event: &Event) -> bool {
        matches!(event, Event::Visit(VisitEvent::BundlesBuilt { .. }))
    }

    fn indexes(&self) -> Vec<Index> {
        let field = match self.preset {
            Preset::Amrit => "VisitCode",
            Preset::Hip => "documentId",
        };
        let index =
            |field| Index { field: FieldPath::parse(field).expect("a word"), is_unique: false };
        vec![index(field), index(SUBJECT)]
    }

    async fn changes(
        &self,
        stored: &StoredEvent,
        recorded: &Recorded<Event>,
    ) -> Result<Vec<DocumentChange>, ApplyError> {
        let Event::Visit(VisitEvent::BundlesBuilt { .. }) = &recorded.event else {
            return Ok(vec![]);
        };
        let source = match VisitRevision::at(&self.ports, &stored.stream, stored.version).await {
            Ok(source) => source,
            // Erased or no longer readable: no documents.
            Err(error) if error.is_final() => return Ok(vec![]),
            Err(error) => return Err(error.into()),
        };
        let mut changes = vec![];
        let mut counts = BTreeMap::new();
        for document in &source.documents(&self.ports.settings.bundle).built {
            let number = next(&mut counts, document.hi_type);
            if let Some(fields) = self.fields(&source, document).await? {
                let key = key(stored, document.hi_type, number);
                changes.push(DocumentChange::Put(key, fields));
            }
        }
        let mut before = BTreeMap::new();
        for hi_type in &source.kinds_before {
            let number = next(&mut before, *hi_type);
            if number > counts.get(hi_type).copied().unwrap_or_default() {
                changes.push(DocumentChange::Remove(key(stored, *hi_type, number)));
            }
        }
        Ok(changes)
    }
}

/// Numbers the documents of a kind, from 1.
fn next(counts: &mut BTreeMap<HiType, u32>, hi_type: HiType) -> u32 {
    let count = counts.entry(hi_type).or_default();
    *count += 1;
    *count
}

fn key(visit: &StoredEvent, hi_type: HiType, number: u32) -> String {
    format!("{}/{}/{number}", visit.stream, hi_type.as_str())
}

/// The fields that need no key.
fn about(source: &VisitRevision, document: &Document) -> Fields {
    Fields::new()
        .with("facilityId", source.facts.facility.as_str())
        .with("visitCode", source.facts.care_context.as_str())
        .with("hiType", document.hi_type.as_str())
        .with("documentId", document.id.to_string())
        .with("revision", i64::from(source.revision))
        .with("digest", Digest::of(document.json.as_bytes()).to_string())
        .with("sizeBytes", i64::try_from(document.json.len()).unwrap_or(i64::MAX))
        .with("createdAt", source.recorded_at)
}

/// Names and number types as in AMRIT.
fn as_amrit_reads(source: &VisitRevision, document: &Document) -> Fields {
    let visit = source.visit();
    let number = |digits: &str| -> FieldValue {
        digits.parse::<i64>().map_or_else(|_| digits.into(), FieldValue::from)
    };
    Fields::new()
        .with("BeneficiaryRegID", number(&visit.beneficiary.beneficiary_reg_id))
        .with("BeneficiaryID", number(&visit.beneficiary.beneficiary_id))
        .with("NationalHealthID", visit.beneficiary.abha_address.as_deref().unwrap_or_default())
        .with("VisitCode", number(&visit.visit.visit_code))
        .with("ResourceType", document.hi_type.as_str())
        .with("ResourceJson", document.json.as_str())
        .with("CreateDate", source.recorded_at)
}

/// Rule and path of each finding; the path names elements, never values.
fn unfit(fields: Fields, document: &Document) -> Fields {
    let findings = document.findings.iter();
    let findings: Vec<FieldValue> =
        findings.map(|finding| format!("{} {}", finding.rule, finding.path).into()).collect();
    fields.with("invalid", true).with("findings", findings)
}
