//! One transfer in an audit report.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::transfer::TransferEvent;
use serde::Serialize;
use uuid::Uuid;

/// What was requested and what was sent in one transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Disclosure {
    /// The transaction id.
    pub transaction: String,
    /// When the request was recorded.
    pub requested_at: DateTime<Utc>,
    /// Position of the request in the log.
    pub position: i64,
    /// The error code if the request was refused. Nothing was sent then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Why the transfer was stopped early, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// When the transfer was completed, if it was.
    pub completed_at: Option<DateTime<Utc>>,
    /// The documents selected for the transfer.
    pub pages: Vec<Page>,
}

/// One document of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// Page number, from 0.
    pub number: u32,
    /// The visit code.
    pub care_context: String,
    /// The health information type.
    pub hi_type: String,
    /// Id of the document.
    pub document: Uuid,
    /// SHA-256 digest of the plaintext document.
    pub digest: String,
    /// SHA-256 digest of the ciphertext, once encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ciphertext: Option<String>,
    /// Why the page was skipped, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// When the HIU accepted the page; `None` if it did not.
    pub taken_at: Option<DateTime<Utc>>,
    /// Position of that event in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
}

impl Disclosure {
    /// Reads the events of a transfer; `None` if they contain no request.
    pub(super) fn of(events: &[Recorded<Event>]) -> Option<Self> {
        let mut told: Option<Self> = None;
        for recorded in events {
            let Event::Transfer(event) = &recorded.event else { continue };
            match (&mut told, event) {
                (None, TransferEvent::Requested { facts, .. }) => {
                    told = Some(Self {
                        transaction: facts.transaction.to_string(),
                        requested_at: recorded.recorded_at,
                        position: recorded.position,
                        refused: None,
                        stopped: None,
                        completed_at: None,
                        pages: vec![],
                    });
                }
                (None, _) => {}
                (Some(told), event) => told.note(recorded, event),
            }
        }
        told
    }

    fn note(&mut self, recorded: &Recorded<Event>, event: &TransferEvent) {
        match event {
            TransferEvent::Refused { code, .. } => self.refused = Some(code.to_string()),
            TransferEvent::BundlePrepared { pages, .. } => {
                let pages = (0..).zip(pages).map(|(number, page)| Page {
                    number,
                    care_context: page.care_context.to_string(),
                    hi_type: page.hi_type.to_string(),
                    document: page.document_id,
                    digest: page.digest.to_string(),
                    ciphertext: None,
                    skipped: None,
                    taken_at: None,
                    position: None,
                });
                self.pages = pages.collect();
            }
            TransferEvent::PageEncrypted { page, seal, .. } => {
                self.change(*page, |page| page.ciphertext = Some(seal.ciphertext.to_string()));
            }
            TransferEvent::PagePushed { page, .. } => self.change(*page, |page| {
                page.taken_at = Some(recorded.recorded_at);
                page.position = Some(recorded.position);
            }),
            TransferEvent::PageSkipped { page, reason } => {
                self.change(*page, |page| page.skipped = Some(reason.clone()));
            }
            TransferEvent::Stopped { stop, .. } => self.stopped = Some(stop.as_words().to_owned()),
            TransferEvent::Completed { .. } => self.completed_at = Some(recorded.recorded_at),
            TransferEvent::Requested { .. }
            | TransferEvent::Accepted { .. }
            | TransferEvent::Repeated { .. } => {}
        }
    }

    fn change(&mut self, number: u32, change: impl FnOnce(&mut Page)) {
        if let Some(page) = self.pages.iter_mut().find(|page| page.number == number) {
            change(page);
        }
    }
}
