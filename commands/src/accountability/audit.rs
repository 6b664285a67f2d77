//! What happened under a consent, told from the log alone.
//!
//! Nothing is opened and nothing is sent: who reads this needs no key, and learns of records only their
//! kind, their digest and where they went. Each line has its position in the log, by which
//! `hip audit prove` shows that it is what was sealed.

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

/// Transfers under one consent that are told of, the newest first.
const TRANSFERS_MAX: i64 = 10_000;

/// Everything that happened under one consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentAudit {
    /// Which.
    pub consent: ConsentId,
    /// What it grants; nothing, when only its end was heard of.
    pub grant: Option<Granted>,
    /// What became of it, in order.
    pub history: Vec<Entry>,
    /// What was asked for and sent under it, the newest first.
    pub disclosures: Vec<Disclosure>,
    /// Who has looked at it here, or at what was sent under it, the newest first, at most a thousand.
    pub looks: Vec<Look>,
    /// How it stood at the moment that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<ConsentAt>,
    /// The streams that this was read from.
    pub streams: Vec<String>,
}

/// What a consent grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Granted {
    /// Who may see it.
    pub hiu: Option<String>,
    /// Which facility's records.
    pub facility: String,
    /// Kinds of records.
    pub hi_types: Vec<String>,
    /// Of which care contexts.
    pub care_contexts: Vec<String>,
    /// Of which time: from.
    pub from: DateTime<Utc>,
    /// To.
    pub to: DateTime<Utc>,
    /// Nothing leaves from then on.
    pub erase_at: DateTime<Utc>,
}

/// Something that happened, and where in the log it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// Position in the log.
    pub position: i64,
    /// The event.
    pub event: String,
}

/// Tells what happened under a consent; nothing, when it was never heard of.
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
