//! Audit report of one consent, built from the log alone.
//!
//! No key is used and nothing is sent. Of documents the report contains only kind, digest and recipient. Each entry
//! has its position in the log; `hip audit prove` uses it to show that the sealed event is unchanged.

mod as_of;
mod audit_event;
mod disclosure;
mod export;
mod look;
mod patient;

use chrono::{DateTime, Utc};
use hip_domain::consent::ConsentEvent;
use hip_domain::event::Event;
use hip_domain::id::ConsentId;
use hip_domain::stream::StreamId;
use serde::Serialize;

use crate::port::HistoryReader;
use crate::port::history_reader::HistoryError;
pub use as_of::{ConsentAt, Visible};
pub use audit_event::audit_event;
pub use disclosure::{Disclosure, Page};
pub use export::{AuditRecordKind, Export, Line};
pub use look::Look;
pub use patient::{PatientAudit, patient};

/// The report covers at most this number of transfers of one consent, newest first.
const TRANSFERS_MAX: i64 = 10_000;

/// The audit report of one consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentAudit {
    /// Id of the consent artefact.
    pub consent: ConsentId,
    /// The terms of the consent; `None` if only its end was reported.
    pub grant: Option<Granted>,
    /// The events of the consent, oldest first.
    pub history: Vec<Entry>,
    /// The transfers under this consent, newest first.
    pub disclosures: Vec<Disclosure>,
    /// Accesses to this consent and to its transfers at this facility, newest first, at most 1,000.
    pub looks: Vec<Look>,
    /// The state at the requested time; `None` if no time was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<ConsentAt>,
    /// The streams that were read for this report.
    pub streams: Vec<String>,
}

/// The terms of a consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Granted {
    /// The HIU that may receive the records, if the artefact names one.
    pub hiu: Option<String>,
    /// Id of the facility whose records are covered.
    pub facility: String,
    /// The permitted health information types.
    pub hi_types: Vec<String>,
    /// References of the covered care contexts.
    pub care_contexts: Vec<String>,
    /// Start of the covered visit dates.
    pub from: DateTime<Utc>,
    /// End of the covered visit dates.
    pub to: DateTime<Utc>,
    /// No data is sent after this time.
    pub erase_at: DateTime<Utc>,
}

/// An event and its position in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// When the event was recorded.
    pub at: DateTime<Utc>,
    /// Position in the log.
    pub position: i64,
    /// Name of the event.
    pub event: String,
}

/// Builds the report of one consent; `None` if the consent is unknown.
///
/// # Errors
///
/// The log cannot be read.
pub async fn consent(
    evidence: &dyn HistoryReader,
    id: &ConsentId,
    as_of: Option<DateTime<Utc>>,
) -> Result<Option<ConsentAudit>, HistoryError> {
    let stream = StreamId::consent(id);
    let events = evidence.events(&stream).await?;
    if events.is_empty() {
        return Ok(None);
    }
    let mut streams = vec![stream.as_str().to_owned()];
    let mut looks = Look::at_thing(evidence, &stream, &mut streams).await?;
    let mut disclosures = vec![];
    for transaction in evidence.transfers(id, TRANSFERS_MAX).await? {
        let transfer = StreamId::transfer(&transaction);
        disclosures.extend(Disclosure::of(&evidence.events(&transfer).await?));
        streams.push(transfer.as_str().to_owned());
        looks.extend(Look::at_thing(evidence, &transfer, &mut streams).await?);
    }
    let as_of = match as_of {
        Some(at) => Some(ConsentAt::look(evidence, &events, &disclosures, at, &mut streams).await?),
        None => None,
    };
    let history = events.iter().map(|recorded| Entry {
        at: recorded.recorded_at,
        position: recorded.position,
        event: recorded.event.name().to_owned(),
    });
    Ok(Some(ConsentAudit {
        consent: id.clone(),
        grant: events.iter().find_map(|recorded| granted(&recorded.event)),
        history: history.collect(),
        disclosures,
        looks: Look::newest(looks),
        as_of,
        streams,
    }))
}

fn granted(event: &Event) -> Option<Granted> {
    let Event::Consent(ConsentEvent::Granted { grant, .. }) = event else {
        return None;
    };
    let contexts = grant.care_contexts.iter().map(|one| one.reference.to_string());
    Some(Granted {
        hiu: grant.hiu.as_ref().map(ToString::to_string),
        facility: grant.facility.to_string(),
        hi_types: grant.hi_types.iter().map(ToString::to_string).collect(),
        care_contexts: contexts.collect(),
        from: grant.date_range.from,
        to: grant.date_range.to,
        erase_at: grant.erase_at,
    })
}
