//! A stored visit, from which its documents are built.

use abdm_fhir::visit::VisitDocument;
use abdm_fhir::{
    BuildContext, Confidentiality, Document, Documents, Earlier, VisitWarning, documents_by,
    documents_of, warnings,
};
use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::hi_type::HiType;
use hip_domain::id::SubjectId;
use hip_domain::sealed::Sealed;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use hip_domain::visit::{BuiltDocument, VisitEvent, VisitFacts};

use crate::log::codec;
use crate::port::log::StoredEvent;
use crate::ports::Ports;
use crate::settings::BundleSettings;
use crate::tasks::TaskError;

/// The newest revision of a visit, decrypted, and the revision that it replaces.
///
/// The replaced revision is the newest earlier one with built documents. Both are determined by the visit's stream,
/// so each build gives the same documents.
pub struct VisitRevision {
    /// Number of the newest revision.
    pub revision: u32,
    /// The patient.
    pub subject: Option<SubjectId>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    visit: VisitDocument,
    replaced: Option<(u32, VisitDocument)>,
    built: Vec<BuiltDocument>,
    /// The type of each document of the replaced revision, valid or not.
    pub kinds_before: Vec<HiType>,
    /// The facts of the visit that are stored in clear.
    pub facts: VisitFacts,
}

/// The build context of a visit's documents.
pub fn context(visit: &VisitDocument, revision: u32, built_at: DateTime<Utc>) -> BuildContext {
    let facility = &visit.facility.abdm_facility_id;
    BuildContext {
        revision,
        built_at,
        hip_url: format!("https://facility.abdm.gov.in/{facility}"),
        deployment_url: format!("https://facility.abdm.gov.in/{facility}/records"),
        confidentiality: Confidentiality::default(),
    }
}

/// A revision and its events in the stream.
struct Revision<'a> {
    number: u32,
    stored: &'a StoredEvent,
    built: Option<Vec<BuiltDocument>>,
    unfit: Vec<HiType>,
    facts: VisitFacts,
}

impl Revision<'_> {
    fn kinds(&self) -> Vec<HiType> {
        let built = self.built.iter().flatten().map(|document| document.hi_type);
        built.chain(self.unfit.iter().copied()).collect()
    }
}

impl VisitRevision {
    /// The current visit.
    ///
    /// # Errors
    ///
    /// The visit does not exist, its patient was erased, or it cannot be read.
    pub async fn newest(ports: &Ports, visit: &StreamId) -> Result<Self, TaskError> {
        Self::at(ports, visit, i64::MAX).await
    }

    /// The visit at a version of its stream.
    ///
    /// # Errors
    ///
    /// As [`VisitRevision::newest`].
    pub async fn at(ports: &Ports, visit: &StreamId, version: i64) -> Result<Self, TaskError> {
        let mut stored = ports.log.stream(visit, 0).await?;
        stored.retain(|event| event.version <= version);
        let mut revisions = revisions(&stored)?;
        let newest = revisions.pop().ok_or_else(|| TaskError::never("there is no such visit"))?;
        let replaced = revisions.iter().rfind(|revision| revision.built.is_some());
        let kinds_before = replaced.map(Revision::kinds).unwrap_or_default();
        let replaced = match replaced {
            Some(earlier) => open(ports, earlier).await?.map(|text| (earlier.number, text)),
            None => None,
        };
        let text = open(ports, &newest).await?;
        let text = text.ok_or_else(|| TaskError::never("the data principal was erased"))?;
        Ok(Self {
            revision: newest.number,
            subject: newest.stored.subject,
            recorded_at: newest.stored.recorded_at,
            visit: parse(&text).ok_or_else(|| {
                TaskError::never("the stored visit does not fit the schema any more")
            })?,
            facts: newest.facts,
            built: newest.built.unwrap_or_default(),
            kinds_before,
            // A replaced revision that cannot be read is ignored.
            replaced: replaced.and_then(|(revision, text)| Some((revision, parse(&text)?))),
        })
    }

    /// The valid documents of a type that were built for this revision.
    pub fn built_of(&self, hi_type: HiType) -> impl Iterator<Item = &BuiltDocument> {
        self.built.iter().filter(move |built| built.hi_type == hi_type)
    }

    /// The visit document.
    pub const fn visit(&self) -> &VisitDocument {
        &self.visit
    }

    /// Warnings about the document at the time of recording.
    pub fn warnings(&self) -> Vec<VisitWarning> {
        warnings(&self.visit, self.recorded_at)
    }

    /// The documents. With the same settings each build gives the same bytes.
    pub fn documents(&self, settings: &BundleSettings) -> Documents {
        documents_by(&self.visit, &self.context(), &settings.policy(self.earlier()))
    }

    /// The documents of one type, the same as those of [`VisitRevision::documents`].
    pub fn documents_of(&self, hi_type: HiType, settings: &BundleSettings) -> Vec<Document> {
        documents_of(hi_type, &self.visit, &self.context(), &settings.policy(self.earlier()))
    }

    fn context(&self) -> BuildContext {
        context(&self.visit, self.revision, self.recorded_at)
    }

    fn earlier(&self) -> Option<Earlier<'_>> {
        let replaced = self.replaced.as_ref();
        replaced.map(|(revision, visit)| Earlier { visit, revision: *revision })
    }
}

/// The revisions in a visit's stream, oldest first.
fn revisions(stored: &[StoredEvent]) -> Result<Vec<Revision<'_>>, TaskError> {
    let mut revisions: Vec<Revision<'_>> = vec![];
    for stored in stored {
        let Event::Visit(event) = codec::decode(stored)?.event else {
            continue;
        };
        let (number, facts) = match event {
            VisitEvent::Recorded { facts, .. } => (1, facts),
            VisitEvent::Amended { revision, facts, .. } => (revision, facts),
            VisitEvent::BundlesBuilt { built, .. } => {
                if let Some(newest) = revisions.last_mut() {
                    newest.built = Some(built);
                }
                continue;
            }
            VisitEvent::BundleRejected { document, .. } => {
                if let Some(newest) = revisions.last_mut() {
                    newest.unfit.push(document.hi_type);
                }
                continue;
            }
            VisitEvent::Linked { .. } => continue,
        };
        revisions.push(Revision { number, stored, built: None, unfit: vec![], facts });
    }
    Ok(revisions)
}

/// The document of a revision; `None` if its patient was erased.
async fn open(ports: &Ports, revision: &Revision<'_>) -> Result<Option<Phi<String>>, TaskError> {
    let opened = codec::open(ports.vault.as_ref(), revision.stored).await?;
    let Event::Visit(
        VisitEvent::Recorded { document: Sealed::Open(text), .. }
        | VisitEvent::Amended { document: Sealed::Open(text), .. },
    ) = opened.event
    else {
        return Ok(None);
    };
    Ok(Some(text))
}

fn parse(text: &Phi<String>) -> Option<VisitDocument> {
    VisitDocument::parse(text.reveal().as_bytes()).ok()
}
