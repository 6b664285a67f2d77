//! Who saw what, line by line, for an auditor's own tools.

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

/// Transfers that are remembered while their pages go by.
const REMEMBERED_MAX: usize = 1_000;

/// Something that an auditor asks about. Who the patient is stays a pseudonym.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Position in the log: `hip audit prove` takes it.
    pub position: i64,
    /// The event's id.
    pub id: Uuid,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// What happened.
    pub what: AuditRecordKind,
    /// Whose data it is, by the pseudonym that selects their key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Uuid>,
    /// To whom, or by whom: an HIU, or a client of this service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// Under which consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
    /// The visit code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub care_context: Option<String>,
    /// Kind of document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hi_type: Option<String>,
    /// The document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Uuid>,
    /// In which way a person was looked at, or what was listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    /// At which of their things, by its stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// What an auditor asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditRecordKind {
    /// A patient has granted a consent.
    ConsentGranted,
    /// A consent has ended.
    ConsentEnded,
    /// An HIU has asked for records.
    RecordsRequested,
    /// The request was refused.
    RequestRefused,
    /// An HIU has taken a document.
    DocumentDisclosed,
    /// Somebody at the facility has looked at a document.
    DocumentRead,
    /// Somebody has looked at what is held of a person, or at what became of it.
    PersonViewed,
    /// Somebody has looked at a list of many persons' things.
    Listed,
}

/// Picks the lines out of the log, event by event.
pub struct Export<'a> {
    evidence: &'a dyn HistoryReader,
    transfers: HashMap<StreamId, Known>,
}

/// What a line about a transfer says beside the event.
#[derive(Debug, Clone, Default)]
struct Known {
    disclosure: Option<Disclosure>,
    consent: Option<String>,
    hiu: Option<String>,
}

impl<'a> Export<'a> {
    /// What is not in the event itself is looked up in the same log.
    pub fn new(evidence: &'a dyn HistoryReader) -> Self {
        Self { evidence, transfers: HashMap::new() }
    }

    /// The line of an event; nothing, when no auditor asks about it.
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

    /// The transfer as it ended, or stands; looked up once.
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

/// Whether it is somebody's look.
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
