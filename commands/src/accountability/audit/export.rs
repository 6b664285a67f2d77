//! Exports the accesses and disclosures, one line each, for the tools of an auditor.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use hip_domain::access::AccessEvent;
use hip_domain::consent::ConsentEvent;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use hip_domain::transfer::TransferEvent;
use serde::Serialize;
use uuid::Uuid;

use super::{Disclosure, granted};
use crate::port::HistoryReader;
use crate::port::history_reader::HistoryError;

/// Number of transfers to cache while their pages are exported.
const REMEMBERED_MAX: usize = 1_000;

/// One audit record. The patient is a pseudonym.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Position in the log, for `hip audit prove`.
    pub position: i64,
    /// Id of the event.
    pub id: Uuid,
    /// When the event was recorded.
    pub at: DateTime<Utc>,
    /// The kind of record.
    pub what: AuditRecordKind,
    /// The subject id of the patient, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Uuid>,
    /// The HIU, or the client of this service, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// Id of the consent, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
    /// The visit code, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub care_context: Option<String>,
    /// The health information type, if the record is about one document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hi_type: Option<String>,
    /// Id of the document, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Uuid>,
    /// The kind of view or list, for accesses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    /// The stream of the resource that was accessed, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// Kinds of audit records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditRecordKind {
    /// A patient granted a consent.
    ConsentGranted,
    /// A consent ended.
    ConsentEnded,
    /// An HIU requested health information.
    RecordsRequested,
    /// A request of an HIU was refused.
    RequestRefused,
    /// An HIU accepted a document.
    DocumentDisclosed,
    /// A client of this service read a document.
    DocumentRead,
    /// A client accessed data of a patient, or the history of that data.
    PersonViewed,
    /// A client read a list with data of many patients.
    Listed,
    /// A person signed in to the console.
    SignedIn,
    /// A person signed out of the console.
    SignedOut,
}

/// Converts events to audit records, one by one.
pub struct Export<'a> {
    evidence: &'a dyn HistoryReader,
    transfers: HashMap<StreamId, Known>,
}

/// Facts of a transfer that the event itself does not contain.
#[derive(Debug, Clone, Default)]
struct Known {
    disclosure: Option<Disclosure>,
    consent: Option<String>,
    hiu: Option<String>,
}

impl<'a> Export<'a> {
    /// Creates an export. Facts that are not in an event are looked up in the same log.
    pub fn new(evidence: &'a dyn HistoryReader) -> Self {
        Self { evidence, transfers: HashMap::new() }
    }

    /// The audit record of an event; `None` if the event is not relevant for an audit.
    ///
    /// # Errors
    ///
    /// The log cannot be read.
    pub async fn line(&mut self, recorded: &Recorded<Event>) -> Result<Option<Line>, HistoryError> {
        let mut line = Line {
            position: recorded.position,
            id: recorded.event_id.0,
            at: recorded.recorded_at,
            what: AuditRecordKind::DocumentRead,
            patient: recorded.subject.map(|subject| subject.0),
            who: None,
            consent: None,
            care_context: None,
            hi_type: None,
            document: None,
            view: None,
            of: None,
        };
        let is_one = if let Event::Consent(event) = &recorded.event {
            of_consent(&mut line, event);
            true
        } else if let Event::Transfer(event) = &recorded.event {
            self.of_transfer(&mut line, &recorded.stream, event).await?
        } else if let Event::Access(event) = &recorded.event {
            of_access(&mut line, event)
        } else {
            false
        };
        Ok(is_one.then_some(line))
    }

    async fn of_transfer(
        &mut self,
        line: &mut Line,
        stream: &StreamId,
        event: &TransferEvent,
    ) -> Result<bool, HistoryError> {
        let page = match event {
            TransferEvent::Requested { .. } => {
                line.what = AuditRecordKind::RecordsRequested;
                None
            }
            TransferEvent::Refused { .. } => {
                line.what = AuditRecordKind::RequestRefused;
                None
            }
            TransferEvent::PagePushed { page, .. } => {
                line.what = AuditRecordKind::DocumentDisclosed;
                Some(*page)
            }
            TransferEvent::Accepted { .. }
            | TransferEvent::BundlePrepared { .. }
            | TransferEvent::PageEncrypted { .. }
            | TransferEvent::PageSkipped { .. }
            | TransferEvent::Repeated { .. }
            | TransferEvent::Stopped { .. }
            | TransferEvent::Completed { .. } => return Ok(false),
        };
        let known = self.known(stream).await?;
        line.consent.clone_from(&known.consent);
        line.who.clone_from(&known.hiu);
        let pages = known.disclosure.iter().flat_map(|told| &told.pages);
        if let Some(page) = pages.into_iter().find(|one| Some(one.number) == page) {
            line.care_context = Some(page.care_context.clone());
            line.hi_type = Some(page.hi_type.clone());
            line.document = Some(page.document);
        }
        Ok(true)
    }

    /// The facts of a transfer as the log has them now. Looked up once and cached.
    async fn known(&mut self, stream: &StreamId) -> Result<Known, HistoryError> {
        if let Some(known) = self.transfers.get(stream) {
            return Ok(known.clone());
        }
        let events = self.evidence.events(stream).await?;
        let consent = events.iter().find_map(|recorded| {
            let Event::Transfer(TransferEvent::Requested { facts, .. }) = &recorded.event else {
                return None;
            };
            Some(&facts.consent_id)
        });
        let mut known = Known { disclosure: Disclosure::of(&events), ..Known::default() };
        if let Some(id) = consent {
            known.consent = Some(id.to_string());
            let grant = self.evidence.events(&StreamId::consent(id)).await?;
            let grant = grant.iter().find_map(|recorded| granted(&recorded.event));
            known.hiu = grant.and_then(|grant| grant.hiu);
        }
        if self.transfers.len() >= REMEMBERED_MAX {
            self.transfers.clear();
        }
        self.transfers.insert(stream.clone(), known.clone());
        Ok(known)
    }
}

/// Fills the line from an access event. `false` if the event is not an access.
fn of_access(line: &mut Line, event: &AccessEvent) -> bool {
    match event {
        AccessEvent::RecordRead { reader, client, hi_type, document_id, .. } => {
            line.who = Some(
                client.as_ref().map_or_else(|| reader.as_words().to_owned(), ToString::to_string),
            );
            line.hi_type = Some(hi_type.to_string());
            line.document = Some(*document_id);
        }
        AccessEvent::PersonViewed { client, view, of } => {
            line.what = AuditRecordKind::PersonViewed;
            line.who = Some(client.to_string());
            line.view = Some(view.as_str().to_owned());
            line.of = of.as_ref().map(ToString::to_string);
        }
        AccessEvent::Listed { client, listing, .. } => {
            line.what = AuditRecordKind::Listed;
            line.who = Some(client.to_string());
            line.view = Some(listing.as_str().to_owned());
        }
        AccessEvent::SignedIn { client, .. } => {
            line.what = AuditRecordKind::SignedIn;
            line.who = Some(client.to_string());
        }
        AccessEvent::SignedOut { client } => {
            line.what = AuditRecordKind::SignedOut;
            line.who = Some(client.to_string());
        }
        AccessEvent::RequestIdReused { .. }
        | AccessEvent::CallbackUnrouted { .. }
        | AccessEvent::FacilityChosen { .. } => return false,
    }
    true
}

fn of_consent(line: &mut Line, event: &ConsentEvent) {
    let (what, id) = match event {
        ConsentEvent::Granted { grant, .. } => {
            line.who = grant.hiu.as_ref().map(ToString::to_string);
            (AuditRecordKind::ConsentGranted, &grant.consent_id)
        }
        ConsentEvent::Revoked { consent_id }
        | ConsentEvent::Expired { consent_id }
        | ConsentEvent::Denied { consent_id }
        | ConsentEvent::Withdrawn { consent_id } => (AuditRecordKind::ConsentEnded, consent_id),
    };
    line.what = what;
    line.consent = Some(id.to_string());
}
